"""Floods beyond each bound, and what the register of threats names beside (T2 to T14, T20 to T25).

The benign ones show text that would be code elsewhere (SQL, XPath, a template, a formula, a shell,
a line of a log) to be plain text here, and headers that steer other servers to steer nothing.
"""

from tests import builders
from tests.builders import element, in_soap, soap_headers
from tests.vectors.hostile import NAME, Attack, marked, replaced

JSON = (("content-type", "application/json"),)
XML = (("content-type", "application/xml"),)
SOAP = tuple(soap_headers().items())
UNREADABLE_LINE = frozenset({"S008"})
in_json, in_xml = builders.in_json, builders.in_xml
_VALUE, _XML_VALUE = b'"value": "0.15"', b"<value>0.15</value>"
_FIRST = b'"version": "1.0"'
_ROOT, _DECLARATION = b"<transmission ", b'<?xml version="1.0" encoding="UTF-8"?>\n'
_NAMED = NAME.encode()
_TOTALS = b'"sumMsv": "0.15"'
_NOBODY = "00000000-0000-4000-8000-000000000000"
WSA = "http://www.w3.org/2005/08/addressing"


def _json(name, status, code, spoil, beside=frozenset()):
    return Attack(name, status, code, spoil, JSON, beside)


def _xml(name, status, code, spoil, beside=frozenset()):
    return Attack(name, status, code, spoil, XML, beside)


def _flood(piece, count):
    return replaced(in_json, _VALUE, b'"value": [' + b",".join([piece] * count) + b"]")


def _inside(content):
    return replaced(in_xml, _XML_VALUE, content)


def _soap(name, status, code, header="", **given):
    def spoil(form):
        return in_soap(element(form), header=f"<e:Header>{header}</e:Header>" if header else "")

    return Attack(name, status, code, given.pop("spoil", spoil), SOAP, path="/soap/v1", **given)


def _reply_to(address, name="ReplyTo"):
    return f'<w:{name} xmlns:w="{WSA}"><w:Address>{address}</w:Address></w:{name}>'


def _get(name, status, code, path, *headers):
    return Attack(name, status, code, lambda _form: b"", headers, path=path, method="GET")


def _with_serial(text):
    """The benign transmission with that serial number of a dosimeter."""

    def spoil(form):
        form["results"][0]["dosimeter"]["serial"] = text
        return in_json(form)

    return spoil


FLOODS = (
    _json("1500000-empty-objects", 422, "T005", _flood(b"{}", 1_500_000)),
    _json("1500000-empty-lists", 422, "T005", _flood(b"[]", 1_500_000)),
    _json("2500000-numbers", 422, "T005", _flood(b"1", 2_500_000)),
    _json("1000000-texts", 422, "T005", _flood(b'""', 1_000_000)),
    _json("250000-objects-of-three", 422, "T005", _flood(b'{"a":1,"b":2,"c":3}', 250_000)),
    _json("one-text-of-5-MB", 200, "S002", replaced(
        in_json, b'"ZQXMARKEDSERIAL"', b'"' + b"a" * 5_000_000 + b'"'), UNREADABLE_LINE),
    _json("800000-escapes", 200, "S002", replaced(
        in_json, b'"ZQXMARKEDSERIAL"', b'"' + rb"\u0041" * 800_000 + b'"'), UNREADABLE_LINE),
    _json("5000-lines-that-are-null", 422, "S006", lambda form: in_json(
        {**form, "results": [None] * 5_000}), UNREADABLE_LINE),
    _xml("490000-elements-and-texts", 422, "T005", _inside(b"<a/>b" * 490_000)),
    _xml("240000-elements-with-two-texts", 422, "T005", _inside(b"<a>b</a>c" * 240_000)),
    _xml("32000-attributes", 422, "T005", _inside(
        b"<a " + b" ".join(b'a%d="1"' % n for n in range(32_000)) + b"/>")),
    _xml("5000-attributes", 200, "S002", _inside(
        b"<a " + b" ".join(b'a%d="1"' % n for n in range(5_000)) + b"/>"), UNREADABLE_LINE),
    _xml("2000-attributes-of-as-many-namespaces", 200, "S002", _inside(
        b"<a " + b" ".join(b'xmlns:n%d="u:%d" n%d:a="1"' % (n, n, n) for n in range(2_000))
        + b"/>"), UNREADABLE_LINE),
    _xml("240-nested-namespaces", 200, "S002", _inside(
        b"".join(b'<a xmlns="u:%d">' % n for n in range(240)) + b"</a>" * 240), UNREADABLE_LINE),
    _xml("16000-namespaces-within-the-bound", 200, "S002", _inside(
        b"<a " + b" ".join(b'xmlns:n%d="u:%d"' % (n, n) for n in range(16_000)) + b"/>"),
        UNREADABLE_LINE),
    _xml("one-text-of-5-MB-in-xml", 200, "S002", _inside(
        b"<value>" + b"a" * 5_000_000 + b"</value>"), UNREADABLE_LINE),
    _xml("800000-character-references", 200, "S002", _inside(
        b"<value>" + b"&#65;" * 800_000 + b"</value>"), UNREADABLE_LINE),
    _xml("5000-empty-lines", 422, "S006", lambda form: in_xml({**form, "results": []}).replace(
        b"<results></results>", b"<results>" + b"<result/>" * 5_000 + b"</results>"),
        UNREADABLE_LINE),
    _soap("ping-around-a-crowd", 500, "S002", fault="Client", spoil=lambda _form: in_soap(
        "<a/>" * 200_000, operation="SubmitTransmission")),
    _soap("490000-elements-in-a-header", 500, "T005", "<a/>" * 490_000, fault="Client"),
)  # fmt: skip

