"""Signature wrapping (XSW): what was signed stays in the document, what is read is another's.

McIntosh and Austel (2005) for SOAP; the eight forms that Somorovsky et al. (2012) named for SAML,
carried over to the Body, the Timestamp and the header blocks.
"""

from tests import builders
from tests.hostile.wss import envelopes
from tests.hostile.wss.attack import (
    ADDRESSED,
    SOUND,
    Attack,
    at,
    changed,
    copied,
    element,
    refused,
    replaced,
)
from tests.hostile.wss.envelopes import ID

LIST = f'<s:ListTransmissions xmlns:s="{builders.SERVICE}"/>'


def _evil_body(root, *, wsu_id="EVIL"):
    """Replace the Body by another; give the signed one."""
    signed = at(root, "Body")
    attribute = "" if wsu_id is None else f' u:Id="{wsu_id}"'
    evil = element(f"<e:Body{attribute}>{LIST}</e:Body>")
    signed.getparent().replace(signed, evil)
    return signed


def _into_header(root, node):
    at(root, "Header").append(wrapper := element("<wrapper/>"))
    wrapper.append(node)


def _xsw1(root):
    _into_header(root, _evil_body(root))


def _xsw2(root):
    _into_header(root, _evil_body(root, wsu_id=None))


def _xsw3(root):
    _into_header(root, _evil_body(root, wsu_id="BODY"))


def _xsw4(root):
    at(root, "Security").append(_evil_body(root))


def _xsw5(root):
    signed = _evil_body(root)
    at(root, "Signature").append(held := element("<d:Object/>"))
    held.append(signed)


def _xsw6(root):
    root.append(_evil_body(root))


def _xsw7(root):
    signed = _evil_body(root)
    at(root, "ListTransmissions").append(signed)


def _xsw8(root):
    whole = copied(root)
    _evil_body(root)
    _into_header(root, whole)


def _in_operation_with_the_same_id(root):
    signed = _evil_body(root, wsu_id="BODY")
    at(root, "ListTransmissions").append(signed)


def _under_signed_info(root):
    at(root, "SignedInfo").append(_evil_body(root))


def _under_key_info(root):
    at(root, "KeyInfo").append(_evil_body(root))


def _under_token_reference(root):
    at(root, "SecurityTokenReference").append(_evil_body(root))


def _under_the_timestamp(root):
    at(root, "Timestamp").append(_evil_body(root))


def _evil_around_the_signed(root):
    signed = _evil_body(root)
    body = at(root, "Body")
    body.append(signed)


def _another_attribute(name):
    """The signed Body aside; the evil one bears its Id under another name."""

    def mutate(root):
        signed = _evil_body(root, wsu_id=None)
        at(root, "Body").set(name, "BODY")
        _into_header(root, signed)

    return mutate


def _same_id_on_wrapper(name):
    def mutate(root):
        _into_header(root, _evil_body(root))
        at(root, "wrapper").set(name, "BODY")

    return mutate


def _timestamp_aside(wsu_id):
    def mutate(root):
        stale = at(root, "Timestamp")
        fresh = copied(stale)
        fresh.set(ID, wsu_id)
        stale.getparent().replace(stale, fresh)
        _into_header(root, stale)

    return mutate


def _block_aside(name, text, *, wsu_id=None):
    def mutate(root):
        signed = at(root, name, envelopes.WSA)
        other = copied(signed)
        other.text = text
        other.set(ID, wsu_id or f"A-{name}")
        signed.getparent().replace(signed, other)
        _into_header(root, signed)

    return mutate


def _second_block(root):
    root[0].append(other := copied(at(root, "To", envelopes.WSA)))
    other.set(ID, "TO-2")


def _unsigned_block(root):
    root[0].append(element(f"<a:FaultTo><a:Address>{envelopes.WSA}/none</a:Address></a:FaultTo>"))


def _envelope_within(root):
    inner = copied(root)
    at(root, "Body").clear()
    at(root, "Body").append(inner)


def _body_of_soap_11(root):
    at(root, "Body").tag = f"{{{builders.SOAP['1.1']}}}Body"


def _security_in_the_body(root):
    at(root, "Body").append(at(root, "Security"))


def _security_in_a_wrapper(root):
    _into_header(root, at(root, "Security"))


def _signature_in_the_header(root):
    at(root, "Header").append(at(root, "Signature"))


def _signature_in_the_body(root):
    at(root, "Ping").append(at(root, "Signature"))


def _two(name):
    def mutate(root):
        node = at(root, name)
        node.addnext(copied(node))

    return mutate


