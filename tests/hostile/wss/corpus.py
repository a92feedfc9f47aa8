"""All hostile messages of the WS-Security door, and the sound ones beside them."""

from tests.hostile.wss import messages, signatures, wrapping
from tests.hostile.wss.attack import ADDRESSED, SOUND
from tests.hostile.wss.envelopes import Recipe, to_us

ATTACKS = (*wrapping.ATTACKS, *signatures.ATTACKS, *messages.ATTACKS)
BENIGN = {
    "sound": SOUND,
    "addressed": ADDRESSED,
    "soap-1.1": Recipe(version="1.1"),
    "soap-1.1-addressed": Recipe(version="1.1", addressing=to_us()),
    "by-issuer-and-serial": Recipe(named="issuer"),
    "by-key-identifier": Recipe(named="ski"),
    "by-thumbprint": Recipe(named="thumbprint"),
    "token-signed": Recipe(also_signed=("X509",)),
    "prefixes-as-wss4j-writes-them": Recipe(prefixes={"": "e", "TS": "e w", "BODY": ""}),
    "p384": Recipe(sender="p384", method="ecdsa-sha384", digest="sha384"),
    "p256-with-sha384": Recipe(method="ecdsa-sha384"),
    "rsa-pss": Recipe(sender="rsa3072", method="rsa-pss-sha256"),
    "rsa-pss-sha512": Recipe(sender="rsa3072", method="rsa-pss-sha512", digest="sha512"),
    "pkcs1-by-deviation": Recipe(sender="old-stack", method="rsa-sha256"),
    "certificate-for-mail": Recipe(sender="mail"),
    "certificate-for-any-use": Recipe(sender="any-use"),
    "must-understand-in-words": Recipe(security='e:mustUnderstand="true"'),
    "need-not-be-understood": Recipe(security=""),
    "for-the-last-receiver": Recipe(
        security='e:role="http://www.w3.org/2003/05/soap-envelope/role/ultimateReceiver"'
    ),
    "at-the-edge-of-the-past": Recipe(instants=("2026-11-20T08:54:00Z", "2026-11-20T08:59:00Z")),
    "at-the-edge-of-the-future": Recipe(instants=("2026-11-20T09:01:00Z", "2026-11-20T09:06:00Z")),
    "instants-of-seven-digits": Recipe(
        instants=("2026-11-20T08:59:50.1234567Z", "2026-11-20T09:04:50.1234567Z")
    ),
    "reply-to-none": Recipe(
        addressing=to_us(ReplyTo="<a:Address>http://www.w3.org/2005/08/addressing/none</a:Address>")
    ),
    "an-unknown-block": Recipe(beside='<x xmlns="urn:trace">1</x>'),
}
"""Sound messages by name: each way that the profile leaves open."""