_JSON_MORE = (
    _json("nan-in-the-totals", 422, "T008", replaced(in_json, _TOTALS, b'"sumMsv": NaN')),
    _json("number-in-the-totals", 422, "S002", replaced(in_json, _TOTALS, b'"sumMsv": 0.15')),
    _json("minus-zero-results", 422, "S002", replaced(in_json, b'"results": 1', b'"results": -0')),
    _json("exponent-in-the-totals", 422, "S002", replaced(
        in_json, b'"results": 1', b'"results": 1e0')),
    _json("integer-beyond-64-bits", 422, "S002", replaced(
        in_json, b'"results": 1', b'"results": 18446744073709551617')),
    _json("two-byte-order-marks", 422, "T004", lambda form: b"\xef\xbb\xbf" * 2 + in_json(form)),
    _json("utf-7", 422, "S001", lambda form: in_json(form).replace(b'"', b"+ACI-")),
    _json("no-break-space-between", 422, "S001", replaced(
        in_json, _FIRST, b"\xc2\xa0" + _FIRST)),
    _json("line-separator-between", 422, "S001", replaced(
        in_json, _FIRST, b"\xe2\x80\xa8" + _FIRST)),
    _json("hexadecimal", 422, "S001", replaced(in_json, _VALUE, b'"value": 0x0F')),
    _json("name-without-quotes", 422, "S001", replaced(in_json, _FIRST, b'version: "1.0"')),
    _json("javascript-before", 422, "S001", lambda form: b")]}',\n" + in_json(form)),
    _json("newline-delimited", 422, "S001", lambda form: in_json(form) + b"\n" + in_json(form)),
    _json("verdict-of-ones-own", 200, "S002", replaced(
        in_json, _VALUE, _VALUE + b', "verdict": "ACCEPTED"'), UNREADABLE_LINE),
    _json("identity-of-ones-own", 422, "S002", lambda form: in_json(
        {**form, "submitter": {"siret": builders.OPERATOR}})),
    _json("acknowledgement-of-ones-own", 422, "S002", lambda form: in_json(
        {**form, "acknowledgement": {"disposition": "ACCEPTED"}})),
    _json("constructor", 422, "S002", lambda form: in_json({**form, "constructor": {}})),
    _json("terminal-escape-in-a-serial", 200, "S002", _with_serial("\x1b[2J"), UNREADABLE_LINE),
    _json("carriage-return-in-a-serial", 200, "S002", _with_serial("a\r\nb"), UNREADABLE_LINE),
    _json("c1-control-in-a-serial", 200, "S002", _with_serial("a\x9bb"), UNREADABLE_LINE),
    _json("formula-as-reference", 200, "S002", lambda form: in_json(
        {**form, "results": [{**form["results"][0], "ref": "=1+1"}]}), UNREADABLE_LINE),
    _json("path-as-reference-is-no-path", 200, "S002", lambda form: in_json(
        {**form, "results": [{**form["results"][0], "ref": "..\\..\\x"}]}), UNREADABLE_LINE),
)  # fmt: skip

