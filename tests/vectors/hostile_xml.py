"""XML that must be refused (security reference T1 to T4, T6), and its benign neighbours."""

from tests import builders
from tests.vectors.hostile import NAME, NIR, Attack, always, replaced

XML = (("content-type", "application/xml"),)
UNREADABLE_LINE = frozenset({"S008"})
XSI = b'xmlns:i="http://www.w3.org/2001/XMLSchema-instance"'
HIDDEN_XSI = b'xmlns:i="http://www.w3.org/2001/XMLSchema&#45;instance"'
write = builders.in_xml
_DECLARATION = b'<?xml version="1.0" encoding="UTF-8"?>\n'
_ROOT = b"<transmission "
_NAME = NAME.encode()
_NIR = NIR.encode()
_VALUE = b"<value>0.15</value>"
_LINE = b"<result>"
_VERSION = b"<version>1.0</version>"
_INCLUDE = b'<x:include xmlns:x="http://www.w3.org/2001/XInclude" href="/etc/passwd"/>'


def _dtd(text, entity=b""):
    """With a document type after the declaration, and an entity of it in place of the name."""

    def spoil(form):
        body = write(form).replace(_DECLARATION, _DECLARATION + text + b"\n")
        return body.replace(_NAME, entity) if entity else body

    return spoil


def _declared(encoding, *, coded=None):
    """Declared in an encoding, and coded in it."""

    def spoil(form):
        text = write(form).decode().replace("UTF-8", encoding)
        return text.encode(coded or encoding)

    return spoil


def _root(attributes):
    return replaced(write, _ROOT, _ROOT + attributes + b" ")


def _signed(name, code, spoil):
    return Attack(name, 422, code, spoil, XML)


def _line(name, spoil):
    return Attack(name, 200, "S002", spoil, XML, UNREADABLE_LINE)


_LAUGHS = (
    b'<!DOCTYPE t [<!ENTITY a "aaaaaaaaaa">'
    + b"".join(b'<!ENTITY %c "%b">' % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(9))
    + b"]>"
)
_QUADRATIC = b'<!DOCTYPE t [<!ENTITY a "' + b"a" * 100_000 + b'">]>'
_FILE = b'<!DOCTYPE t [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
_PARAMETER = b'<!DOCTYPE t [<!ENTITY % x SYSTEM "http://127.0.0.1:9/x.dtd"> %x;]>'

