"""What an installation keeps, opened once: the database, and the clock by which it is dated."""

from datetime import UTC, datetime

from sqlalchemy import text

from gateway.config import Config
from gateway.errors import ConfigurationFault
from gateway.evidence.sealer_in_force import SealerInForce
from gateway.model.audit import GATEWAY, Actor
from gateway.model.figures import RecordFigures
from gateway.model.sealing import KeysInUse
from gateway.ports import Clock
from gateway.storage.audit_trail import SqlAuditTrail
from gateway.storage.checkpoint_stamps import SqlCheckpointStamps
from gateway.storage.directory_contacts import SqlDirectoryContacts
from gateway.storage.dose_decisions import SqlDoseDecisions
from gateway.storage.engine import open_engine
from gateway.storage.enrolments import SqlEnrolments
from gateway.storage.evidence_log import SqlEvidenceLog
from gateway.storage.failure_budget import SqlFailureBudget
from gateway.storage.figures import read_figures
from gateway.storage.held_rounds import SqlHeldRounds
from gateway.storage.key_rotation import KeyRotation
from gateway.storage.leases import open_leases
from gateway.storage.migrations import is_current
from gateway.storage.partner_credentials import SqlCredentials, SqlSpentAssertions
from gateway.storage.partner_life import SqlPartnerLife
from gateway.storage.partner_notices import SqlNoticeOutbox
from gateway.storage.partner_register import SqlPartnerRegister
from gateway.storage.portals import SqlPortals
from gateway.storage.register_tokens import SqlRegisterTokens
from gateway.storage.revocation_lists import SqlRevocationLists
from gateway.storage.sealing_tables import keys_in_use
from gateway.storage.transmission_log import SqlTransmissionLog
from gateway.storage.users import Users
from gateway.storage.worker_directory import SqlWorkerDirectory
from gateway.storage.writer import Writer


class SystemClock:
    """The machine's clock, to the millisecond."""

    def now(self) -> datetime:
        """See ports.Clock."""
        moment = datetime.now(UTC)  # noqa: TID251 - the clock itself
        return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


class Store:
    """The database and what stands on it, opened once."""

    def __init__(self, config: Config, *, clock: Clock | None = None, by: Actor = GATEWAY) -> None:
        """Open the database of `config`; `clock` stands in for the machine's.

        `by` is entered in the audit trail as who did what is done by it.

        Raises:
            ConfigurationFault: the sealing keys cannot be used.
        """
        self.clock: Clock = clock or SystemClock()
        self.sealer = sealer = SealerInForce(config.sealing_keys, read=self._keys_in_use)
        self.engine = open_engine(config.database_url)
        self.writer = Writer(engine=self.engine)
        self.leases = open_leases(self.engine)
        self.log = SqlTransmissionLog(engine=self.engine, writer=self.writer, sealer=sealer)
        self.held_rounds = SqlHeldRounds(engine=self.engine, writer=self.writer)
        self.evidence = SqlEvidenceLog(engine=self.engine, writer=self.writer)
        self.stamps = SqlCheckpointStamps(engine=self.engine, writer=self.writer)
        self._sealer = sealer
        self.trail = SqlAuditTrail(engine=self.engine, writer=self.writer, clock=self.clock, by=by)
        self.directory = self.directory_of(by)
        self.contacts = self.contacts_of(by)
        self.decisions = self.decisions_of(by)
        self.rotation = KeyRotation(
            engine=self.engine, writer=self.writer, sealer=sealer, clock=self.clock, by=by
        )
        self.register = SqlPartnerRegister(
            engine=self.engine, writer=self.writer, clock=self.clock, by=by
        )
        self.register_tokens = SqlRegisterTokens(
            engine=self.engine, writer=self.writer, clock=self.clock, by=by
        )
        self.credentials = SqlCredentials(
            engine=self.engine, writer=self.writer, clock=self.clock, by=by
        )
        self.notices = SqlNoticeOutbox(
            engine=self.engine, writer=self.writer, clock=self.clock, by=by
        )
        self.life = SqlPartnerLife(engine=self.engine, writer=self.writer)
        self.failure_budget = SqlFailureBudget(
            engine=self.engine, writer=self.writer, sealer=sealer, clock=self.clock, by=by
        )
        self.spent_assertions = SqlSpentAssertions(writer=self.writer)
        self.enrolments = SqlEnrolments(engine=self.engine, writer=self.writer, by=by)
        self.portals = SqlPortals(engine=self.engine, writer=self.writer, clock=self.clock, by=by)
        self.users = Users(
            engine=self.engine, writer=self.writer, sealer=sealer, clock=self.clock, by=by
        )
        self.revocation_lists = SqlRevocationLists(engine=self.engine, writer=self.writer)

    def directory_of(self, by: Actor) -> SqlWorkerDirectory:
        """The directory of workers, written in the name of `by`."""
        return SqlWorkerDirectory(
            engine=self.engine, writer=self.writer, sealer=self._sealer, clock=self.clock, by=by
        )

    def contacts_of(self, by: Actor) -> SqlDirectoryContacts:
        """The contacts of establishments, written in the name of `by`."""
        return SqlDirectoryContacts(
            engine=self.engine, writer=self.writer, sealer=self._sealer, clock=self.clock, by=by
        )

    def decisions_of(self, by: Actor) -> SqlDoseDecisions:
        """What physicians decided on doses, written in the name of `by`."""
        return SqlDoseDecisions(
            engine=self.engine, writer=self.writer, sealer=self._sealer, clock=self.clock, by=by
        )

    def answers(self) -> bool:
        """Whether the database can be read now."""
        try:
            with self.engine.connect() as connection:
                connection.execute(text("SELECT 1"))
        except Exception:  # noqa: BLE001 - a probe: whatever it is, the answer is no
            return False
        return True

    def demand_ready(self) -> None:
        """Refuse to serve what the code or the keys at hand do not fit.

        Raises:
            ConfigurationFault: the schema is not the newest, or the keys are not the directory's.
        """
        if not is_current(self.engine):
            raise ConfigurationFault(
                "la base n'est pas à jour : siseri-gateway migrate",
                "the database is not migrated: siseri-gateway migrate",
            )
        if not self.directory.is_indexed():
            raise ConfigurationFault(
                "l'annuaire n'est pas indexé par la clé présente : remettez ses clés de scellement",
                "the directory is not indexed by the present key: bring back its sealing keys",
            )

    def figures(self) -> RecordFigures:
        """What is on record, counted; `Overloaded` where the database cannot answer."""
        return read_figures(self.engine)

    def _keys_in_use(self) -> KeysInUse:
        with self.engine.connect() as connection:
            return keys_in_use(connection)

    def close(self) -> None:
        """Finish what is being written, then let go."""
        self.writer.close()
        self.leases.close()
        self.engine.dispose()