_XML_MORE = (
    _xml("entity-in-an-attribute", 422, "T003", lambda form: in_xml(form).replace(
        _DECLARATION, _DECLARATION + b'<!DOCTYPE t [<!ENTITY a "b">]>').replace(
        _ROOT, b'<transmission q="&a;" ')),
    _xml("doctype-behind-a-byte-order-mark", 422, "T003", lambda form: b"\xef\xbb\xbf"
         + in_xml(form).replace(_DECLARATION, _DECLARATION + b"<!DOCTYPE t>")),
    _xml("doctype-in-lower-case", 422, "T003", replaced(in_xml, _ROOT, b"<!doctype t>" + _ROOT)),
    _xml("entity-declared-nowhere-near", 422, "T003", lambda form: in_xml(form)
         + b'<!ENTITY a "b">'),
    _xml("schema-instruction", 422, "T003", replaced(
        in_xml, _ROOT, b'<?xml-model href="http://127.0.0.1:9/"?>' + _ROOT)),
    _xml("comment-after-the-root", 422, "T003", lambda form: in_xml(form) + b"<!-- x -->"),
    _xml("xml-1.1-with-its-controls", 422, "S001", lambda form: in_xml(form).replace(
        b'version="1.0" e', b'version="1.1" e').replace(_NAMED, b"ZQX&#1;")),
    _xml("relative-namespace-in-a-line", 422, "S001", _inside(b'<q:a xmlns:q="relative"/>')),
    _xml("prefix-xml-bound-anew", 422, "S001", replaced(
        in_xml, _ROOT, _ROOT + b'xmlns:xml="urn:other" ')),
    _xml("attachment-by-reference", 200, "S002", _inside(
        b'<value><x:Include xmlns:x="http://www.w3.org/2004/08/xop/include" '
        b'href="http://127.0.0.1:9/"/></value>'), UNREADABLE_LINE),
    _xml("signature-in-a-line", 200, "S002", _inside(
        _XML_VALUE + b'<d:Signature xmlns:d="http://www.w3.org/2000/09/xmldsig#"/>'),
        UNREADABLE_LINE),
    _xml("wrapped-in-another-transmission", 422, "S001", lambda form: b"<wrapper>"
         + in_xml(form).replace(_DECLARATION, b"") + b"</wrapper>"),
    _xml("lines-hidden-behind-a-second-list", 422, "S002", lambda form: in_xml(form).replace(
        b"<results>", b"<results/><results>")),
    _xml("identifier-attribute", 422, "S002", replaced(in_xml, _ROOT, _ROOT + b'Id="a" ')),
    _xml("xml-id-on-a-line", 200, "S002", replaced(
        in_xml, b"<result>", b'<result xml:id="a">'), UNREADABLE_LINE),
    _xml("nil-behind-texts-that-say-xmlns", 200, "S002", lambda form: in_xml(form).replace(
        b"<value>", b'<value xmlns:i="http://www.w3.org/2001/XMLSchema-instance" i:nil="true">')
        .replace(b"ZQXMARKEDSERIAL", b"xmlns xmlns: xmlns xmlns"), UNREADABLE_LINE),
)  # fmt: skip

_ELSEWHERE = "wsa:OnlyAnonymousAddressSupported"
_SOAP_MORE = (
    _soap("reply-to-elsewhere", 500, "W004", _reply_to("http://127.0.0.1:9/"), fault=_ELSEWHERE),
    _soap("fault-to-elsewhere", 500, "W004", _reply_to("http://127.0.0.1:9/", "FaultTo"),
          fault=_ELSEWHERE),
    _soap("reply-to-a-file", 500, "W004", _reply_to("file:///etc/passwd"), fault=_ELSEWHERE),
    _soap("envelope-with-an-external-entity", 500, "T003", fault="Client",
          spoil=lambda form: in_soap(element(form)).replace(
              _DECLARATION, _DECLARATION + b'<!DOCTYPE e [<!ENTITY x SYSTEM "file:///x">]>')),
    _soap("body-in-a-wrapper-in-the-header", 500, "S001", fault="Client",
          spoil=lambda form: in_soap("", header="<e:Header><w>" + element(form)
                                     + "</w></e:Header>").replace(b"<o:", b"<p:", 1)),
)  # fmt: skip

_TOO_CODED = tuple(
    Attack(f"coded-{coding.replace(', ', '-then-')}", 415, "B006", in_json,
           (*JSON, ("content-encoding", coding)))
    for coding in ("br", "zstd", "compress", "x-gzip", "identity, gzip", "gzip, identity", "aes128")
)  # fmt: skip

