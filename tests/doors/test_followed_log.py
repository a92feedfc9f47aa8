"""A witness that follows the log, and that the gateway cannot reach, completes receipts as well."""

import pytest

from gateway.__main__ import main
from signing.log.checkpoint import Checkpoint, parse_checkpoint, sign_checkpoint
from signing.log.cosignature import cosign
from signing.log.tree import leaf_hash
from tests.doors.test_tampering import look
from tests.doors.witnessed import submit
from tests.partners.witness_example.server import Behaviour
from tests.running import NOW
from tests.unit.signing.log.small_log import signer, witness


@pytest.fixture
def unreached(witnessed, monkeypatch):
    """Its witness answers nobody; the command line is that of the same installation."""
    witnessed.double.behaviour = Behaviour.HANGS_UP
    config = witnessed.gateway.config
    for name, value in (
        ("HOME", config.home),
        ("DATABASE_URL", config.database_url),
        ("PUBLIC_ADDRESS", config.public_address),
        ("WITNESSES", config.witnesses),
    ):
        monkeypatch.setenv(f"SISERI_{name}", str(value))
    return witnessed


def handed_in(folder, *notes):
    files = []
    for number, note in enumerate(notes):
        files.append(folder / f"note-{number}")
        files[-1].write_bytes(note)
    return main(["cosignatures", *map(str, files)])


def test_what_it_cosigned_is_handed_in_and_completes_the_receipts_below_it(
    unreached, tmp_path, capsys
):
    answers = [submit(unreached.gateway) for _ in range(3)]
    note = look(unreached).note
    assert [*map(unreached.cosigned, answers)] == [()] * 3
    for _ in range(2):  # as often as one likes
        assert handed_in(tmp_path, note) == 0
        size = parse_checkpoint(note).checkpoint.size
        assert f"note-0 : taille {size}, cosignée par w." in capsys.readouterr().out
    for answer in answers:
        (found,) = unreached.cosigned(answer)
        assert found.witness == unreached.key


def test_what_proves_nothing_is_not_kept_and_told_in_both_languages(unreached, tmp_path, capsys):
    answer = submit(unreached.gateway)
    note = look(unreached).note
    signed = parse_checkpoint(note)
    origin, other = signed.checkpoint.origin, leaf_hash(b"another past")
    key = signer(1, origin)  # who signed as the log is not asked: its own record tells
    bare = sign_checkpoint(signed.checkpoint, key)
    stranger = bare.note.with_signatures(cosign(bare, witness(11), at=NOW)).octets
    forked = sign_checkpoint(Checkpoint(origin=origin, size=1, root=other), key)
    later = sign_checkpoint(Checkpoint(origin=origin, size=9, root=other), key)
    altered = bytearray(note)
    altered[-20] ^= 1  # within the cosignature
    own = unreached.witness.memory.signer
    notes = {
        b"": "it is no checkpoint",
        b"a" * 100_000: "it is no checkpoint",
        bytes(altered): "it is no checkpoint",
        stranger: "no witness of SISERI_WITNESSES",
        forked.note.with_signatures(cosign(forked, own, at=NOW)).octets: "it has two pasts",
        later.note.with_signatures(cosign(later, own, at=NOW)).octets: "it has two pasts",
    }
    for octets, reason in notes.items():
        assert handed_in(tmp_path, octets) == 2
        told = capsys.readouterr().err.splitlines()
        french, english = (line for line in told if line.startswith("Err"))
        assert french.startswith("Erreur note-0 : ")
        assert english.startswith("Error  note-0: ")
        assert reason in english
    assert unreached.cosigned(answer) == ()
    assert handed_in(tmp_path, b"", note) == 2  # one that is wrong keeps no other out
    assert len(unreached.cosigned(answer)) == 1
