"""Bytes spoilt after they are written: what is wrong before there is any content."""


def _before_root(markup):
    def spoil(body):
        start = body.removeprefix(b"\xef\xbb\xbf")
        after = start.index(b"?>") + 2 if start.startswith(b"<?xml") else 0
        return start[:after] + markup + start[after:]

    return spoil


def _before_last_tag(markup):
    def spoil(body):
        place = body.rindex(b"</")
        return body[:place] + markup + body[place:]

    return spoil


def _truncated(body):
    return body.rstrip()[:-1]


def _latin_1(body):
    text = body.decode()
    text = text.replace("utf-8", "ISO-8859-1").replace("UTF-8", "ISO-8859-1")
    return (text + " <!-- \u00e9 -->").encode("iso-8859-1", "xmlcharrefreplace")


def _utf_16(body):
    return body.decode().encode("utf-16")


def _deep_json(body):
    return body.replace(b"{", b'{"deep":' + b"[" * 5_000 + b"]" * 5_000 + b",", 1)


_deep_xml = _before_root(b"<a>" * 300)


def _beside_version(members):
    """Right after the first brace of JSON."""

    def spoil(body):
        return body.replace(b"{", b"{" + members + b",", 1)

    return spoil


def _another_namespace(body):
    return body.replace(b"urn:siseri:gateway:transmission:1", b"urn:siseri:gateway:transmission:2")


def _both(spoil):
    return {"xml": spoil, "soap": spoil}


SPOILS = {
    "truncated": {"json": _truncated, "xml": _truncated, "soap": _truncated},
    "latin-1": {
        "json": lambda body: body.rstrip()[:-1] + b',"\xe9":1}',
        "xml": _latin_1,
        "soap": _latin_1,
    },
    "utf-16": {"json": _utf_16, "xml": _utf_16, "soap": _utf_16},
    "too-deep": {"json": _deep_json, "xml": _deep_xml, "soap": _deep_xml},
    "another-root": {
        "json": lambda body: b"[" + body + b"]",
        "xml": _another_namespace,
        "soap": _another_namespace,
    },
    "doctype": _both(_before_root(b"<!DOCTYPE transmission>")),
    "comment": _both(_before_last_tag(b"<!-- -->")),
    "instruction": _both(_before_root(b"<?x y?>")),
    "cdata": _both(_before_last_tag(b"<![CDATA[]]>")),
    "long-number": {"json": _beside_version(b'"n":' + b"9" * 40)},
    "repeated-member": {"json": _beside_version(b'"n":"1","n":"1"')},
    "lone-surrogate": {"json": _beside_version(b'"n":"\\ud83d"')},
    "not-a-number": {"json": _beside_version(b'"n":NaN')},
    "infinite": {"json": _beside_version(b'"n":-Infinity')},
}
"""By name, what each door that can be told so is told."""
BRINGS = {
    "truncated": "S001", "another-root": "S001", "latin-1": "T004", "utf-16": "T004",
    "too-deep": "T005",
    "doctype": "T003", "comment": "T003", "instruction": "T003", "cdata": "T003",
    "long-number": "T005", "repeated-member": "T006", "lone-surrogate": "T007",
    "not-a-number": "T008", "infinite": "T008",
}  # fmt: skip
