"""A rotation of the index key keeps what was verified: 370,000 workers are not asked again."""

from datetime import UTC, datetime
from pathlib import Path

import msgspec

from gateway.identifiers import Nir
from gateway.model.sealing import KeyKind
from gateway.model.verification import IdentityTraits, Source
from gateway.storage.verified_identities import SqlIdentityStates
from gateway.verification.lifetimes import lifetime_of
from gateway.verification.states import Answered
from gateway.verification.traits import traits_of
from signing.seal import new_sealing_keys
from tests.builders import nir_of
from tests.fake_verification import VERIFIED
from tests.unit.storage.test_key_rotation import Process, a_row
from tests.verified import SANITY

NOW = datetime(2026, 11, 2, 8, 30, tzinfo=UTC)


def test_states_are_kept_for_the_traits_that_the_directory_still_states(
    address: str, tmp_path: Path
) -> None:
    new_sealing_keys(tmp_path / "keys")
    process = Process(address, tmp_path / "keys")
    states = SqlIdentityStates(
        engine=process.engine, writer=process.writer, sealer=process.sealer, sanity=SANITY
    )
    nirs = [Nir.parse(nir_of(number)) for number in range(5)]
    process.directory.save([a_row(nir) for nir in nirs], version="june")
    known = process.directory.look_up(nirs)
    subjects: dict[str, IdentityTraits] = {
        known[nir].id: traits_of(nir, known[nir]) for nir in nirs
    }
    states.queue(subjects, now=NOW)
    answered = {
        key: Answered(
            subject=traits,
            answer=VERIFIED,
            outcome=VERIFIED.outcome,
            source=Source.ONLINE,
            lifetime=lifetime_of(VERIFIED.outcome, now=NOW, share=0.5),
        )
        for key, traits in subjects.items()
    }
    states.record(answered, now=NOW)
    changed = msgspec.structs.replace(a_row(nirs[0]), birth_name="AUTRE")
    process.directory.save([changed], version="july")
    for _ in range(2):  # the key of before the last is at nobody's hand any more
        assert process.rotate(KeyKind.INDEX)
    now_known = process.directory.look_up(nirs)
    asked = {now_known[nir].id: traits_of(nir, now_known[nir]) for nir in nirs}
    told = {key for key, kept in states.read(asked).items() if kept.answer == VERIFIED}
    assert told == asked.keys() - {now_known[nirs[0]].id}
    process.close()
