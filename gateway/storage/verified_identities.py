"""What Ameli said of workers; a state counts for the traits of its digest alone.

The digest is a blind index of the number and the civil status: it tells whether they are still the
ones asked, and nothing of them. The queue names workers; what is asked is read from the directory
at that moment, so that a question is never older than what the directory states.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from random import SystemRandom
from typing import Any, Final

import msgspec
from sqlalchemy import Connection, Engine, Row, select, update

from gateway.identifiers import Nir
from gateway.model.verification import ComparedIdentity, IdentityTraits
from gateway.ports import Sealer
from gateway.storage.bulk import Among, lists_of
from gateway.storage.directory_keys import DirectoryKeys, open_identity
from gateway.storage.directory_tables import directory_workers
from gateway.storage.engine import wait_for_turn
from gateway.storage.sealing_tables import keys_in_use
from gateway.storage.verification_figures import FiguredStates
from gateway.storage.verified_rows import UNKNOWN, turn_of
from gateway.storage.verified_tables import verified_identities
from gateway.storage.writer import Writer
from gateway.verification.outcomes import Register
from gateway.verification.sanity import Sanity
from gateway.verification.traits import traits_of

PURPOSE: Final = "verified-identity"
_v, _w = verified_identities.c, directory_workers.c
_WORKERS: Final = Among(
    select(_w.worker_id, _w.key_generation, _w.sealed_identity), ids=_w.worker_id
)
_drawn: Final = SystemRandom().random
_encode: Final = msgspec.json.Encoder().encode


def digest_of(traits: IdentityTraits, *, sealer: Sealer, version: int) -> bytes:
    """The blind index of everything that is asked with."""
    asked = (
        traits.nir.reveal(),
        traits.birth_name,
        traits.first_names,
        traits.sex,
        traits.birth_date,
        traits.birthplace,
    )
    return sealer.blind_index(PURPOSE, _encode(asked).decode(), version=version)


class SqlIdentityStates(FiguredStates[IdentityTraits, ComparedIdentity]):
    """Implements `verification.states.States` of identities."""

    def __init__(
        self,
        *,
        engine: Engine,
        writer: Writer,
        sealer: Sealer,
        sanity: Sanity,
        drawn: Callable[[], float] = _drawn,
    ) -> None:
        """`engine` from `open_engine`, migrated; `writer` the one writer of that database."""
        super().__init__(
            engine=engine,
            writer=writer,
            sanity=sanity,
            register=Register.AMELI,
            table=verified_identities,
            drawn=drawn,
        )
        self._sealer = sealer
        self._directory_keys = DirectoryKeys(sealer=sealer)

    def _answer(self, row: Row[Any]) -> ComparedIdentity:
        return msgspec.json.decode(row.answer, type=ComparedIdentity)

    def _asked_by(
        self, connection: Connection, subjects: Mapping[str, IdentityTraits]
    ) -> dict[str, Callable[[Row[Any]], bool]]:
        versions = frozenset(keys_in_use(connection).written)

        def is_of(traits: IdentityTraits, row: Row[Any]) -> bool:
            if row.digest_version not in versions:
                return False
            found = digest_of(traits, sealer=self._sealer, version=row.digest_version)
            return bool(found == row.digest)

        return {key: partial(is_of, traits) for key, traits in subjects.items()}

    def _named(
        self, connection: Connection, subjects: Mapping[str, IdentityTraits]
    ) -> dict[str, dict[str, Any]]:
        version = keys_in_use(connection).index
        return {
            key: {
                "digest": digest_of(traits, sealer=self._sealer, version=version),
                "digest_version": version,
            }
            for key, traits in subjects.items()
        }

    def _subjects(
        self, connection: Connection, rows: Sequence[Row[Any]]
    ) -> dict[str, IdentityTraits]:
        """What the directory states of them now; a state of what it stated before is dropped."""
        subjects = self._stated(connection, [row.worker_id for row in rows])
        is_of = self._asked_by(connection, subjects)
        moved = {row.worker_id: subjects[row.worker_id] for row in rows if not is_of[row[0]](row)}
        named = self._named(connection, moved)
        self._set(connection, {key: {**values, **UNKNOWN} for key, values in named.items()})
        return subjects

    def _unchanged(
        self, connection: Connection, rows: Sequence[Row[Any]]
    ) -> dict[str, IdentityTraits]:
        subjects = self._stated(connection, [row.worker_id for row in rows])
        is_of = self._asked_by(connection, subjects)
        return {row[0]: subjects[row[0]] for row in rows if is_of[row[0]](row)}

    def _known_after(
        self, connection: Connection, after: str, limit: int
    ) -> dict[str, IdentityTraits]:
        following = select(_w.worker_id).where(_w.worker_id > after)
        ids = connection.scalars(following.order_by(_w.worker_id).limit(limit)).all()
        return self._stated(connection, ids)

    def _stated(self, connection: Connection, ids: Sequence[str]) -> dict[str, IdentityTraits]:
        keys = self._directory_keys.by_generation(connection)
        found: dict[str, IdentityTraits] = {}
        for some in lists_of(ids, connection):
            for row in connection.execute(_WORKERS.on(connection), {"ids": some}):
                identity = open_identity(
                    keys[row.key_generation], worker_id=row.worker_id, sealed=row.sealed_identity
                )
                found[row.worker_id] = traits_of(Nir(identity.nir), identity)
        return found


def digest_some(connection: Connection, *, limit: int, keys: DirectoryKeys, sealer: Sealer) -> int:
    """Make some of the digests anew that another key has made; how many there were.

    A state whose traits are not the directory's any more is dropped.
    """
    wait_for_turn(connection, turn_of(Register.AMELI))
    in_use = keys_in_use(connection)
    sealer.follow(in_use)
    query = (
        select(_v.worker_id, _v.digest, _v.digest_version, _w.key_generation, _w.sealed_identity)
        .join_from(verified_identities, directory_workers)
        .where(_v.digest_version != in_use.index)
        .limit(limit)
    )
    rows = connection.execute(query).all()
    by_generation = keys.by_generation(connection)
    for row in rows:
        key = by_generation[row.key_generation]
        identity = open_identity(key, worker_id=row.worker_id, sealed=row.sealed_identity)
        traits = traits_of(Nir(identity.nir), identity)
        is_of = row.digest_version in in_use.written and row.digest == digest_of(
            traits, sealer=sealer, version=row.digest_version
        )
        anew = {
            "digest": digest_of(traits, sealer=sealer, version=in_use.index),
            "digest_version": in_use.index,
        }
        changed = update(verified_identities).where(_v.worker_id == row.worker_id)
        connection.execute(changed.values(**(anew if is_of else {**anew, **UNKNOWN})))
    return len(rows)
