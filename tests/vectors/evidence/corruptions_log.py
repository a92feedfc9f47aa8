"""Ways to make wrong what a receipt carries of the log; see `corruptions`."""

from base64 import b64encode
from dataclasses import replace
from datetime import timedelta

from signing.encoding import parse_instant, to_base64
from signing.log.checkpoint import Checkpoint, sign_checkpoint
from signing.log.cosignature import cosign
from signing.log.vkey import SignatureType
from tests.vectors.evidence.keys import note_signer
from tests.vectors.evidence.random_receipts import ORIGIN
from tests.vectors.evidence.stamps import token

_IMPOSTOR = note_signer("an impostor", key_name=ORIGIN, kind=SignatureType.ED25519)


def _inclusion(made, text):
    return made.receipt(proof=made.proof | {"inclusion": text})


def _signed_otherwise(made, signatures):
    note = replace(made.logged.signed.note, signatures=tuple(signatures))
    return made.proved_by(signed=replace(made.logged.signed, note=note)).receipt()


def _lines(made, *, of_the_log):
    return [one for one in made.logged.signed.note.signatures if (one.name == ORIGIN) is of_the_log]


def _text_of(made):
    return made.proof["inclusion"]


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
    size = made.logged.signed.checkpoint.size
    checkpoint = Checkpoint(origin=ORIGIN, size=size, root=draw.randbytes(32))
    return made.proved_by(signed=sign_checkpoint(checkpoint, _IMPOSTOR)).receipt()


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


def _seen_two_days_later_only(made, _other, _draw):
    """By the very witnesses: too late to tell that it is not dated back."""
    late = parse_instant(_decided(made)) + timedelta(days=2)
    unstamped = replace(made, stamp=None)
    return unstamped.proved_by(signed=_cosigned(made, made.logged.signed, at=late)).receipt()


def _stamped_and_seen_two_days_later_only(made, _other, _draw):
    """By an authority of the register as well."""
    late = parse_instant(_decided(made)) + timedelta(days=2)
    stamp = token(made.logged.signed.note.text.encode(), at=late)
    stamped = replace(made, stamp=stamp)
    return stamped.proved_by(signed=_cosigned(made, made.logged.signed, at=late)).receipt()


def _stamped_over_another_text(made, _other, draw):
    at = parse_instant(_decided(made))
    return replace(made, stamp=token(draw.randbytes(90), at=at)).receipt()


def _stamp_cut(made, _other, draw):
    whole = token(made.logged.signed.note.text.encode(), at=parse_instant(_decided(made)))
    return replace(made, stamp=whole[: draw.randrange(1, len(whole))]).receipt()


def _stamp_is_noise(made, _other, draw):
    return replace(made, stamp=draw.randbytes(1500)).receipt()


def _stamped_before_its_decision(made, _other, _draw):
    early = parse_instant(_decided(made)) - timedelta(minutes=6)
    return replace(made, stamp=token(made.logged.signed.note.text.encode(), at=early)).receipt()


def _decided(made):
    return made.members["decidedAt"]


def _signed_by_a_retired_log_key(made, _other, _draw):
    """By an unknown one where none has retired yet."""
    signer = next(iter(made.retired), _IMPOSTOR)
    signed = sign_checkpoint(made.logged.signed.checkpoint, signer)
    soon = parse_instant(_decided(made)) + timedelta(minutes=1)
    return made.proved_by(signed=_cosigned(made, signed, at=soon)).receipt()


def _cosigned(made, signed, *, at):
    log_alone = [one for one in signed.note.signatures if one.name == ORIGIN]
    lines = [*log_alone, *(cosign(signed, one, at=at) for one in made.cosigners)]
    return replace(signed, note=replace(signed.note, signatures=tuple(lines)))


def _crlf(made, _other, _draw):
    return _inclusion(made, _text_of(made).replace("\n", "\r\n"))


def _extension_line(made, _other, _draw):
    root = to_base64(made.logged.signed.checkpoint.root)
    return _inclusion(made, _text_of(made).replace(root, f"{root}\nmore"))


def _proof_in_base64(made, _other, _draw):
    return _inclusion(made, b64encode(_text_of(made).encode()).decode())


WAYS_OF_THE_LOG = (
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
    _seen_two_days_later_only,
    _stamped_and_seen_two_days_later_only,
    _stamped_over_another_text,
    _stamp_cut,
    _stamp_is_noise,
    _stamped_before_its_decision,
    _signed_by_a_retired_log_key,
    _crlf,
    _extension_line,
    _proof_in_base64,
)
