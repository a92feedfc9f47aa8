"""The same errors as SOAP faults (SOAP 1.1 §4.4, SOAP 1.2 Part 1 §5.4), with a typed detail."""

from collections.abc import Sequence
from typing import Final

from lxml import etree

from gateway.api.exchange import Exchange, parse_media_type
from gateway.api.problems import Problem
from gateway.wire.addressing import WSA
from gateway.wire.soap import WSSE, WSU
from gateway.wire.v1.acknowledgement import NAMESPACE

SOAP_11: Final = "http://schemas.xmlsoap.org/soap/envelope/"
SOAP_12: Final = "http://www.w3.org/2003/05/soap-envelope"
MEDIA_TYPES: Final = {SOAP_11: "text/xml", SOAP_12: "application/soap+xml"}
LANGUAGES: Final = "fr, en"
"""Content-Language: whatever the `faultstring`, the detail has both."""
_PREFIXES: Final = {WSA: "wsa", WSSE: "wsse", WSU: "wsu"}
_SERVER_STATUS: Final = 500
_XML_LANG: Final = "{http://www.w3.org/XML/1998/namespace}lang"


def fault_response(
    problem: Problem,
    exchange: Exchange,
    *,
    code: str | None = None,
    subcodes: Sequence[str] = (),
) -> tuple[int, str, bytes]:
    """HTTP status, media type and body of a fault, in the SOAP version of the request.

    SOAP 1.1 has room for one `faultstring`, in the language asked for; its detail has both. It has
    room for one code too: the most specific (WSS 1.1.1 §12, WS-Addressing SOAP Binding §6.2).

    `code` replaces the fault code where SOAP has one of its own (`MustUnderstand`); `subcodes` are
    those of other norms, `{namespace}local`, the most specific last.
    """
    media_type, _ = parse_media_type(exchange.header_or_none("content-type") or "")
    is_ours = problem.status >= _SERVER_STATUS
    if media_type == MEDIA_TYPES[SOAP_12]:
        return (
            _SERVER_STATUS if is_ours else 400,
            MEDIA_TYPES[SOAP_12],
            _fault_12(problem, code or ("Receiver" if is_ours else "Sender"), subcodes),
        )
    # SOAP 1.1 over HTTP (§6.2): a fault is always a 500, and old clients read no other
    return (
        _SERVER_STATUS,
        MEDIA_TYPES[SOAP_11],
        _fault_11(
            problem, code or ("Server" if is_ours else "Client"), subcodes, exchange.language
        ),
    )


def _fault_11(problem: Problem, code: str, subcodes: Sequence[str], language: str) -> bytes:
    envelope, fault = _envelope(SOAP_11, "Fault")
    _qualified(fault, "faultcode", subcodes[-1] if subcodes else f"{{{SOAP_11}}}{code}")
    etree.SubElement(fault, "faultstring").text = problem.text(language)
    _detail(etree.SubElement(fault, "detail"), problem)
    return _serialised(envelope)


def _fault_12(problem: Problem, code: str, subcodes: Sequence[str]) -> bytes:
    envelope, fault = _envelope(SOAP_12, "Fault")
    level = etree.SubElement(fault, f"{{{SOAP_12}}}Code")
    _qualified(level, f"{{{SOAP_12}}}Value", f"{{{SOAP_12}}}{code}")
    for subcode in subcodes:
        level = etree.SubElement(level, f"{{{SOAP_12}}}Subcode")
        _qualified(level, f"{{{SOAP_12}}}Value", subcode)
    reason = etree.SubElement(fault, f"{{{SOAP_12}}}Reason")
    for language, text in (("fr", problem.fr), ("en", problem.en)):
        etree.SubElement(reason, f"{{{SOAP_12}}}Text", {_XML_LANG: language}).text = text
    _detail(etree.SubElement(fault, f"{{{SOAP_12}}}Detail"), problem)
    return _serialised(envelope)


def _qualified(parent: etree._Element, tag: str, code: str) -> None:
    """A QName as text; its prefix is declared on the element, but for SOAP's own."""
    name = etree.QName(code)
    prefix = _PREFIXES.get(name.namespace or "", "soap")
    declared = {} if prefix == "soap" else {prefix: name.namespace or ""}
    element = etree.SubElement(parent, tag, nsmap=declared)
    element.text = f"{prefix}:{name.localname}"


def _envelope(namespace: str, child: str) -> tuple[etree._Element, etree._Element]:
    envelope = etree.Element(f"{{{namespace}}}Envelope", nsmap={"soap": namespace})
    body = etree.SubElement(envelope, f"{{{namespace}}}Body")
    return envelope, etree.SubElement(body, f"{{{namespace}}}{child}")


def _detail(parent: etree._Element, problem: Problem) -> None:
    fault = etree.SubElement(parent, f"{{{NAMESPACE}}}fault", nsmap={None: NAMESPACE})
    etree.SubElement(fault, f"{{{NAMESPACE}}}code").text = problem.code
    text = etree.SubElement(fault, f"{{{NAMESPACE}}}text")
    etree.SubElement(text, f"{{{NAMESPACE}}}fr").text = problem.fr
    etree.SubElement(text, f"{{{NAMESPACE}}}en").text = problem.en
    if problem.retry_after_s is not None:
        etree.SubElement(fault, f"{{{NAMESPACE}}}retryAfterS").text = str(problem.retry_after_s)


def _serialised(envelope: etree._Element) -> bytes:
    return etree.tostring(envelope, xml_declaration=True, encoding="UTF-8")
