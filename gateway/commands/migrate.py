"""`migrate`: the database at the newest revision, once or a hundred times."""

from functools import partial

from gateway.commands.entering import found, migrated
from gateway.commands.keys_making import told
from gateway.commands.opening import configuration, database
from gateway.commands.terminal import OUT
from gateway.config import Config


def migrate() -> None:
    """Bring the schema to the newest revision."""
    migrate_database(configuration())
    OUT.print("Base de données à jour.")


def migrate_database(config: Config) -> None:
    """Make the home if it is absent, then apply what is missing.

    The engine of background work first: a database at the newest revision has both. The audit trail
    tells it, where it changed something.

    Raises:
        CannotDo: the database cannot be used, or a key that is there.
    """
    from gateway.background import engine as durable  # noqa: PLC0415 - slow: see opening
    from gateway.storage import migrations  # noqa: PLC0415 - likewise
    from gateway.storage.audit_trail import enter_migration  # noqa: PLC0415 - likewise

    config.home.mkdir(mode=0o700, parents=True, exist_ok=True)
    entering = partial(
        enter_migration,
        migrated=migrated(config, migrations.newest()),
        found=partial(found, config),
    )
    with database(config) as engine, told():
        durable.migrate(config.background_url)
        migrations.migrate(engine, then=entering)
