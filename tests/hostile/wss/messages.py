"""Credentials, instants and addresses that must be refused, and octets changed after signing."""

from base64 import b64decode
from datetime import timedelta

from tests import builders
from tests.hostile.wss import envelopes
from tests.hostile.wss.attack import (
    ADDRESSED,
    SOUND,
    Attack,
    at,
    changed,
    element,
    refused,
    replaced,
    written,
)
from tests.hostile.wss.envelopes import NOW, WSA, Recipe, instant, to_us

_UNKNOWN, _CHANGED, _EXPIRED = "FailedAuthentication", "FailedCheck", "MessageExpired"
_INVALID, _ALGORITHM = "InvalidSecurity", "UnsupportedAlgorithm"


def _method_of_another_family():
    """An RSA signature that names a certificate of a curve."""
    root = envelopes.signed(SOUND, sender="rsa3072", method="rsa-pss-sha256")
    sound = envelopes.signed(SOUND)
    at(root, "BinarySecurityToken").text = at(sound, "BinarySecurityToken").text
    return envelopes.octets(root)


_SENDERS = (
    *(
        refused(f"certificate-{name}", 6, _UNKNOWN, written(sender=name))
        for name in (
            *("stranger", "expired", "not-yet", "revoked", "server", "code", "encipherment"),
            "authority",
        )
    ),
    refused("p521", 6, _UNKNOWN, written(sender="p521")),
    refused("rsa-of-a-p256-certificate", 6, _UNKNOWN, _method_of_another_family),
    refused("rsa2048-pss", 7, _ALGORITHM, written(sender="rsa2048", method="rsa-pss-sha256")),
    refused("rsa2048-pkcs1-without-deviation", 7, _ALGORITHM,
            written(sender="rsa2048", method="rsa-sha256")),
    refused("rsa3072-pkcs1-without-deviation", 7, _ALGORITHM,
            written(sender="rsa3072", method="rsa-sha256")),
    refused("rsa2048-of-a-deviation", 7, _ALGORITHM,
            written(sender="old-stack-rsa2048", method="rsa-sha256")),
)  # fmt: skip


def _value(octets):
    """Another signature value."""

    def mutate(root):
        at(root, "SignatureValue").text = envelopes.b64encode(octets).decode()

    return changed(mutate)


def _of_other_length(cut):
    def mutate(root):
        node = at(root, "SignatureValue")
        octets = b64decode(node.text)
        node.text = envelopes.b64encode(octets[:cut]).decode()

    return changed(mutate)


def _digest_of_the_evil_body(root):
    """Body and digest agree, and the signature is of another digest."""
    at(root, "Body")[:] = [element(f'<s:ListTransmissions xmlns:s="{builders.SERVICE}"/>')]
    recipe = SOUND
    node = at(root, "Reference", envelopes.DS)
    again = element(envelopes.reference(recipe, at(root, "Body"), "BODY"))
    node.getparent().replace(node, again)


def _within(text, *, begun=None):
    """The operation gets content after it was signed; `begun` is the message until then."""
    opened = f'<s:Ping xmlns:s="{builders.SERVICE}">'

    def make():
        octets = (begun or written())()
        assert envelopes.PING.encode() in octets
        return octets.replace(envelopes.PING.encode(), f"{opened}{text}</s:Ping>".encode())

    return make


