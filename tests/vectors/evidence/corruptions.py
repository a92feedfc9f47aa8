"""Ways to make a receipt wrong: one change, of its bytes, its members, or what was signed."""

import json
import random
from hashlib import sha256

from signing.canonical import jcs
from signing.encoding import to_base64url
from tests.vectors.evidence.corruptions_log import WAYS_OF_THE_LOG
from tests.vectors.evidence.keys import OUTSIDER

_REGIONS = (
    "acknowledgement",
    "canonicalSha256",
    "header",
    "payload",
    "signature",
    "salt",
    "index",
    "path",
    "checkpoint",
    "signature lines",
    "member proof",
    "time-stamp",
    "anywhere",
)
MAY_BE_INSIGNIFICANT = frozenset(
    {"bit in signature lines", "bit in time-stamp", "bit in anywhere", "byte more"}
)
"""In the name or key id of who is not needed: the line becomes a stranger's, and is passed over.

In a time-stamp: what is signed by nobody, or the signature, which then is a stranger's too.
"""


def corrupted(made, other, *, draw: random.Random, number):
    """Give the way and the bytes of `made` made wrong; `other` is another receipt of the log."""
    if number % 2:
        region = _REGIONS[number // 2 % len(_REGIONS)]
        return f"bit in {region}", _flipped(made, region, draw)
    way = _WAYS[number // 2 % len(_WAYS)]
    return way.__name__.removeprefix("_").replace("_", " "), way(made, other, draw)


def _flipped(made, region, draw):
    octets = bytearray(made.receipt())
    begin, end = _bounds(bytes(octets), made, region)
    octets[draw.randrange(begin, end)] ^= 1 << draw.randrange(8)
    return bytes(octets)


def _bounds(octets, made, region):
    """Where a region begins and ends in the bytes of the receipt."""
    text = json.dumps(made.proof["inclusion"], ensure_ascii=False)[1:-1].encode()
    head, empty, _ = text.partition(b"\\n\\n")
    lines = text.index("— ".encode())
    salt = head.index(b"index ")
    path = head.find(b"\\n", salt) + 2 if made.logged.path else salt
    dots = [made.jws.index("."), made.jws.rindex(".")]
    within = {
        "salt": (text, 0, salt),
        "index": (text, salt, path),
        "path": (text, path, len(head)),
        "checkpoint": (text, len(head) + len(empty), lines),
        "signature lines": (text, lines, len(text)),
        "acknowledgement": (made.canonical, 0, len(made.canonical)),
    }
    if region in within:
        whole, begin, end = within[region]
        at = octets.index(whole)
        return at + begin, at + max(end, begin + 1)
    at = octets.rindex(b'"signature":"') + len(b'"signature":"')
    begin, end = octets.rindex(b'","index":'), octets.rindex(b'"signature":"')
    stamp = octets.rfind(b'"timestamp":"')
    named = {
        "canonicalSha256": (octets.index(b'"canonicalSha256"'), octets.index(b',"proof"')),
        "member proof": (begin, end if made.stamp is None else stamp),
        "time-stamp": (begin if made.stamp is None else stamp, end),
        "header": (at, at + dots[0]),
        "payload": (at + dots[0], at + dots[1]),
        "signature": (at + dots[1], len(octets)),
        "anywhere": (0, len(octets)),
    }
    return named[region]


def _acknowledgement_of_another(made, other, _draw):
    return made.receipt(acknowledgement=other.members)


def _digest_of_another(made, other, _draw):
    return made.receipt(canonicalSha256=sha256(other.canonical).hexdigest())


def _signature_of_another(made, other, _draw):
    return made.receipt(signature=other.jws)


def _proof_of_another(made, other, _draw):
    return made.receipt(proof=other.proof)


def _proof_left_out(made, _other, _draw):
    return made.receipt(proof=None)


def _member_more(made, _other, _draw):
    return made.receipt(remark="x")


def _cut(made, _other, draw):
    octets = made.receipt()
    return octets[: draw.randrange(len(octets))]


def _byte_more(made, _other, draw):
    octets = made.receipt()
    at = draw.randrange(len(octets) + 1)
    return octets[:at] + draw.randbytes(1) + octets[at:]


def _indented(made, _other, _draw):
    return json.dumps(json.loads(made.receipt()), ensure_ascii=False, indent=1).encode()


def _backwards(made, _other, _draw):
    members = json.loads(made.receipt())
    turned = {name: members[name] for name in reversed(members)}
    return json.dumps(turned, ensure_ascii=False, separators=(",", ":")).encode()


def _member_twice(made, _other, _draw):
    octets = made.receipt()
    return octets[:-1] + b',"signature":"x"}'


def _signed_by_an_outsider(made, _other, _draw):
    return made.receipt(signature=OUTSIDER.jws(made.canonical))


def _signed_under_another_name(made, _other, _draw):
    header, payload, _ = made.jws.split(".")
    forged = to_base64url(OUTSIDER.raw_signature(f"{header}.{payload}".encode()))
    return made.receipt(signature=f"{header}.{payload}.{forged}")


def _type_of_another_statement(made, _other, _draw):
    jws = made.signer.sign_json(made.canonical, typ="siseri-line+jws").decode()
    return made.receipt(signature=jws)


def _decided_before_every_key(made, _other, _draw):
    return made.saying(decidedAt="2025-06-01T00:00:00.000Z").receipt()


def _decided_another_year(made, _other, _draw):
    return made.saying(decidedAt="2031-06-01T00:00:00.000Z").receipt()


def _content_changed_and_signed(made, _other, _draw):
    """By the very key: its word is another, but what the log holds is not."""
    return made.saying(environment="elsewhere").receipt()


def _signature_padded(made, _other, _draw):
    return made.receipt(signature=made.jws + "==")


def _stray_bits(made, _other, _draw):
    jws = made.jws
    return made.receipt(signature=jws[:-1] + chr(ord(jws[-1]) + 1))


def _bare_jws(made, _other, _draw):
    """It has no proof, and the policy asks for one."""
    return made.jws.encode()


def _no_object(made, _other, _draw):
    return jcs([json.loads(made.receipt())])


_WAYS = (
    _acknowledgement_of_another,
    _digest_of_another,
    _signature_of_another,
    _proof_of_another,
    _proof_left_out,
    _member_more,
    _cut,
    _byte_more,
    _indented,
    _backwards,
    _member_twice,
    _signed_by_an_outsider,
    _signed_under_another_name,
    _type_of_another_statement,
    _decided_before_every_key,
    _decided_another_year,
    _content_changed_and_signed,
    _signature_padded,
    _stray_bits,
    _bare_jws,
    _no_object,
    *WAYS_OF_THE_LOG,
)
