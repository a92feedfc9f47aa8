"""Signatures that ask the verifier for what the profile has not: algorithms, transforms, keys."""

from base64 import b64encode

from tests.hostile.wss import credentials, envelopes
from tests.hostile.wss.attack import (
    ADDRESSED,
    SOUND,
    at,
    before,
    changed,
    element,
    refused,
    replaced,
    written,
)
from tests.hostile.wss.envelopes import DS, EXC, INC, WSSE, X509, Recipe

_INVALID, _ALGORITHM = "InvalidSecurity", "UnsupportedAlgorithm"
_TOKEN, _BAD_TOKEN, _NO_TOKEN = (
    "UnsupportedSecurityToken",
    "InvalidSecurityToken",
    "SecurityTokenUnavailable",
)
_UNKNOWN, _CHANGED = "FailedAuthentication", "FailedCheck"
_FILTER = "http://www.w3.org/2002/06/xmldsig-filter2"
TRANSFORMS = {
    "xpath": "http://www.w3.org/TR/1999/REC-xpath-19991116",
    "xpath-filter-2": _FILTER,
    "xslt": "http://www.w3.org/TR/1999/REC-xslt-19991116",
    "base64": f"{DS}base64",
    "enveloped": f"{DS}enveloped-signature",
    "token-dereference": f"{envelopes.OASIS}soap-message-security-1.0#STR-Transform",
    "inclusive-c14n": INC,
    "inclusive-c14n-1.1": "http://www.w3.org/2006/12/xml-c14n11",
    "c14n-with-comments": f"{EXC}WithComments",
    "c14n-2.0": "http://www.w3.org/2010/xml-c14n2",
    "minimal": f"{DS}minimal",
    "no-name": "",
}
METHODS = {
    "hmac-sha1": f"{DS}hmac-sha1",
    "hmac-sha256": envelopes.METHODS["hmac-sha256"],
    "rsa-sha1": envelopes.METHODS["rsa-sha1"],
    "rsa-md5": f"{envelopes.MORE}rsa-md5",
    "dsa-sha1": f"{DS}dsa-sha1",
    "ecdsa-sha1": envelopes.METHODS["ecdsa-sha1"],
    "ecdsa-sha512": envelopes.METHODS["ecdsa-sha512"],
    "pss-with-parameters": f"{envelopes.MORE_2007}rsa-pss",
    "pss-sha1": f"{envelopes.MORE_2007}sha1-rsa-MGF1",
    "none": "",
}
DIGESTS = {
    "md5": envelopes.SHA["md5"],
    "sha1": envelopes.SHA["sha1"],
    "sha224": f"{envelopes.MORE}sha224",
    "ripemd160": "http://www.w3.org/2001/04/xmlenc#ripemd160",
}
REFERENCES = {
    "the-whole-document": "",
    "a-web-address": "http://127.0.0.1:9/body.xml",
    "a-file": "file:///etc/passwd",
    "an-attachment": "cid:body@example",
    "an-xpointer": "#xpointer(/)",
    "an-xpointer-to-an-id": "#xpointer(id('BODY'))",
    "an-escaped-id": "#B%4FDY",
    "an-id-with-blanks": "# BODY",
    "nothing": "#",
}


def _algorithm_of(name, uri, *, place=0):
    def mutate(root):
        list(root.iter(f"{{{DS}}}{name}"))[place].set("Algorithm", uri)

    return changed(mutate)


def _uri(uri):
    def mutate(root):
        node = at(root, "Reference", DS)
        if uri is None:
            del node.attrib["URI"]
        else:
            node.set("URI", uri)

    return changed(mutate)


def _in(name, text, namespace=DS):
    """One more child of that element."""
    return changed(lambda root: at(root, name, namespace).append(element(text)))


def _set(name, attribute, value, namespace=DS):
    return changed(lambda root: at(root, name, namespace).set(attribute, value))


def _without(name, namespace=DS):
    def mutate(root):
        node = at(root, name, namespace)
        node.getparent().remove(node)

    return changed(mutate)


def _text(name, text, namespace=DS):
    def mutate(root):
        at(root, name, namespace).text = text

    return changed(mutate)


def _repeated_reference(root):
    node = at(root, "Reference", DS)
    for _ in range(11):
        node.addnext(element(envelopes.etree.tostring(node).decode()))