def _two_but_for_ids(name):
    def mutate(root):
        node = at(root, name)
        node.addnext(other := copied(node))
        for one in other.iter():
            if one.get(ID):
                one.set(ID, one.get(ID) + "-2")

    return mutate


def _wrap(name, step, fault, mutate, *, twin=SOUND, code=None):
    return refused(name, step, fault, changed(mutate, twin=twin), twin=twin, code=code)


_XML_ID = "{http://www.w3.org/XML/1998/namespace}id"
_INVALID, _TOKEN = "InvalidSecurity", "UnsupportedSecurityToken"
_ELSEWHERE = (
    _wrap("xsw1-body-in-a-header-wrapper", 4, _INVALID, _xsw1),
    _wrap("xsw2-evil-body-without-an-id", 4, _INVALID, _xsw2),
    _wrap("xsw3-evil-body-with-the-same-id", 2, _INVALID, _xsw3),
    _wrap("xsw4-body-in-the-security-header", 1, _TOKEN, _xsw4),
    _wrap("xsw5-body-in-an-object", 3, _INVALID, _xsw5),
    _wrap("xsw7-body-in-the-evil-operation", 4, _INVALID, _xsw7),
    _wrap("xsw8-envelope-in-a-header-wrapper", 1, _INVALID, _xsw8),
    _wrap("body-in-the-operation-with-the-same-id", 2, _INVALID, _in_operation_with_the_same_id),
    _wrap("body-in-the-signed-info", 3, _INVALID, _under_signed_info),
    _wrap("body-in-the-key-info", 4, _INVALID, _under_key_info),
    _wrap("body-in-the-token-reference", 4, _INVALID, _under_token_reference),
    _wrap("body-in-the-timestamp", 4, _INVALID, _under_the_timestamp),
    _wrap("timestamp-aside", 1, _INVALID, _timestamp_aside("TS-2")),
    _wrap("timestamp-aside-with-the-same-id", 1, _INVALID, _timestamp_aside("TS")),
    _wrap("to-aside", 4, _INVALID, _block_aside("To", "http://x/", wsu_id="T"), twin=ADDRESSED),
    _wrap("action-aside", 2, _INVALID, _block_aside("Action", "urn:x"), twin=ADDRESSED),
    _wrap("to-twice", 1, _INVALID, _second_block, twin=ADDRESSED),
    _wrap("block-that-is-not-signed", 4, _INVALID, _unsigned_block, twin=ADDRESSED),
    _wrap("security-in-a-wrapper", 1, _INVALID, _security_in_a_wrapper),
    _wrap("signature-in-the-header", 1, _INVALID, _signature_in_the_header),
    _wrap("signature-in-the-body-s-operation", 1, _INVALID, _signature_in_the_body),
    _wrap("two-securities", 1, _INVALID, _two("Security")),
    _wrap("two-signatures", 1, _INVALID, _two("Signature")),
    _wrap("two-timestamps", 1, _INVALID, _two_but_for_ids("Timestamp")),
    _wrap("two-tokens", 1, _INVALID, _two_but_for_ids("BinarySecurityToken")),
    _wrap("two-tokens-of-one-id", 1, _INVALID, _two("BinarySecurityToken")),
)
_IDS = tuple(
    _wrap(f"{kind}-with-{label}", 2, _INVALID, mutate(name))
    for label, name in (
        ("id-of-no-namespace", "Id"),
        ("upper-case-id", "ID"),
        ("lower-case-id", "id"),
        ("xml-id", _XML_ID),
        ("id-of-a-foreign-namespace", "{urn:x}Id"),
    )
    for kind, mutate in (("evil-body", _another_attribute), ("wrapper", _same_id_on_wrapper))
)


def _of_soap(name, mutate):
    """Refused before the proof: the envelope is not one."""
    return Attack(name=name, make=changed(mutate), fault="Sender", code="S001")


ATTACKS = (
    *_ELSEWHERE,
    *_IDS,
    _of_soap("xsw6-body-after-the-evil-body", _xsw6),
    _of_soap("evil-body-around-the-signed-body", _evil_around_the_signed),
    _of_soap("envelope-within-the-body", _envelope_within),
    _of_soap("body-of-the-other-soap", _body_of_soap_11),
    _of_soap("security-in-the-body", _security_in_the_body),
    Attack(
        name="second-envelope-after-the-first",
        make=lambda: 2 * replaced(b"BODY", b"BODY")(),
        fault="Sender",
        code="S001",
    ),
)