ATTACKS = (
    _signed("xml-empty", "S001", always(b"")),
    _signed("xml-truncated", "S001", lambda form: write(form)[:-1]),
    _signed("xml-two-roots", "S001", lambda form: write(form) + b"<transmission/>"),
    _signed("another-root", "S001", lambda form: write(form).replace(b"transmission>", b"message>")
            .replace(_ROOT, b"<message ")),
    _signed("another-namespace", "S001", lambda form: write(form).replace(
        b"transmission:1", b"transmission:2")),
    _signed("no-namespace", "S001", replaced(
        write, f' xmlns="{builders.TRANSMISSION}"'.encode(), b"")),
    _signed("json-under-an-xml-type", "S001", builders.in_json),
    _signed("unknown-entity", "S001", replaced(write, _NAME, b"&ZQX;")),
    _signed("character-that-xml-has-not", "S001", replaced(write, _NAME, b"ZQX&#1;")),
    _signed("raw-null", "S001", replaced(write, _NAME, b"ZQX\x00")),
    _signed("unbound-prefix", "S001", replaced(write, _VALUE, b"<q:value>0.15</q:value>")),
    _signed("attribute-twice", "S001", replaced(write, _LINE, b'<result a="1" a="2">')),
    _signed("doctype", "T003", _dtd(b"<!DOCTYPE transmission>")),
    _signed("external-dtd", "T003", _dtd(b'<!DOCTYPE t SYSTEM "http://127.0.0.1:9/x.dtd">')),
    _signed("external-entity", "T003", _dtd(_FILE, b"&x;")),
    _signed("parameter-entity", "T003", _dtd(_PARAMETER)),
    _signed("billion-laughs", "T003", _dtd(_LAUGHS, b"&j;")),
    _signed("quadratic-blow-up", "T003", _dtd(_QUADRATIC, b"&a;" * 1_000)),
    _signed("doctype-in-utf-16", "T004", lambda form: _dtd(_FILE)(form).decode().encode("utf-16")),
    _signed("comment-inside-a-nir", "T003", replaced(
        write, _NIR, _NIR[:7] + b"<!---->" + _NIR[7:])),
    _signed("comment-before-the-root", "T003", replaced(write, _ROOT, b"<!-- x -->" + _ROOT)),
    _signed("instruction-inside-a-nir", "T003", replaced(
        write, _NIR, _NIR[:7] + b"<?x?>" + _NIR[7:])),
    _signed("stylesheet", "T003", replaced(write, _ROOT, b'<?xml-stylesheet href="x"?>' + _ROOT)),
    _signed("cdata", "T003", replaced(write, _NAME, b"<![CDATA[" + _NAME + b"]]>")),
    _signed("second-declaration", "T003", lambda form: _DECLARATION + write(form)),
    _signed("declared-latin-1", "T004", _declared("ISO-8859-1")),
    _signed("declared-latin-1-in-utf-8", "T004", _declared("ISO-8859-1", coded="utf-8")),
    _signed("declared-windows-1252", "T004", _declared("windows-1252")),
    _signed("declared-utf-7", "T004", _declared("UTF-7")),
    _signed("declared-utf-7-in-ascii", "T004", _declared("utf-7", coded="utf-8")),
    _signed("declared-utf-16", "T004", _declared("UTF-16")),
    _signed("declared-utf-16-in-utf-8", "T004", _declared("UTF-16", coded="utf-8")),
    _signed("utf-16-le-without-mark", "T004", _declared("UTF-16LE", coded="utf-16-le")),
    _signed("utf-16-be-without-mark", "T004", _declared("UTF-16BE", coded="utf-16-be")),
    _signed("utf-32-declared", "T004", _declared("UTF-32")),
    _signed("ebcdic", "T004", _declared("cp037")),
    _signed("latin-1-undeclared", "T004", lambda form: write(form).decode().encode("latin-1")),
    _signed("utf-7-mark", "T004", lambda form: b"+/v8-" + write(form)),
    _signed("20000-namespaces", "T005", _root(
        b" ".join(b'xmlns:n%d="u:%d"' % (n, n) for n in range(20_000)))),
    _signed("one-long-namespace-on-20000-siblings", "T005", lambda form: _root(
        b'xmlns:q="' + b"u" * 100_000 + b'"')(form).replace(
            b"</transmission>", b"<q:x/>" * 20_000 + b"</transmission>")),
    _signed("100000-attributes", "T005", _root(
        b" ".join(b'a%d="1"' % n for n in range(100_000)))),
    _signed("a-million-siblings", "T005", replaced(write, _VALUE, b"<a/>" * 1_000_000)),
    _signed("300-elements-deep", "T005", replaced(
        write, _VALUE, b"<a>" * 300 + b"</a>" * 300)),
    _signed("100000-elements-deep", "T005", replaced(
        write, _VALUE, b"<a>" * 100_000 + b"</a>" * 100_000)),
    _signed("name-of-60000-characters", "T005", replaced(
        write, _VALUE, b"<" + b"a" * 60_000 + b"/>")),
    _signed("unknown-version-in-xml", "S003", replaced(
        write, b"<version>1.0<", b"<version>2.0<")),
    _signed("no-lines-in-xml", "S002", lambda form: write({**form, "results": []})),
    _signed("results-twice", "S002", lambda form: write(form).replace(
        b"</results>", b"</results><results><result/></results>")),
    _signed("text-between-lines", "S002", replaced(write, _LINE, b"ZQX" + _LINE)),
    _signed("text-between-members", "S002", replaced(write, b"<flow>", b"ZQX<flow>")),
    _signed("attribute-on-the-root", "S002", _root(b'a="1"')),
    _signed("xml-base-on-the-root", "S002", _root(b'xml:base="http://127.0.0.1:9/"')),
    _signed("nil-on-the-root", "S002", _root(XSI + b' i:nil="true"')),
    _signed("type-in-the-header", "S002", replaced(
        write, b"<flow>", b"<flow " + XSI + b' i:type="Flow">')),
    _signed("header-out-of-order", "S002", lambda form: write(form).replace(
        _VERSION, b"").replace(b"<issuedAt>", _VERSION + b"<issuedAt>")),
    _signed("unknown-member-named-by-a-mark", "S002", replaced(
        write, b"<flow>", b"<" + _NAME + b"/><flow>")),
    _signed("include-for-the-lines", "S002", lambda form: write(form).replace(
        _LINE, _INCLUDE + _LINE)),
    _line("include-in-a-line", replaced(write, _VALUE, _INCLUDE)),
    _line("nil-on-a-value", replaced(write, b"<value>", b"<value " + XSI + b' i:nil="true">')),
    _line("nil-is-false", replaced(write, b"<value>", b"<value " + XSI + b' i:nil="false">')),
    _line("type-of-a-value", replaced(
        write, b"<value>",
        b"<value " + XSI + f' xmlns:t="{builders.TRANSMISSION}" i:type="t:Msv">'.encode())),
    _line("type-of-a-value-in-disguise", replaced(
        write, b"<value>",
        b"<value " + HIDDEN_XSI + f' xmlns:t="{builders.TRANSMISSION}" i:type="t:Msv">'.encode())),
    _line("attribute-on-a-line", replaced(write, _LINE, b'<result a="1">')),
    _line("xml-lang-on-a-name", replaced(write, b"<birthName>", b'<birthName xml:lang="fr">')),
    _line("xml-space-on-a-name", replaced(
        write, b"<birthName>", b'<birthName xml:space="preserve">')),
    _line("mixed-content", replaced(write, _VALUE, _VALUE + b"ZQX")),
    _line("element-inside-a-value", replaced(write, _NIR, _NIR[:7] + b"<b/>" + _NIR[7:])),
    _line("member-of-another-namespace", replaced(
        write, _VALUE, b'<value xmlns="urn:other">0.15</value>')),
    _line("measurement-out-of-order", replaced(
        write, b"<status>MEASURED</status>" + _VALUE, _VALUE + b"<status>MEASURED</status>")),
    _line("value-twice", replaced(write, _VALUE, _VALUE * 2)),
    _line("blanks-around-a-value", replaced(write, _VALUE, b"<value> 0.15 </value>")),
    Attack("charset-of-the-header", 415, "B006", write,
           (("content-type", "application/xml; charset=iso-8859-1"),)),
    Attack("charset-utf-16-of-the-header", 415, "B006", write,
           (("content-type", "text/xml; charset=utf-16"),)),
    Attack("multipart-related", 415, "B006", write,
           (("content-type", 'multipart/related; type="text/xml"; boundary=x'),)),
    Attack("xml-gzip", 415, "B006", write, (*XML, ("content-encoding", "gzip"))),
)  # fmt: skip
BENIGN = (
    Attack("xml-plain", 200, None, write, XML),
    Attack("text-xml", 200, None, write, (("content-type", "text/xml; charset=utf-8"),)),
    Attack("xml-byte-order-mark", 200, None, lambda form: b"\xef\xbb\xbf" + write(form), XML),
    Attack("no-declaration", 200, None, replaced(write, _DECLARATION, b""), XML),
    Attack("declared-in-lower-case", 200, None, replaced(
        write, b'"UTF-8"', b"'utf-8' standalone='yes'"), XML),
    Attack("schema-location-is-ignored", 200, None, _root(
        XSI + b' i:schemaLocation="' + builders.TRANSMISSION.encode()
        + b' http://127.0.0.1:9/x.xsd"'), XML),
    Attack("no-namespace-schema-location-is-ignored", 200, None, replaced(
        write, _LINE, b"<result " + XSI + b' i:noNamespaceSchemaLocation="file:///x">'), XML),
    Attack("another-prefix", 200, None, lambda form: write(form).replace(b"</", b"</t:").replace(
        b"<", b"<t:").replace(b"<t:/t:", b"</t:").replace(b"<t:?", b"<?").replace(
        b"xmlns=", b"xmlns:t="), XML),
    Attack("character-references", 200, None, replaced(
        write, _NAME, b"&#x5A;&#81;XMARKEDNAME"), XML),
    Attack("blanks-between-elements", 200, None, lambda form: write(form).replace(
        b"><", b">\r\n\t <"), XML),
    Attack("unused-namespaces", 200, None, _root(b'xmlns:q="urn:q"'), XML),
)  # fmt: skip
