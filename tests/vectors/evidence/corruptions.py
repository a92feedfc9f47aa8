"""Ways to make a receipt wrong: one change, of its bytes, its members, or what was signed."""

import json
import random
from base64 import b64encode
from dataclasses import replace
from hashlib import sha256

from signing.canonical import jcs
from signing.encoding import to_base64, to_base64url
from signing.log.checkpoint import Checkpoint, sign_checkpoint
from signing.log.vkey import SignatureType
from tests.vectors.evidence.keys import OUTSIDER, note_signer
from tests.vectors.evidence.random_receipts import ORIGIN

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
    "anywhere",
)
MAY_BE_INSIGNIFICANT = frozenset({"bit in signature lines", "bit in anywhere", "byte more"})
"""In the name or key id of who is not needed: the line becomes a stranger's, and is passed over."""


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
    named = {
        "canonicalSha256": (octets.index(b'"canonicalSha256"'), octets.index(b',"proof"')),
        "member proof": (octets.rindex(b'","index":'), octets.rindex(b'"signature":"')),
        "header": (at, at + dots[0]),
        "payload": (at + dots[0], at + dots[1]),
        "signature": (at + dots[1], len(octets)),
        "anywhere": (0, len(octets)),
    }
    return named[region]


def _inclusion(made, text):
    return made.receipt(proof=made.proof | {"inclusion": text})


def _signed_otherwise(made, signatures):
    note = replace(made.logged.signed.note, signatures=tuple(signatures))
    return made.proved_by(signed=replace(made.logged.signed, note=note)).receipt()


def _lines(made, *, of_the_log):
    return [one for one in made.logged.signed.note.signatures if (one.name == ORIGIN) is of_the_log]


def _text_of(made):
    return made.proof["inclusion"]


# members and bytes


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


# what is signed


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


# the log


def _another_salt(made, _other, draw):
    return made.proved_by(extra=draw.randbytes(32)).receipt()


def _salt_of_another(made, other, _draw):
    return made.proved_by(extra=other.logged.extra).receipt()


def _salt_longer(made, _other, _draw):
    return made.proved_by(extra=made.logged.extra + b"\0").receipt()


def _path_shorter(made, _other, _draw):
    path = made.logged.path
    # a tree of one leaf has no hash to lose
    shorter = path[:-1] if path else (bytes(32),)
    return made.proved_by(path=shorter).receipt()


def _path_longer(made, _other, draw):
    path = (*made.logged.path, draw.randbytes(32))
    return made.proved_by(path=path).receipt()


def _path_turned(made, _other, draw):
    path = made.logged.path
    turned = path[::-1] if len(path) > 1 else (*path, draw.randbytes(32))
    return made.proved_by(path=turned).receipt()


def _index_of_another(made, other, _draw):
    return made.proved_by(index=other.logged.index).receipt()


def _index_stated_otherwise(made, other, _draw):
    return made.receipt(proof=made.proof | {"index": other.logged.index})


def _size_stated_otherwise(made, _other, _draw):
    return made.receipt(proof=made.proof | {"size": made.proof["size"] + 1})


def _checkpoint_of_another_root(made, _other, draw):
    """Signed by nobody that the register names."""
    impostor = note_signer("an impostor", key_name=ORIGIN, kind=SignatureType.ED25519)
    size = made.logged.signed.checkpoint.size
    checkpoint = Checkpoint(origin=ORIGIN, size=size, root=draw.randbytes(32))
    return made.proved_by(signed=sign_checkpoint(checkpoint, impostor)).receipt()


def _line_twice(made, _other, _draw):
    text = _text_of(made)
    return _inclusion(made, text + text[text[:-1].rindex("\n") + 1 :])


def _log_signs_again(made, _other, draw):
    line = draw.choice(_lines(made, of_the_log=True))
    return _inclusion(made, _text_of(made) + replace(line, value=draw.randbytes(64)).line)


def _no_witness(made, _other, _draw):
    return _signed_otherwise(made, _lines(made, of_the_log=True))


def _log_did_not_sign(made, _other, _draw):
    return _signed_otherwise(made, _lines(made, of_the_log=False))


def _cosigned_at_another_time(made, _other, _draw):
    """One bit of the last byte of the seconds, in every witness's line."""
    redated = [
        replace(one, value=one.value[:7] + bytes([one.value[7] ^ 1]) + one.value[8:])
        for one in _lines(made, of_the_log=False)
    ]
    return _signed_otherwise(made, [*_lines(made, of_the_log=True), *redated])


def _crlf(made, _other, _draw):
    return _inclusion(made, _text_of(made).replace("\n", "\r\n"))


def _extension_line(made, _other, _draw):
    root = to_base64(made.logged.signed.checkpoint.root)
    return _inclusion(made, _text_of(made).replace(root, f"{root}\nmore"))


def _proof_in_base64(made, _other, _draw):
    return _inclusion(made, b64encode(_text_of(made).encode()).decode())


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
    _another_salt,
    _salt_of_another,
    _salt_longer,
    _path_shorter,
    _path_longer,
    _path_turned,
    _index_of_another,
    _index_stated_otherwise,
    _size_stated_otherwise,
    _checkpoint_of_another_root,
    _line_twice,
    _log_signs_again,
    _no_witness,
    _log_did_not_sign,
    _cosigned_at_another_time,
    _crlf,
    _extension_line,
    _proof_in_base64,
    _bare_jws,
    _no_object,
)
