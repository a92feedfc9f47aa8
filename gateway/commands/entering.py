"""Entering in the audit trail what commands do to files: the keys in their folders.

A file and the database do not change in one transaction. The database is opened before the file is
made, so that nothing is done that could not be entered; where it fails between the two, the
operator is told. Before the first `migrate` there is no trail: it begins with the keys there are.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from gateway.commands.opening import WallClock, database, machine_time, operator_of
from gateway.commands.terminal import CannotDo
from gateway.config import Config
from gateway.model.audit import Act, Deed
from gateway.model.sealing import KeyKind
from signing.authority import authority_certificates
from signing.keys import REGISTER
from signing.oauth.decryption_keys import DECRYPTION_KEYS, load_decryption_keys
from signing.oauth.identity_keys import IDENTITY_KEYS, load_identity_keys
from signing.oauth.key_folder import DatedKey
from signing.oauth.token_keys import TOKEN_KEYS, load_token_keys
from signing.register import load_register
from signing.seal import load_sealing_keys

ACKNOWLEDGEMENTS: Final = "ACKNOWLEDGEMENTS"
LOG: Final = "LOG"
TOKENS: Final = "TOKENS"
FRANCECONNECT: Final = "FRANCECONNECT"
PORTALS: Final = "PORTALS"
PARTNERS: Final = "PARTNERS"
"""What a key is for, as `use` in `details`: sealing keys go by `KeyKind`."""


@contextmanager
def entering(config: Config) -> Iterator[Callable[..., None]]:
    """What enters an act (`Act`, its details by name) in the trail of `config`, durably.

    Nothing is entered where no trail has begun.

    Raises:
        CannotDo: the database cannot be used, before anything is done or after.
    """
    from gateway.storage.audit_trail import SqlAuditTrail, is_kept  # noqa: PLC0415 - see opening
    from gateway.storage.engine import DatabaseFault  # noqa: PLC0415 - likewise
    from gateway.storage.writer import Writer  # noqa: PLC0415 - likewise

    with database(config) as engine:
        is_begun = is_kept(engine)
        writer = Writer(engine=engine)
        trail = SqlAuditTrail(
            engine=engine, writer=writer, clock=WallClock(), by=operator_of(config)
        )

        def entered(act: Act, **details: str) -> None:
            try:
                if is_begun:
                    trail.enter(act, **details)
            except DatabaseFault:
                raise CannotDo(
                    "C'est fait, mais non inscrit au journal d'audit : la base ne peut écrire.",
                    "It is done, but not entered in the audit trail: the database cannot write.",
                ) from None

        try:
            yield entered
        finally:
            writer.close()


def migrated(config: Config, revision: str) -> Deed:
    """What is entered of the schema that was brought to `revision`."""
    details = {"revision": revision}
    return Deed(act=Act.SCHEMA_MIGRATED, by=operator_of(config), at=machine_time(), details=details)


def found(config: Config) -> list[Deed]:
    """What is entered where the trail begins: the keys that were made before it.

    Raises:
        KeyUnusable: one of them cannot be read.
    """
    by, at = operator_of(config), machine_time()
    return [Deed(act=Act.KEY_FOUND, by=by, at=at, details=of) for of in _keys_of(config)]


def dated_keys(config: Config) -> list[tuple[str, tuple[DatedKey, ...]]]:
    """What each folder of keys that are renewed by themselves holds, by their use.

    Raises:
        KeyUnusable: one of them cannot be read.
    """
    federation = config.federation
    workers = federation.franceconnect
    folders = [(TOKENS, config.token_keys, TOKEN_KEYS, load_token_keys)]
    if workers is not None:
        folders.append((FRANCECONNECT, workers.keys, DECRYPTION_KEYS, load_decryption_keys))
    folders.append((PORTALS, federation.portal_keys, IDENTITY_KEYS, load_identity_keys))
    return [(use, load(at) if (at / file).exists() else ()) for use, at, file, load in folders]


def _keys_of(config: Config) -> list[dict[str, str]]:
    """Every key in its folder as the trail names it, of signing first."""
    keys: list[dict[str, str]] = []
    if (config.signing_keys / REGISTER).exists():
        register = load_register(config.signing_keys)
        keys += [{"use": ACKNOWLEDGEMENTS, "kid": key.kid} for key in register.keys]
        of_log = register.log.keys if register.log is not None else ()
        keys += [{"use": LOG, "kid": key.vkey.key_id.hex()} for key in of_log]
    keys += [{"use": use, "kid": key.kid} for use, own in dated_keys(config) for key in own]
    authorities = authority_certificates(config.authority_keys)
    keys += [{"use": PARTNERS, "kid": authority.id} for authority in authorities]
    if any(config.sealing_keys.glob("sealing-*.key")):
        sealing = load_sealing_keys(config.sealing_keys)
        versions = (
            (KeyKind.MASTER, sealing.master_versions),
            (KeyKind.INDEX, sealing.index_versions),
        )
        for kind, present in versions:
            keys += [{"use": kind, "version": str(version)} for version in sorted(present)]
    return keys