_HTTP_MORE = (
    *_TOO_CODED,
    Attack("host-with-a-final-dot", 400, "B002", in_json, (*JSON, ("host", "127.0.0.1.:8480"))),
    Attack("host-with-a-tab", 400, "B002", in_json, (*JSON, ("host", "127.0.0.1:8480\tx"))),
    Attack("host-list", 400, "B002", in_json, (*JSON, ("host", "127.0.0.1:8480,evil.example"))),
    Attack("empty-host", 400, "B002", in_json, (*JSON, ("host", ""))),
    Attack("key-with-a-line-feed", 400, "B001", in_json, (
        *JSON, ("idempotency-key", f"{_NOBODY}%0d%0aSet-Cookie: a=b"))),
    Attack("path-in-upper-case", 404, "A003", in_json, JSON, path="/V1/transmissions"),
    Attack("path-parameter", 404, "A003", in_json, JSON, path="/v1/transmissions;a=b"),
    Attack("null-in-the-path", 404, "A003", in_json, JSON, path="/v1/transmissions%00"),
    Attack("overlong-slash", 404, "A003", in_json, JSON, path="/v1%c0%aftransmissions"),
    Attack("path-of-8000-characters", 404, "A003", in_json, JSON, path="/v1/" + "a" * 8_000),
    Attack("connect", 405, "B011", in_json, JSON, method="CONNECT"),
    Attack("unheard-of-method", 405, "B011", in_json, JSON, method="FROBNICATE"),
    _get("cursor-with-a-line-feed", 400, "B001", "/v1/transmissions?after=1%0d%0aSet-Cookie:a"),
    _get("cursor-twice", 400, "B001", "/v1/transmissions?after=1&after=2"),
    _get("cursor-of-400-digits", 400, "B001", "/v1/transmissions?after=" + "9" * 400),
    _get("test-that-is-no-boolean", 400, "B001", f"/v1/transmissions/{_NOBODY}?test=1%27"),
    _get("sender-injection", 400, "B001", f"/v1/transmissions/{_NOBODY}?sender=%27%20OR%20%271"),
    _get("sender-of-another", 404, "A003",
         f"/v1/transmissions/{_NOBODY}?sender={builders.OPERATOR}"),
    _get("receipt-traversal", 404, "A003", "/v1/receipts/..%2f..%2fetc%2fpasswd"),
    _get("receipt-wildcard", 400, "B001", "/v1/receipts/%25"),
    _get("receipt-of-nobody", 404, "A003", f"/v1/receipts/{_NOBODY}"),
    _get("lines-of-nobody", 404, "A003", f"/v1/receipts/{_NOBODY}/lines"),
    _get("rule-with-markup", 400, "B001", "/v1/rules/%3Cscript%3E"),
)  # fmt: skip

ATTACKS = (*FLOODS, *_JSON_MORE, *_XML_MORE, *_SOAP_MORE, *_HTTP_MORE)
_TEXTS = {
    "sql": "'; DROP TABLE lines; --",
    "xpath": "' or '1'='1",
    "template": "{{7*7}}${7*7}",
    "shell": "$(id)`id`|id",
    "formula": "=cmd|' /C calc'!A0",
    "format": "%s%n{0}",
    "log-line": '", "level": "critical',
    "markup": "<script>alert(1)</script>",
}
BENIGN = (
    *(Attack(f"{name}-as-a-serial", 200, None, _with_serial(text), JSON)
      for name, text in _TEXTS.items()),
    Attack("method-override-is-not-heard", 200, None, in_json, (
        *JSON, ("x-http-method-override", "DELETE"), ("x-original-url", "/health/live"),
        ("x-rewrite-url", "/docs"), ("x-forwarded-prefix", "/x"))),
    Attack("range-is-not-heard", 200, None, in_json, (*JSON, ("range", "bytes=0-1"))),
    _soap("reply-to-anonymous", 200, None, _reply_to(f"{WSA}/anonymous")),
    _soap("fault-to-nobody", 200, None, _reply_to(f"{WSA}/none", "FaultTo")),
    _soap("action-and-id-of-the-message", 200, None, f'<w:MessageID xmlns:w="{WSA}">urn:uuid:1'
          "</w:MessageID>"),
)  # fmt: skip

__all__ = ["ATTACKS", "BENIGN", "FLOODS", "marked"]
