"""JSON that must be refused (RFC 8259, security reference T13), and its benign neighbours."""

import gzip

from tests import builders
from tests.vectors.hostile import NAME, Attack, always, marked, replaced

JSON = (("content-type", "application/json"),)
UNREADABLE_LINE = frozenset({"S008"})
write = builders.in_json
_VALUE = b'"value": "0.15"'
_NAME = f'"{NAME}"'.encode()
_FIRST = b'"version": "1.0"'


def _many_lines(count):
    def spoil(form):
        line = builders.a_line(worker__nir="123")
        form["results"] = [{**line, "ref": f"P-{n}"} for n in range(count)]
        form["totals"] = {
            "results": count,
            "measurements": count,
            "sumMsv": f"{count * 15 / 100:g}",
        }
        return write(form)

    return spoil


def _signed(name, code, spoil):
    return Attack(name, 422, code, spoil, JSON)


def _line(name, spoil):
    return Attack(name, 200, "S002", spoil, JSON, UNREADABLE_LINE)


def _media(name, headers, spoil=write):
    return Attack(name, 415, "B006", spoil, headers)


ATTACKS = (
    _signed("empty", "S001", always(b"")),
    _signed("blank", "S001", always(b" \n")),
    _signed("truncated", "S001", lambda form: write(form)[:-1]),
    _signed("trailing-data", "S001", lambda form: write(form) + b"{}"),
    _signed("two-documents", "S001", lambda form: write(form) * 2),
    _signed("array-at-the-root", "S001", lambda form: b"[" + write(form) + b"]"),
    _signed("text-at-the-root", "S001", always(b'"transmission"')),
    _signed("single-quotes", "S001", lambda form: write(form).replace(b'"', b"'")),
    _signed("comment", "S001", replaced(write, _FIRST, b'/* */ "version": "1.0"')),
    _signed("trailing-comma", "S001", lambda form: write(form)[:-1] + b",}"),
    _signed("raw-control-character", "S001", replaced(write, _NAME, b'"ZQX\x01"')),
    _signed("raw-line-feed", "S001", replaced(write, _NAME, b'"ZQX\n"')),
    _signed("xml-under-a-json-type", "S001", builders.in_xml),
    _signed("plus-sign", "S001", replaced(write, _VALUE, b'"value": +1')),
    _signed("leading-zero", "S001", replaced(write, _VALUE, b'"value": 01')),
    _signed("byte-order-mark", "T004", lambda form: b"\xef\xbb\xbf" + write(form)),
    _signed("utf-16", "T004", lambda form: write(form).decode().encode("utf-16")),
    _signed("utf-16-le", "T004", lambda form: write(form).decode().encode("utf-16-le")),
    _signed("utf-32", "T004", lambda form: write(form).decode().encode("utf-32")),
    _signed("latin-1", "T004", lambda form: write(form).decode().encode("iso-8859-1")),
    _signed("overlong-utf-8", "T004", replaced(write, _NAME, b'"\xc0\xaf"')),
    _signed("surrogate-in-utf-8", "T004", replaced(write, _NAME, b'"\xed\xa0\x80"')),
    _signed("null-byte", "T004", lambda form: write(form) + b"\x00"),
    _signed("member-twice", "T006", replaced(write, _FIRST, b'"version": "1.0", "version": "1.0"')),
    _signed("member-twice-in-a-line", "T006", replaced(write, _VALUE, _VALUE + b", " + _VALUE)),
    _signed(
        "member-twice-escaped", "T006", replaced(write, _VALUE, _VALUE + b', "valu\\u0065": "9"')
    ),
    _signed(
        "sixty-five-members",
        "T005",
        replaced(write, _FIRST, b", ".join(b'"m%d": 1' % n for n in range(58)) + b", " + _FIRST),
    ),
    _signed("nan", "T008", replaced(write, _VALUE, b'"value": NaN')),
    _signed("infinity", "T008", replaced(write, _VALUE, b'"value": Infinity')),
    _signed("minus-infinity", "T008", replaced(write, _VALUE, b'"value": -Infinity')),
    _signed("integer-of-5000-digits", "T005", replaced(write, _VALUE, b'"value": ' + b"9" * 5000)),
    _signed(
        "fraction-of-5000-digits", "T005", replaced(write, _VALUE, b'"value": 0.' + b"9" * 5000)
    ),
    _signed("100000-arrays", "T005", always(b"[" * 100_000 + b"]" * 100_000)),
    _signed(
        "100000-arrays-in-a-member",
        "T005",
        replaced(write, _VALUE, b'"value": ' + b"[" * 100_000 + b"]" * 100_000),
    ),
    _signed("100000-arrays-unclosed", "T005", always(b"[" * 100_000)),
    _signed("100000-objects", "T005", always(b'{"a":' * 100_000 + b"1" + b"}" * 100_000)),
    _signed("lone-surrogate", "T007", replaced(write, _NAME, b'"ZQX\\ud800"')),
    _signed("lone-low-surrogate", "T007", replaced(write, _NAME, b'"\\uDC00"')),
    _signed("reversed-surrogates", "T007", replaced(write, _NAME, b'"\\udc00\\ud800"')),
    _signed(
        "lone-surrogate-in-a-name", "T007", replaced(write, _FIRST, b'"\\ud800": "", ' + _FIRST)
    ),
    _signed("unknown-version", "S003", lambda form: write({**form, "version": "2.0"})),
    _signed("no-lines", "S002", lambda form: write({**form, "results": []})),
    _signed("lines-not-a-list", "S002", lambda form: write({**form, "results": {"result": []}})),
    _signed("unknown-member", "S002", lambda form: write({**form, NAME: NAME})),
    _signed("null-member", "S002", lambda form: write({**form, "test": None})),
    _signed("text-for-a-boolean", "S002", lambda form: write({**form, "test": "true"})),
    _signed(
        "text-for-an-integer",
        "S002",
        lambda form: write({**form, "totals": {**form["totals"], "results": "1"}}),
    ),
    _signed(
        "sender-not-the-authenticated",
        "H003",
        lambda form: write({**form, "sender": {"type": "OPERATOR", "siret": builders.OPERATOR}}),
    ),
    _line("number-for-a-dose", replaced(write, _VALUE, b'"value": 0.15')),
    _line("exponent", replaced(write, _VALUE, b'"value": 1e999999')),
    _line(
        "dose-with-a-hidden-fraction", replaced(write, _VALUE, b'"value": 0.1000000000000000055')
    ),
    _line("null-for-a-dose", replaced(write, _VALUE, b'"value": null')),
    _line("null-character-escaped", replaced(write, _NAME, b'"ZQX\\u0000"')),
    _line("line-feed-escaped", replaced(write, _NAME, b'"ZQXMARKEDNAME\\n"')),
    _line("unknown-member-of-a-line", replaced(write, _VALUE, _VALUE + b', "ZQXMARKEDNAME": "x"')),
    _line("prototype", replaced(write, _VALUE, _VALUE + b', "__proto__": {}')),
    Attack("5001-lines", 413, "T002", _many_lines(5_001), JSON),
    Attack("oversize", 413, "T002", lambda form: write(form) + b" " * (5 * 1024 * 1024), JSON),
    _media("no-media-type", ()),
    _media("empty-media-type", (("content-type", ""),)),
    _media("text-plain", (("content-type", "text/plain"),)),
    _media("form", (("content-type", "application/x-www-form-urlencoded"),)),
    _media("multipart", (("content-type", "multipart/form-data; boundary=x"),)),
    _media("soap-type-on-rest", (("content-type", "application/soap+xml"),)),
    _media("charset-latin-1", (("content-type", "application/json; charset=iso-8859-1"),)),
    _media("charset-utf-7", (("content-type", "application/json; charset=utf-7"),)),
    _media("charset-utf-16", (("content-type", 'application/json; charset="UTF-16"'),)),
    _media("charset-unheard-of", (("content-type", "application/json;charset=x"),)),
    _media("gzip", (*JSON, ("content-encoding", "gzip")), lambda form: gzip.compress(write(form))),
    _media("gzip-in-name-only", (*JSON, ("content-encoding", "gzip"))),
    _media("deflate", (*JSON, ("content-encoding", "deflate"))),
    _media("gzip-twice", (*JSON, ("content-encoding", "gzip, gzip"))),
    Attack("two-media-types", 400, "B001", write, (*JSON, *JSON)),
)
BENIGN = (
    Attack("plain", 200, None, write, JSON),
    Attack(
        "charset-utf-8", 200, None, write, (("content-type", 'Application/JSON; Charset="UTF-8"'),)
    ),
    Attack("identity", 200, None, write, (*JSON, ("content-encoding", "identity"))),
    Attack("blanks-around", 200, None, lambda form: b" \r\n" + write(form) + b"\n\t", JSON),
    Attack("escapes", 200, None, replaced(write, _NAME, b'"\\u005aQXMARKEDNAME"'), JSON),
    Attack(
        "a-pair-of-surrogates",
        200,
        None,
        replaced(write, b'"ZQXMARKEDSERIAL"', b'"\\ud835\\udd0f"'),
        JSON,
    ),
    Attack("members-reversed", 200, None, lambda form: write(dict(reversed(form.items()))), JSON),
    Attack("5-MiB-exactly", 200, None, lambda form: write(form).ljust(5 * 1024 * 1024), JSON),
)


def benign_lines(count):
    """As many lines as are judged within a request."""
    return _many_lines(count)(marked())