def _once_more(root):
    node = at(root, "Reference", DS)
    node.addnext(element(envelopes.etree.tostring(node).decode()))


_ALGORITHMS = (
    *(
        refused(f"transform-{name}", 3, _ALGORITHM, _algorithm_of("Transform", uri))
        for name, uri in TRANSFORMS.items()
    ),
    *(
        refused(
            f"canonicalization-{name}", 3, _ALGORITHM, _algorithm_of("CanonicalizationMethod", uri)
        )
        for name, uri in TRANSFORMS.items()
        if "c14n" in name or name in {"minimal", "no-name", "xslt"}
    ),
    *(
        refused(f"method-{name}", 3, _ALGORITHM, _algorithm_of("SignatureMethod", uri))
        for name, uri in METHODS.items()
    ),
    *(
        refused(f"digest-{name}", 3, _ALGORITHM, _algorithm_of("DigestMethod", uri, place=1))
        for name, uri in DIGESTS.items()
    ),
    refused("hmac-of-the-certificate", 3, _ALGORITHM, written(method="hmac-sha256")),
    refused("digested-by-sha1", 3, _ALGORITHM, written(digest="sha1")),
    refused("signed-inclusively", 3, _ALGORITHM, written(c14n=INC)),
    refused("digested-inclusively", 3, _ALGORITHM, written(transforms=(INC,))),
    refused("enveloped-then-exclusive", 3, _INVALID,
            written(transforms=(TRANSFORMS["enveloped"], EXC))),
    refused("exclusive-twice", 3, _INVALID, written(transforms=(EXC, EXC))),
    refused("output-of-an-hmac-cut", 3, _INVALID,
            _in("SignatureMethod", "<d:HMACOutputLength>1</d:HMACOutputLength>")),
    refused("transform-with-a-stylesheet", 3, _INVALID,
            _in("Transform", '<t:s xmlns:t="http://www.w3.org/1999/XSL/Transform"/>')),
    refused("transform-with-an-xpath", 3, _INVALID, _in("Transform", "<d:XPath>1</d:XPath>")),
    refused("17-prefixes", 3, _INVALID,
            written(prefixes={"BODY": " ".join(f"p{n}" for n in range(17))})),
    refused("prefixes-that-are-none", 3, _INVALID, replaced(
        b'PrefixList="w"', b'PrefixList="*"', twin=Recipe(prefixes={"TS": "w"})),
            twin=Recipe(prefixes={"TS": "w"})),
    refused("a-manifest", 3, _INVALID, _in("SignedInfo", "<d:Manifest/>")),
    refused("an-object", 3, _INVALID, _in("Signature", "<d:Object/>")),
    refused("no-transforms", 3, _INVALID, _without("Transforms")),
    refused("no-signature-value", 3, _INVALID, _without("SignatureValue")),
    refused("no-key-info", 3, _INVALID, _without("KeyInfo")),
    refused("no-reference", 3, _INVALID, changed(lambda root: [
        node.getparent().remove(node) for node in list(root.iter(f"{{{DS}}}Reference"))])),
    refused("13-references", 3, _INVALID, changed(_repeated_reference)),
    refused("a-type-of-a-reference", 3, _INVALID, _set("Reference", "Type", f"{DS}Object")),
    refused("text-in-the-signed-info", 3, _INVALID, _text("SignedInfo", "x")),
    refused("an-empty-signature-value", 3, _INVALID, _text("SignatureValue", "")),
    refused("a-signature-value-of-40-kB", 3, _INVALID, _text("SignatureValue", "QUFB" * 10_000)),
    refused("a-signature-value-that-is-not-base64", 3, _INVALID, _text("SignatureValue", "%%%")),
    refused("an-empty-digest", 3, _INVALID, _text("DigestValue", "")),
)  # fmt: skip


