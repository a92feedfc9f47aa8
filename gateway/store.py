"""What an installation keeps, opened once: the database, and the clock by which it is dated."""

from datetime import UTC, datetime

from sqlalchemy import text

import signing.seal
from gateway.config import Config
from gateway.errors import ConfigurationFault
from gateway.ports import Clock
from gateway.storage.checkpoint_stamps import SqlCheckpointStamps
from gateway.storage.engine import open_engine
from gateway.storage.evidence_log import SqlEvidenceLog
from gateway.storage.leases import open_leases
from gateway.storage.partner_credentials import SqlCredentials, SqlSpentAssertions
from gateway.storage.partner_register import SqlPartnerRegister
from gateway.storage.transmission_log import SqlTransmissionLog
from gateway.storage.worker_directory import SqlWorkerDirectory
from gateway.storage.writer import Writer
from signing.errors import SigningError


class SystemClock:
    """The machine's clock, to the millisecond."""

    def now(self) -> datetime:
        """See ports.Clock."""
        moment = datetime.now(UTC)  # noqa: TID251 - the clock itself
        return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


class Store:
    """The database and what stands on it, opened once."""

    def __init__(self, config: Config, *, clock: Clock | None = None) -> None:
        """Open the database of `config`; `clock` stands in for the machine's.

        Raises:
            ConfigurationFault: the sealing keys cannot be used.
        """
        try:
            sealing_keys = signing.seal.load_sealing_keys(config.sealing_keys)
        except (SigningError, OSError):
            raise ConfigurationFault(
                "clés de scellement absentes ou inutilisables : siseri-gateway keys new",
                "sealing keys missing or unusable: siseri-gateway keys new",
            ) from None
        self.clock: Clock = clock or SystemClock()
        self.engine = open_engine(config.database_url)
        self.writer = Writer(engine=self.engine)
        self.leases = open_leases(self.engine)
        self.log = SqlTransmissionLog(engine=self.engine, writer=self.writer, sealer=sealing_keys)
        self.evidence = SqlEvidenceLog(engine=self.engine, writer=self.writer)
        self.stamps = SqlCheckpointStamps(engine=self.engine, writer=self.writer)
        self.directory = SqlWorkerDirectory(
            engine=self.engine, writer=self.writer, sealer=sealing_keys
        )
        self.register = SqlPartnerRegister(engine=self.engine, writer=self.writer, clock=self.clock)
        self.credentials = SqlCredentials(engine=self.engine, writer=self.writer)
        self.spent_assertions = SqlSpentAssertions(writer=self.writer)

    def answers(self) -> bool:
        """Whether the database can be read now."""
        try:
            with self.engine.connect() as connection:
                connection.execute(text("SELECT 1"))
        except Exception:  # noqa: BLE001 - a probe: whatever it is, the answer is no
            return False
        return True

    def close(self) -> None:
        """Finish what is being written, then let go."""
        self.writer.close()
        self.leases.close()
        self.engine.dispose()