_OCTETS = (
    refused("body-changed", 10, _CHANGED, replaced(b":Ping", b":List")),
    refused("blank-in-the-body", 10, _CHANGED, replaced(b"<s:Ping", b" <s:Ping")),
    refused("attribute-of-the-body", 10, _CHANGED, replaced(b"<e:Body ", b'<e:Body x="1" ')),
    refused("prefix-of-the-body", 10, _CHANGED, replaced(
        b'<s:Ping xmlns:s="', b'<p:Ping xmlns:p="')),
    refused("body-in-a-relative-namespace", 10, _CHANGED, _within('<x xmlns="relative"/>')),
    refused("timestamp-in-a-relative-namespace", 8, _CHANGED, replaced(
        b"<u:Created>", b'<x xmlns="relative"/><u:Created>')),
    refused("timestamp-changed", 8, _CHANGED, replaced(
        instant(SOUND.expires).encode(), instant(SOUND.expires + timedelta(seconds=1)).encode())),
    refused("blank-in-the-timestamp", 8, _CHANGED, replaced(b"<u:Created>", b" <u:Created>")),
    refused("to-changed", 8, _CHANGED, replaced(b"127.0.0.1:8480", b"127.0.0.1:8481",
            twin=ADDRESSED), twin=ADDRESSED),
    refused("action-changed", 8, _CHANGED, replaced(b":1:Ping", b":1:List", twin=ADDRESSED),
            twin=ADDRESSED),
    refused("message-id-changed", 8, _CHANGED, replaced(b"000001<", b"000002<", twin=ADDRESSED),
            twin=ADDRESSED),
    refused("signed-token-broken-into-lines", 8, _CHANGED, changed(
        lambda root: setattr(at(root, "BinarySecurityToken"), "text",
                             at(root, "BinarySecurityToken").text + "\n"),
        twin=Recipe(also_signed=("X509",))), twin=Recipe(also_signed=("X509",))),
    refused("digest-of-the-evil-body", 6, _UNKNOWN, changed(_digest_of_the_evil_body)),
    refused("prefixes-added", 6, _UNKNOWN, changed(lambda root: at(root, "Transform").append(
        element(f'<c:InclusiveNamespaces xmlns:c="{envelopes.EXC}" PrefixList="w"/>')))),
    refused("another-method-of-the-family", 6, _UNKNOWN, changed(
        lambda root: at(root, "SignatureMethod").set(
            "Algorithm", envelopes.METHODS["ecdsa-sha384"]))),
    refused("another-digest-method", 6, _UNKNOWN, changed(
        lambda root: at(root, "DigestMethod").set("Algorithm", envelopes.SHA["sha512"]))),
    refused("r-and-s-of-zero", 6, _UNKNOWN, _value(bytes(64))),
    refused("r-and-s-of-the-order", 6, _UNKNOWN, _value(2 * bytes.fromhex(
        "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551"))),
    refused("a-signature-in-der", 6, _UNKNOWN, _value(b"\x30\x44" + bytes(68))),
    refused("half-a-signature", 6, _UNKNOWN, _of_other_length(32)),
    refused("a-signature-less-one-byte", 6, _UNKNOWN, _of_other_length(63)),
)  # fmt: skip


def _timestamp(inside, **attributes):
    stated = "".join(f' {name}="{value}"' for name, value in attributes.items())
    return written(timestamp=f'<u:Timestamp u:Id="TS"{stated}>{inside}</u:Timestamp>')


def _between(begin_s, end_s):
    return written(created=NOW + timedelta(seconds=begin_s), expires=NOW + timedelta(seconds=end_s))


_CREATED = f"<u:Created>{instant(SOUND.created)}</u:Created>"
_EXPIRES = f"<u:Expires>{instant(SOUND.expires)}</u:Expires>"
_INSTANTS = {
    "without-a-zone": "2026-11-20T08:59:50",
    "in-local-time": "2026-11-20T09:59:50+01:00",
    "of-second-60": "2026-11-20T08:59:60Z",
    "of-30-february": "2026-02-30T08:59:50Z",
    "of-24-hours": "2026-11-19T24:00:00Z",
    "as-a-number": "1795165190",
    "as-a-date": "2026-11-20",
    "in-arabic-digits": "٢٠٢٦-11-20T08:59:50Z",
    "of-ten-digits-of-a-second": "2026-11-20T08:59:50.0000000001Z",
    "as-nothing": "",
}
_TIMES = (
    refused("stale", 9, _EXPIRED, _between(-3_600, -3_300)),
    refused("stale-by-one-second", 9, _EXPIRED, _between(-361, -61)),
    refused("of-the-future", 9, _EXPIRED, _between(61, 300)),
    refused("of-the-next-year", 9, _EXPIRED, _between(31_536_000, 31_536_300)),
    refused("for-301-seconds", 9, _EXPIRED, _between(0, 301)),
    refused("for-30-years", 9, _EXPIRED, _between(0, 946_080_000)),
    refused("ends-before-it-begins", 9, _INVALID, _between(10, -10)),
    refused("ends-as-it-begins", 9, _INVALID, _between(0, 0)),
    refused("without-created", 9, _INVALID, _timestamp(_EXPIRES)),
    refused("without-expires", 9, _INVALID, _timestamp(_CREATED)),
    refused("expires-first", 9, _INVALID, _timestamp(_EXPIRES + _CREATED)),
    refused("created-twice", 9, _INVALID, _timestamp(2 * _CREATED + _EXPIRES)),
    refused("expires-twice", 9, _INVALID, _timestamp(_CREATED + 2 * _EXPIRES)),
    refused("more-than-instants", 9, _INVALID, _timestamp(_CREATED + _EXPIRES + "<x/>")),
    refused("text-in-the-timestamp", 9, _INVALID, _timestamp(_CREATED + "x" + _EXPIRES)),
    refused("attribute-of-the-timestamp", 9, _INVALID,
            _timestamp(_CREATED + _EXPIRES, kind="x")),
    refused("kind-of-created", 9, _INVALID,
            _timestamp(_CREATED.replace("Created>", 'Created ValueType="x">', 1) + _EXPIRES)),
    *(
        refused(f"created-{name}", 9, _INVALID, written(instants=(text, instant(SOUND.expires))))
        for name, text in _INSTANTS.items()
    ),
    refused("no-timestamp", 1, _INVALID, written(timestamp="")),
    refused("timestamp-without-an-id", 4, _INVALID, written(
        timestamp=f"<u:Timestamp>{_CREATED}{_EXPIRES}</u:Timestamp>")),
)  # fmt: skip