_REFERENCES = (
    *(
        refused(f"reference-to-{name}", 3, _INVALID, _uri(uri))
        for name, uri in REFERENCES.items()
    ),
    refused("reference-without-a-uri", 3, _INVALID, _uri(None)),
    refused("reference-to-no-id", 4, _INVALID, _uri("#OTHER")),
    refused("the-body-signed-twice", 4, _INVALID, changed(_once_more)),
    refused("the-body-not-signed", 4, _INVALID, written(left_out=("BODY",))),
    refused("the-timestamp-not-signed", 4, _INVALID, written(left_out=("TS",))),
    *(
        refused(f"{name}-not-signed", 4, _INVALID, written(ADDRESSED, left_out=(f"A-{name}",)),
                twin=ADDRESSED)
        for name in envelopes.HEADERS
    ),
    refused("the-header-signed", 4, _INVALID, before(
        lambda root: root[0].set(envelopes.ID, "HEADER"), also_signed=("HEADER",))),
    refused("the-security-signed", 4, _INVALID, before(
        lambda root: at(root, "Security").set(envelopes.ID, "SECURITY"),
        also_signed=("SECURITY",))),
    refused("the-operation-signed-for-the-body", 4, _INVALID, before(
        lambda root: root[1][0].set(envelopes.ID, "PING"),
        also_signed=("PING",), left_out=("BODY",))),
    refused("an-unknown-block-signed", 4, _INVALID, written(
        beside='<x u:Id="X"/>', also_signed=("X",))),
)  # fmt: skip


def _token_changed(attribute, value):
    return _set("BinarySecurityToken", attribute, value, WSSE)


def _key_info(text):
    """Another content of ds:KeyInfo, which is not signed."""

    def mutate(root):
        info = at(root, "KeyInfo")
        info[:] = [element(text)]

    return changed(mutate)


def _reference_to_token(text, *, keeps_token=True):
    def mutate(root):
        at(root, "SecurityTokenReference")[:] = [element(text)]
        if not keeps_token:
            token = at(root, "BinarySecurityToken")
            token.getparent().remove(token)

    return changed(mutate)


def _serial_of(owner="laboratory", **stated):
    certificate = credentials.sender(owner).certificate
    issuer = stated.get("issuer", certificate.issuer.rfc4514_string())
    serial = stated.get("serial", certificate.serial_number)
    return (
        f"<d:X509Data><d:X509IssuerSerial><d:X509IssuerName>{issuer}</d:X509IssuerName>"
        f"<d:X509SerialNumber>{serial}</d:X509SerialNumber></d:X509IssuerSerial></d:X509Data>"
    )


def _by_serial(*, keeps_token=False, **stated):
    """The issuer and serial of a certificate; keys are made when the message is."""

    def make():
        return _reference_to_token(_serial_of(**stated), keeps_token=keeps_token)()

    return make


_STR = "<w:SecurityTokenReference>{}</w:SecurityTokenReference>"
_TO_TOKEN = f'<w:Reference URI="#X509" ValueType="{X509}X509v3"/>'
_CERTIFICATE = "<d:X509Data><d:X509Certificate>{}</d:X509Certificate></d:X509Data>"
_WITHIN = (
    "<w:UsernameToken><w:Username>x</w:Username></w:UsernameToken>",
    '<a:Assertion xmlns:a="urn:oasis:names:tc:SAML:2.0:assertion"/>',
    '<x:EncryptedKey xmlns:x="http://www.w3.org/2001/04/xmlenc#"/>',
    '<x:EncryptedData xmlns:x="http://www.w3.org/2001/04/xmlenc#"/>',
    "<w:SecurityTokenReference/>",
)

