"""Envelopes that must be refused (security reference T2, T10, T12), and benign neighbours."""

from tests import builders
from tests.builders import SERVICE, SOAP, element, in_soap, soap_headers
from tests.vectors.hostile import NAME, NIR, Attack, always, replaced

PATH = "/soap/v1"
_BODY = b"<e:Body>"
_DECLARATION = b'<?xml version="1.0" encoding="UTF-8"?>\n'


def _writer(version, **given):
    return lambda form: in_soap(element(form), version=version, **given)


def _header(version, *, must, actor=""):
    block = f'<w:Security xmlns:w="urn:w" e:mustUnderstand="{must}"{actor}/>'
    return _writer(version, header=f"<e:Header>{block}</e:Header>")


def _action(version, value):
    if version == "1.1":
        return (("content-type", "text/xml"), ("soapaction", value))
    return (("content-type", f'application/soap+xml; action="{value}"'),)


def _many_lines(version, count):
    def spoil(form):
        line = builders.a_line(worker__nir="123", dosimeter=builders.ABSENT)
        form["results"] = [{**line, "ref": f"P-{n}"} for n in range(count)]
        return _writer(version)(form)

    return spoil


def _attacks(version):
    write, headers = _writer(version), tuple(soap_headers(version=version).items())
    sender = "Client" if version == "1.1" else "Sender"
    status = 500 if version == "1.1" else 400
    media = headers[0][1].partition(";")[0]
    other = {"1.1": "1.2", "1.2": "1.1"}[version]

    def fault(name, code, spoil, *, given=headers, fault=sender, path=PATH):
        return Attack(f"{version}-{name}", status, code, spoil, given, path=path, fault=fault)

    def signed(name, code, spoil, *beside):
        return Attack(f"{version}-{name}", 200, code, spoil, headers, frozenset(beside), path=PATH)

    def at(old, new):
        return replaced(write, old, new)

    return (
        fault("empty", "S001", always(b"")),
        fault("not-xml", "S001", builders.in_json),
        fault("truncated", "S001", lambda form: write(form)[:-1]),
        fault("no-envelope", "S001", builders.in_xml),
        fault("envelope-of-the-other-version", "S001", _writer(other)),
        fault("doctype", "T003", at(_DECLARATION, _DECLARATION + b"<!DOCTYPE x>")),
        fault("comment-inside-a-nir", "T003", at(NIR.encode(), NIR[:7].encode() + b"<!---->")),
        fault("instruction", "T003", at(_BODY, b"<?x?>" + _BODY)),
        fault("cdata", "T003", at(NAME.encode(), b"<![CDATA[" + NAME.encode() + b"]]>")),
        fault("latin-1", "T004", at(b"UTF-8", b"ISO-8859-1")),
        fault("utf-16", "T004", lambda form: write(form).decode().encode("utf-16")),
        fault("a-million-siblings", "T005", at(_BODY, b"<e:Header>" + b"<a/>" * 1_000_000)),
        fault("20000-namespaces", "T005", at(_BODY, b"<e:Body " + b" ".join(
            b'xmlns:n%d="u:%d"' % (n, n) for n in range(20_000)) + b">")),
        fault("deep", "T005", at(_BODY, b"<a>" * 300 + _BODY)),
        fault("two-children-of-the-body", "S001", at(b"</e:Body>", b"<x/></e:Body>")),
        fault("operation-twice", "S001", at(
            b"</e:Body>", f'<o:Ping xmlns:o="{SERVICE}"/></e:Body>'.encode())),
        fault("empty-body", "S001", always(in_soap("", version=version)
            .replace(b'<o:SubmitTransmission xmlns:o="' + SERVICE.encode() + b'">', b"")
            .replace(b"</o:SubmitTransmission>", b""))),
        fault("two-bodies", "S001", at(b"</e:Envelope>", b"<e:Body/></e:Envelope>")),
        fault("header-after-the-body", "S001", at(b"</e:Envelope>", b"<e:Header/></e:Envelope>")),
        fault("body-inside-the-header", "S001", lambda form: write(form).replace(
            _BODY, b"<e:Header>" + _BODY).replace(b"</e:Body>", b"</e:Body></e:Header>")),
        fault("unknown-operation", "S001", _writer(version, operation=NAME),
              given=_action(version, "")),
        fault("operation-of-another-namespace", "S001", lambda form: write(form).replace(
            f'"{SERVICE}"'.encode(), b'"urn:other"')),
        fault("bare-transmission", "S001", lambda form: (
            f'<e:Envelope xmlns:e="{SOAP[version]}"><e:Body>{element(form)}</e:Body></e:Envelope>'
        ).encode()),
        fault("action-of-another-operation", "S001", write,
              given=_action(version, f"{SERVICE}:Ping")),
        fault("body-of-another-operation", "S001", _writer(version, operation="CheckTransmission")),
        fault("action-unheard-of", "S001", write, given=_action(version, f"urn:{NAME}")),
        fault("must-understand", "S001", _header(version, must="1"), fault="MustUnderstand"),
        fault("must-understand-true", "S001", _header(version, must="true"),
              fault="MustUnderstand"),
        fault("no-transmission", "S002", always(in_soap("", version=version))),
        fault("two-transmissions", "S002",
              lambda form: in_soap(element(form) * 2, version=version)),
        fault("5001-lines", "T002", _many_lines(version, 5_001)),
        fault("oversize", "T002", lambda form: write(form) + b" " * (5 * 1024 * 1024)),
        fault("charset", "B006", write, given=(
            ("content-type", f"{media}; charset=iso-8859-1"), *headers[1:])),
        fault("gzip", "B006", write, given=(*headers, ("content-encoding", "gzip"))),
        fault("two-hosts", "B002", write, given=(*headers, ("host", "a"), ("host", "b"))),
        fault("unknown-host", "B002", write, given=(*headers, ("host", "evil.example"))),
        fault("65-headers", "B001", write, given=(
            *headers, *((f"x-{n}", "1") for n in range(65)))),
        fault("trailing-slash", "A003", write, path="/soap/v1/"),
        signed("another-root", "S001", lambda form: in_soap(
            element(form).replace("transmission", "message"), version=version)),
        signed("unknown-version", "S003", lambda form: write({**form, "version": "2.0"})),
        signed("unknown-flow", "S002", lambda form: write({**form, "flow": "ZQXMARKEDNAME"})),
        signed("sender-not-the-authenticated", "H003", lambda form: write(
            {**form, "sender": {"type": "OPERATOR", "siret": builders.OPERATOR}})),
        signed("attribute", "S002", at(b"<value>", b'<value a="1">'), "S008"),
        signed("text-in-a-line", "S002", at(b"</value>", b"</value>ZQX"), "S008"),
    )  # fmt: skip