_HEADER = (
    refused("no-signature", 1, _INVALID, lambda: envelopes.octets(envelopes.unsigned(SOUND))),
    refused("empty-security", 1, _INVALID, changed(lambda root: at(root, "Security").clear())),
    refused("for-another-role", 1, _INVALID, written(
        security='e:role="http://www.w3.org/2003/05/soap-envelope/role/next"')),
    refused("for-an-intermediary", 1, _INVALID, written(security='e:role="urn:x"')),
    refused("for-an-actor-of-1.1", 1, _INVALID, written(
        Recipe(version="1.1"), security='e:actor="urn:x"'), twin=Recipe(version="1.1")),
    refused("must-understand-perhaps", 1, _INVALID, written(security='e:mustUnderstand="2"')),
    refused("text-in-the-security", 1, _INVALID, changed(
        lambda root: setattr(at(root, "Security"), "text", "x"))),
    refused("attribute-of-the-security", 1, _INVALID, written(security='x="1"')),
    refused("security-in-body-and-header", 1, _INVALID, written(
        body=f'<s:Ping xmlns:s="{builders.SERVICE}"><w:Security xmlns:w="{envelopes.WSSE}"/>'
        "</s:Ping>")),
    refused("signature-in-the-operation", 1, _INVALID, written(
        body=f'<s:Ping xmlns:s="{builders.SERVICE}"><d:Signature xmlns:d="{envelopes.DS}"/>'
        "</s:Ping>")),
)  # fmt: skip


def _addressed(name, fault, *, code="W004", **blocks):
    return Attack(
        name=name,
        make=written(addressing=to_us(**blocks)),
        fault=fault,
        code=code,
        twin=ADDRESSED,
    )


def _endpoint(address):
    return f"<a:Address>{address}</a:Address>"


_ELSEWHERE = "OnlyAnonymousAddressSupported"
_ADDRESSES = (
    _addressed("reply-to-elsewhere", _ELSEWHERE, ReplyTo=_endpoint("http://127.0.0.1:9/")),
    _addressed("reply-to-a-file", _ELSEWHERE, ReplyTo=_endpoint("file:///tmp/x")),
    _addressed("reply-to-nothing", _ELSEWHERE, ReplyTo=""),
    _addressed("reply-to-two", _ELSEWHERE,
               ReplyTo=_endpoint(f"{WSA}/anonymous") + _endpoint("http://127.0.0.1:9/")),
    _addressed("fault-to-elsewhere", _ELSEWHERE, FaultTo=_endpoint("http://127.0.0.1:9/")),
    _addressed("fault-to-a-mail", _ELSEWHERE, FaultTo=_endpoint("mailto:x@example.org")),
    _addressed("to-another-gateway", "DestinationUnreachable",
               To="https://gateway.example/soap/v1"),
    _addressed("to-another-path", "DestinationUnreachable", To="http://127.0.0.1:8480/soap/v2"),
    _addressed("to-nowhere", "DestinationUnreachable", To=""),
    _addressed("action-of-another-operation", "ActionMismatch",
               Action=f"{builders.SERVICE}:ListTransmissions"),
    _addressed("action-of-nobody", "ActionMismatch", Action="urn:x"),
    Attack(name="soap-action-of-another-operation", make=written(ADDRESSED), fault="Sender",
           code="S001", twin=ADDRESSED,
           headers=(("content-type", 'application/soap+xml; action="urn:x"'),)),
    Attack(name="unknown-block-that-must-be-understood", fault="MustUnderstand", code="S001",
           make=written(beside='<x e:mustUnderstand="1"/>')),
    Attack(name="addressing-of-2004-that-must-be-understood", fault="MustUnderstand", code="S001",
           make=written(beside='<o:To xmlns:o="http://schemas.xmlsoap.org/ws/2004/08/addressing"'
                        ' e:mustUnderstand="true">x</o:To>')),
)  # fmt: skip


def _of_the_scan(name, code, old, new):
    return Attack(name=name, make=replaced(old, new), fault="Sender", code=code)


def _namespaces(count):
    return b"".join(b' xmlns:n%d="urn:n%d"' % (n, n) for n in range(count))


def _crowded(count, children):
    """Namespaces in scope of everything, which inclusive C14N looks through for each node."""
    return lambda: written(
        body=envelopes.PING.replace("/>", f">{'<x/>' * children}</s:Ping>"), c14n=envelopes.INC
    )().replace(b"<e:Envelope ", b"<e:Envelope" + _namespaces(count) + b" ", 1)