_TOKENS = (
    *(
        refused(f"beside-the-token-{text[1:].partition(' ')[0].partition('>')[0].strip('/')[2:]}",
                1, _TOKEN, written(within=text))
        for text in _WITHIN
    ),
    refused("token-of-a-path", 5, _TOKEN, _token_changed("ValueType", f"{X509}X509PKIPathv1")),
    refused("token-of-pkcs7", 5, _TOKEN, _token_changed("ValueType", f"{X509}PKCS7")),
    refused("token-without-a-kind", 5, _TOKEN, changed(
        lambda root: at(root, "BinarySecurityToken").attrib.pop("ValueType"))),
    refused("token-in-hexadecimal", 5, _BAD_TOKEN, _token_changed("EncodingType", "urn:hex")),
    refused("token-without-an-encoding", 5, _BAD_TOKEN, changed(
        lambda root: at(root, "BinarySecurityToken").attrib.pop("EncodingType"))),
    refused("token-that-is-not-base64", 5, _INVALID, _text("BinarySecurityToken", "%", WSSE)),
    refused("token-of-60-kB", 5, _INVALID, _text("BinarySecurityToken", "QUFB" * 15_000, WSSE)),
    refused("token-without-a-certificate", 6, _UNKNOWN,
            _text("BinarySecurityToken", "QUFB", WSSE)),
    refused("token-of-another-id", 5, _NO_TOKEN, _set(
        "BinarySecurityToken", envelopes.ID, "X509-2", WSSE)),
    refused("token-elsewhere", 5, _INVALID, _reference_to_token(
        _TO_TOKEN.replace('"#X509"', '"http://127.0.0.1:9/"'))),
    refused("token-named-of-another-kind", 5, _TOKEN, _reference_to_token(
        _TO_TOKEN.replace("X509v3", "PKCS7"))),
    refused("token-that-nothing-refers-to", 5, _INVALID, _by_serial(keeps_token=True)),
    refused("token-embedded", 5, _INVALID, _reference_to_token("<w:Embedded/>")),
    refused("token-embedded-alone", 5, _TOKEN, _reference_to_token(
        "<w:Embedded/>", keeps_token=False)),
    refused("token-by-name", 5, _TOKEN, _reference_to_token(
        "<d:KeyName>laboratory</d:KeyName>", keeps_token=False)),
    refused("two-references-to-tokens", 5, _INVALID, changed(
        lambda root: at(root, "SecurityTokenReference").append(element(_TO_TOKEN)))),
    refused("no-reference-to-a-token", 5, _INVALID, _key_info(_STR.format(""))),
    refused("two-token-references", 5, _INVALID, _in("KeyInfo", _STR.format(_TO_TOKEN))),
    refused("key-value", 5, _INVALID, _key_info("<d:KeyValue/>")),
    refused("key-name", 5, _INVALID, _key_info("<d:KeyName>laboratory</d:KeyName>")),
    refused("retrieval-method", 5, _INVALID, _key_info(
        '<d:RetrievalMethod URI="http://127.0.0.1:9/key"/>')),
    refused("certificate-in-key-info", 5, _INVALID, _key_info(
        _CERTIFICATE.format("QUFB"))),
    refused("certificate-in-the-token-reference", 5, _TOKEN, _reference_to_token(
        _CERTIFICATE.format("QUFB"), keeps_token=False)),
    refused("identifier-of-another-kind", 5, _TOKEN, _reference_to_token(
        f'<w:KeyIdentifier ValueType="{X509}X509v3">QUFB</w:KeyIdentifier>', keeps_token=False)),
    refused("identifier-in-hexadecimal", 5, _BAD_TOKEN, _reference_to_token(
        f'<w:KeyIdentifier EncodingType="urn:hex" ValueType="{X509}X509SubjectKeyIdentifier">'
        "QUFB</w:KeyIdentifier>", keeps_token=False)),
    refused("identifier-of-nobody", 6, _UNKNOWN, _reference_to_token(
        f'<w:KeyIdentifier ValueType="{X509}X509SubjectKeyIdentifier">QUFB</w:KeyIdentifier>',
        keeps_token=False)),
)  # fmt: skip


def _with_token_of(name, recipe):
    """Signed as `recipe` says, and the token replaced: KeyInfo is not signed."""
    root = envelopes.signed(recipe)
    at(root, "BinarySecurityToken").text = b64encode(credentials.sender(name).der).decode()
    return envelopes.octets(root)


_NAMED = (
    refused("serial-of-another-issuer", 6, _UNKNOWN, _by_serial(issuer="CN=Autre")),
    refused("issuer-that-is-no-name", 6, _UNKNOWN, _by_serial(issuer="=,,=")),
    refused("another-serial", 6, _UNKNOWN, _by_serial(serial="1")),
    refused("serial-that-is-no-number", 5, _BAD_TOKEN, _by_serial(serial="0x1")),
    refused("serial-of-50-digits", 5, _BAD_TOKEN, _by_serial(serial="1" * 50)),
    refused("serial-of-another-partner", 6, _UNKNOWN, _by_serial(owner="mail")),
    refused("token-of-another-partner", 6, _UNKNOWN, lambda: _with_token_of("mail", SOUND)),
    refused("token-of-ours-signed-by-a-stranger", 6, _UNKNOWN,
            lambda: _with_token_of("laboratory", Recipe(sender="stranger"))),
)  # fmt: skip
ATTACKS = (*_ALGORITHMS, *_REFERENCES, *_TOKENS, *_NAMED)
