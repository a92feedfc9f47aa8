"""The names of WS-Security, XML-Signature and WS-Addressing that the profile knows.

WSS: OASIS Web Services Security, SOAP Message Security 1.1.1 and X.509 Certificate Token Profile
1.1.1 (2012). BSP: WS-I Basic Security Profile 1.1 (2010). XML-Signature: W3C, second edition.
"""

from typing import Final

_OASIS: Final = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-"
_X509: Final = f"{_OASIS}x509-token-profile-1.0#"
_MESSAGE_10: Final = f"{_OASIS}soap-message-security-1.0#"
_MESSAGE_11: Final = "http://docs.oasis-open.org/wss/oasis-wss-soap-message-security-1.1#"

SOAP_11: Final = "http://schemas.xmlsoap.org/soap/envelope/"
SOAP_12: Final = "http://www.w3.org/2003/05/soap-envelope"
DS: Final = "http://www.w3.org/2000/09/xmldsig#"
WSSE: Final = f"{_OASIS}wssecurity-secext-1.0.xsd"
WSU: Final = f"{_OASIS}wssecurity-utility-1.0.xsd"
WSSE_11: Final = "http://docs.oasis-open.org/wss/oasis-wss-wssecurity-secext-1.1.xsd"
WSA: Final = "http://www.w3.org/2005/08/addressing"

EXCLUSIVE: Final = "http://www.w3.org/2001/10/xml-exc-c14n#"
"""Both the one canonicalisation and the namespace of its InclusiveNamespaces (xml-exc-c14n §4)."""
BASE64_BINARY: Final = f"{_MESSAGE_10}Base64Binary"
X509_V3: Final = f"{_X509}X509v3"
SUBJECT_KEY_IDENTIFIER: Final = f"{_X509}X509SubjectKeyIdentifier"
THUMBPRINT_SHA1: Final = f"{_MESSAGE_11}ThumbprintSHA1"

SECURITY: Final = f"{{{WSSE}}}Security"
TOKEN: Final = f"{{{WSSE}}}BinarySecurityToken"
TOKEN_REFERENCE: Final = f"{{{WSSE}}}SecurityTokenReference"
TIMESTAMP: Final = f"{{{WSU}}}Timestamp"
WSU_ID: Final = f"{{{WSU}}}Id"
SIGNATURE: Final = f"{{{DS}}}Signature"
SIGNED_INFO: Final = f"{{{DS}}}SignedInfo"
KEY_INFO: Final = f"{{{DS}}}KeyInfo"
ADDRESSING: Final = frozenset(
    f"{{{WSA}}}{name}"
    for name in ("To", "Action", "MessageID", "ReplyTo", "FaultTo", "From", "RelatesTo")
)
"""Header blocks of WS-Addressing 1.0 (Core §3.2): where one stands, it is signed."""