_MANY = 240_000
"""Elements: just below what is counted."""


def _many_more(after, element_=b"<x/>", count=_MANY):
    return lambda: written()().replace(after, after + element_ * count, 1)


def _largest_submission_changed():
    """2,000 lines, signed, and one dose changed: digested for a proven sender alone."""
    line = builders.element({"results": [builders.a_line()]})
    line = line[line.index("<result>") : line.index("</results>")]
    form = builders.a_transmission(results=[])
    inside = builders.element(form).replace("<results>", f"<results>{line * 2_000}")
    body = f'<s:SubmitTransmission xmlns:s="{builders.SERVICE}">{inside}</s:SubmitTransmission>'
    return written(body=body)().replace(b"0.15", b"0.16", 1)


_BOMBS = (
    refused("240000-elements-in-the-security", 1, "UnsupportedSecurityToken",
            _many_more(b"</w:BinarySecurityToken>")),
    Attack(name="65-header-blocks", fault="Sender", code="T005",
           make=written(beside="<x/>" * 64)),
    Attack(name="240000-header-blocks", fault="Sender", code="T005", make=_many_more(
        b"</w:Security>")),
    Attack(name="80000-header-blocks-of-addressing", fault="Sender", code="T005", make=_many_more(
        b"</w:Security>", b"<a:To/>", 80_000)),
    Attack(name="240000-children-of-the-envelope", fault="Sender", code="S001", make=_many_more(
        b"</e:Header>")),
    refused("240000-elements-in-the-signature", 3, _INVALID, _many_more(b"<d:SignedInfo>")),
    refused("240000-elements-in-the-key-info", 5, _INVALID, _many_more(b"<d:KeyInfo>")),
    refused("2500-ids", 2, _INVALID, replaced(b"<e:Body ", b"<e:Body " + b"".join(
        b'n%d:Id="a" xmlns:n%d="n%d" ' % (n, n, n) for n in range(2_500)))),
    refused("a-certificate-of-4-MB", 5, _INVALID, _many_more(
        b'u:Id="X509">', b"QUFB", 1_000_000)),
    refused("an-instant-of-4-MB", 8, _CHANGED, _many_more(b"<u:Created>", b" ", 4_000_000)),
    refused("2000-lines-of-which-one-dose-was-changed", 10, _CHANGED, _largest_submission_changed),
    refused("500-namespaces-inclusively", 3, _ALGORITHM, _crowded(500, 1_000)),
    refused("2000-namespaces-inclusively", 3, _ALGORITHM, _crowded(2_000, 1_000)),
    refused("2000-namespaces-exclusively", 10, _CHANGED, _within("<x/>" * 1_000, begun=replaced(
        b"<e:Envelope ", b"<e:Envelope" + _namespaces(2_000) + b" "))),
    refused("2000-attributes", 10, _CHANGED, replaced(b"<s:Ping", b"<s:Ping" + b"".join(
        b' a%d="1"' % n for n in range(2_000)))),
    _of_the_scan("20000-namespaces", "T005", b"<e:Body ", b"<e:Body" + _namespaces(20_000) + b" "),
    Attack(name="one-long-namespace-on-20000-elements", fault="Sender", code="T005", make=_within(
        f'<x xmlns:l="urn:{"l" * 100_000}">{"<l:x/>" * 20_000}</x>')),
    _of_the_scan("comment-in-the-body", "T003", b"<s:Ping", b"<!--x--><s:Ping"),
    _of_the_scan("comment-in-an-instant", "T003", b"<u:Created>2026", b"<u:Created>20<!---->26"),
    _of_the_scan("comment-in-a-digest", "T003", b"<d:DigestValue>", b"<d:DigestValue><!---->"),
    _of_the_scan("instruction-in-the-body", "T003", b"<s:Ping", b"<?x?><s:Ping"),
    _of_the_scan("instruction-in-the-signature", "T003", b"<d:SignedInfo>", b"<d:SignedInfo><?x?>"),
    _of_the_scan("cdata-in-the-token", "T003", b"<d:SignatureValue>",
                 b"<d:SignatureValue><![CDATA[]]>"),
    _of_the_scan("doctype-with-ids", "T003", b"<e:Envelope",
                 b"<!DOCTYPE e [<!ATTLIST e:Body x ID #IMPLIED>]><e:Envelope"),
    _of_the_scan("deep", "T005", b"<s:Ping", b"<a>" * 300 + b"<s:Ping"),
)  # fmt: skip

ATTACKS = (*_SENDERS, *_OCTETS, *_TIMES, *_HEADER, *_ADDRESSES, *_BOMBS)