_JSON = (("content-type", "application/json"),)
ATTACKS = (
    *_attacks("1.1"),
    *_attacks("1.2"),
    Attack("json", 500, "B006", builders.in_json, _JSON, path=PATH, fault="Client"),
    Attack("soap-without-media-type", 500, "B006", _writer("1.1"), path=PATH, fault="Client"),
    Attack("mtom", 500, "B006", _writer("1.2"), (
        ("content-type", 'multipart/related; type="application/xop+xml"; boundary=x'),
    ), path=PATH, fault="Client"),
    Attack("two-actions", 500, "B001", _writer("1.1"), (
        *_action("1.1", f"{SERVICE}:SubmitTransmission"), ("soapaction", "x"),
    ), path=PATH, fault="Client"),
)  # fmt: skip


def _benign(version):
    write, headers = _writer(version), tuple(soap_headers(version=version).items())
    return (
        Attack(f"{version}-plain", 200, None, write, headers, path=PATH),
        Attack(f"{version}-must-not-understand", 200, None, _header(version, must="0"), headers,
               path=PATH),
        Attack(f"{version}-empty-action", 200, None, write, _action(version, ""), path=PATH),
        Attack(f"{version}-unquoted-action", 200, None, write,
               _action(version, f"{SERVICE}:SubmitTransmission"), path=PATH),
        Attack(f"{version}-byte-order-mark", 200, None, lambda form: b"\xef\xbb\xbf" + write(form),
               headers, path=PATH),
        Attack(f"{version}-empty-header", 200, None, _writer(version, header="<e:Header/>"),
               headers, path=PATH),
        Attack(f"{version}-blanks", 200, None, replaced(write, _BODY, b"\n " + _BODY + b"\n "),
               headers, path=PATH),
    )  # fmt: skip


BENIGN = (*_benign("1.1"), *_benign("1.2"))
