"""From the environment to an open installation, or to the command that must be run before.

`gateway.app` and `gateway.store` take seconds to import: only the commands that need them do.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from gateway.commands.terminal import CannotDo
from gateway.config import Config
from gateway.errors import ConfigurationFault
from gateway.model.audit import Actor, ActorKind
from signing.keys import REGISTER

if TYPE_CHECKING:
    from gateway.storage.engine import Database
    from gateway.store import Store
    from gateway.verifying import Verifying

NO_REGISTER: Final = (
    "Aucun registre extérieur n'est configuré : SISERI_SIRENE_API_KEY, SISERI_AMELI_URL.",
    "No outside register is configured: SISERI_SIRENE_API_KEY, SISERI_AMELI_URL.",
)


def machine_time() -> datetime:
    """The machine's clock, aware, to the second."""
    return datetime.now(UTC).replace(microsecond=0)  # noqa: TID251 - the clock of the command line


class WallClock:
    """The machine's clock as a port, for a command without a gateway."""

    def now(self) -> datetime:
        """See ports.Clock."""
        return machine_time()


def configuration() -> Config:
    """The configuration of the process.

    Raises:
        CannotDo: naming every variable that cannot be used.
    """
    try:
        return Config.from_env()
    except ConfigurationFault as fault:
        raise CannotDo(
            f"Configuration inutilisable : {fault.fr}.", f"Unusable configuration: {fault.en}."
        ) from None


def require_keys(config: Config) -> None:
    """Refuse to go on without both kinds of keys."""
    has_sealing = any(config.sealing_keys.glob("sealing-*.key"))
    if not has_sealing or not (config.signing_keys / REGISTER).exists():
        raise CannotDo(
            "Clés absentes. Lancez d'abord : siseri-gateway keys new",
            "Keys are missing. First run: siseri-gateway keys new",
        )


def operator_of(config: Config) -> Actor:
    """Who is entered in the audit trail for what a command does."""
    return Actor(ActorKind.OPERATOR, config.operator)


@contextmanager
def database(config: Config) -> "Iterator[Database]":
    """The database of `config`; whatever its driver says becomes one line.

    Raises:
        CannotDo: it cannot be reached or written.
    """
    from gateway.storage.engine import DatabaseFault, open_engine  # noqa: PLC0415 - slow, see above

    engine = None
    try:
        engine = open_engine(config.database_url)
        yield engine
    except DatabaseFault as error:
        raise CannotDo(
            f"Base de données inaccessible ({type(error).__name__}) : "
            "vérifiez SISERI_HOME et SISERI_DATABASE_URL.",
            f"The database cannot be used ({type(error).__name__}): "
            "check SISERI_HOME and SISERI_DATABASE_URL.",
        ) from None
    finally:
        if engine is not None:
            engine.dispose()


def require_migrated(config: Config) -> None:
    """Refuse to go on with a database that is not at the newest revision."""
    from gateway.storage.migrations import is_current  # noqa: PLC0415 - slow, see above

    with database(config) as engine:
        if is_current(engine):
            return
    raise CannotDo(
        "La base n'est pas à jour. Lancez d'abord : siseri-gateway migrate",
        "The database is not up to date. First run: siseri-gateway migrate",
    )


@contextmanager
def opened_store(config: Config) -> "Iterator[Store]":
    """The store of a ready installation, closed on the way out.

    Raises:
        CannotDo: keys or migration are missing, or the database fails.
    """
    require_keys(config)
    require_migrated(config)
    from gateway.store import Store  # noqa: PLC0415 - slow, see above

    with database(config):
        try:
            store = Store(config, by=operator_of(config))
        except ConfigurationFault:
            raise CannotDo(
                "Les clés de scellement sont inutilisables : vérifiez leurs droits (600).",
                "The sealing keys cannot be used: check their mode (600).",
            ) from None
        try:
            yield store
        finally:
            store.close()


@contextmanager
def asked_registers(config: Config, store: "Store") -> "Iterator[Verifying]":
    """The outside registers of an installation, closed on the way out.

    Raises:
        CannotDo: a certificate or a key cannot be used.
    """
    from gateway.verifying import Verifying  # noqa: PLC0415 - slow, see above

    try:
        verifying = Verifying(config, store)
    except ConfigurationFault as fault:
        raise CannotDo(f"Configuration inutilisable : {fault.fr}.", fault.en) from None
    try:
        yield verifying
    finally:
        verifying.close()
