"""The configuration: frozen, read once from the environment, every fault reported at once.

`SISERI_NAME_FILE` names a file that holds the value of `SISERI_NAME`. Nothing else in the gateway
reads the environment.
"""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from gateway.model.acknowledgement import Issuer
from gateway.model.federation_plan import FederationPlan
from gateway.model.partner_notices import Relay
from gateway.model.stamping import StampingPlan
from gateway.model.verification_plan import VerificationPlan
from gateway.outside import relay, stamping
from gateway.outside_identity import federation
from gateway.outside_registers import registers
from gateway.settings import OPERATOR, PREFIX, Network, SettingsReader, account_name

_LOG_LEVEL = re.compile(r"DEBUG|INFO|WARNING|ERROR|CRITICAL", re.IGNORECASE)
_ENVIRONMENT = re.compile(r"[0-9A-Za-z._-]{1,32}", re.ASCII)
_BIND = re.compile(r"((\[[0-9A-Fa-f:]+\]|[A-Za-z0-9.-]+):\d{1,5})?", re.ASCII)
_PUBLIC_ADDRESS = re.compile(r"https?://[A-Za-z0-9.-]+(:\d{1,5})?", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """What an installation decides."""

    home: Path
    """Folder of the keys and, by default, of the database."""
    database_url: str = field(repr=False)
    """SQLAlchemy address of the database; it may hold a password."""
    public_address: str
    """Where partners reach the gateway, without a trailing slash."""
    hosts: frozenset[str]
    """Host headers that are served: that of the public address, and any other configured."""
    listen_host: str
    listen_port: int
    admin_bind: str
    """`host:port` of the operator's own listener; empty where there is none."""
    admin_hosts: frozenset[str]
    """Host headers by which the directory may be written there."""
    environment: str
    """Name of the installation, signed into every answer (`production`, `test`…)."""
    issuer: Issuer
    threads: int
    """Judgements at once."""
    queue: int
    """Judgements that may wait before the next caller is told to come back."""
    requests_per_minute: int
    """Requests of one partner that a process takes in a minute."""
    refusals_per_hour: int
    """Signed refusals of whole transmissions that a process gives one partner in an hour."""
    share: int
    """Requests of one partner that may be under way at once."""
    proof_wait_s: int
    """How long an answer waits for its place in the evidence log."""
    stamping: StampingPlan
    """Who time-stamps the evidence log."""
    verification: VerificationPlan
    """Which outside registers are asked."""
    federation: FederationPlan
    """By whom people sign in."""
    judge_again_minutes: int
    """How often lines that wait are looked at, and judged again where they may be."""
    relay: Relay | None
    """Who takes the mail to partners; None where none is configured."""
    operator: str
    """Who is entered in the audit trail for the acts of commands."""
    log_level: str
    witnesses: Path | None = None
    """Policy that lists the witnesses to ask, with their addresses (C2SP tlog-policy)."""
    witness_authorities: Path | None = None
    """Who certifies their TLS servers, PEM; the public authorities where none is named."""
    witness_every_s: int = 5
    """Between two rounds of asking them."""
    witness_late_s: int = 900
    """How long a checkpoint may lack its quorum before readiness warns."""
    token_lifetime_s: int = 300
    """Of access tokens."""
    trusted_proxies: tuple[Network, ...] = ()
    """Peers that end TLS for us and say which client certificate they proved (RFC 9440)."""
    pkcs12_password: str = field(default="", repr=False)
    """Opens signing keys that are kept as PKCS#12 files."""
    pkcs11_module: Path | None = None
    """Library of the maker of the token that holds signing keys, where one does."""
    pkcs11_pin: str = field(default="", repr=False)
    """Of the user of that token."""

    @property
    def signing_keys(self) -> Path:
        """Folder of the acknowledgement keys."""
        return self.home / "signing-keys"

    @property
    def soap_addresses(self) -> frozenset[str]:
        """The addresses of the SOAP door, in lower case: what `wsa:To` may name."""
        scheme = self.public_address.partition("://")[0].lower()
        return frozenset(f"{scheme}://{host}/soap/v1" for host in self.hosts)

    @property
    def token_keys(self) -> Path:
        """Folder of the keys of access tokens."""
        return self.home / "token-keys"

    @property
    def log_origin(self) -> str:
        """Name of the evidence log, for ever once its first key is made: address without scheme."""
        return f"{self.public_address.partition('://')[2].lower()}/log"

    @property
    def sealing_keys(self) -> Path:
        """Folder of the keys of personal data at rest."""
        return self.home / "sealing-keys"

    @property
    def background_url(self) -> str:
        """Where background work keeps its tables: beside SQLite's file, or in the PostgreSQL."""
        if not self.database_url.startswith("sqlite"):
            return self.database_url
        file, mark, options = self.database_url.partition("?")
        path = Path(file)
        stem = f"{file.removesuffix(path.name)}{path.stem}"
        return f"{stem}-background{path.suffix}{mark}{options}"

    @property
    def authority_keys(self) -> Path:
        """Folder of the gateway's own authority for partners' certificates, where it has one."""
        return self.home / "partner-authority"

    @property
    def trusted_authorities(self) -> Path:
        """Folder of the authorities whose certificates partners may enrol."""
        return self.home / "trusted-authorities"

    @classmethod
    def from_env(cls, environment: Mapping[str, str] | None = None) -> Self:
        """The configuration of the process.

        Raises:
            ConfigurationFault: naming every variable that cannot be used.
        """
        reader = SettingsReader(os.environ if environment is None else environment)
        home = Path(reader.text("HOME", str(Path.cwd() / "var")))
        address = reader.matching("PUBLIC_ADDRESS", "http://127.0.0.1:8480", _PUBLIC_ADDRESS)
        more_hosts = reader.text("HOSTS", "").lower().split()
        config = cls(
            home=home,
            database_url=reader.text("DATABASE_URL", f"sqlite:///{home / 'gateway.sqlite3'}"),
            public_address=address,
            hosts=frozenset({address.partition("://")[2].lower(), *more_hosts}),
            listen_host=reader.text("LISTEN_HOST", "127.0.0.1"),
            listen_port=reader.number("LISTEN_PORT", 8480, 0, 65_535),
            admin_bind=(admin := reader.matching("ADMIN_BIND", "", _BIND)),
            admin_hosts=frozenset(f"{admin} {reader.text('ADMIN_HOSTS', '')}".lower().split()),
            environment=reader.matching("ENVIRONMENT", "local", _ENVIRONMENT),
            issuer=_issuer(reader),
            threads=reader.number("THREADS", 4, 1, 64),
            queue=reader.number("QUEUE", 64, 0, 10_000),
            requests_per_minute=reader.number("REQUESTS_PER_MINUTE", 12_000, 1, 10_000_000),
            refusals_per_hour=reader.number("REFUSALS_PER_HOUR", 600, 1, 10_000_000),
            share=reader.number("SHARE", 32, 1, 10_000),
            proof_wait_s=reader.number("PROOF_WAIT_S", 5, 1, 60),
            stamping=stamping(reader),
            verification=registers(reader),
            federation=federation(reader, home=home, public_address=address),
            judge_again_minutes=reader.number("JUDGE_AGAIN_MINUTES", 10, 1, 1440),
            relay=relay(reader),
            operator=reader.matching("OPERATOR", account_name(), OPERATOR),
            log_level=reader.matching("LOG_LEVEL", "INFO", _LOG_LEVEL).upper(),
            witnesses=reader.file("WITNESSES"),
            witness_authorities=reader.certificates("WITNESS_AUTHORITIES"),
            witness_every_s=reader.number("WITNESS_EVERY_S", 5, 1, 3600),
            witness_late_s=reader.number("WITNESS_LATE_S", 900, 1, 604_800),
            token_lifetime_s=reader.number("TOKEN_LIFETIME_S", 300, 300, 600),
            trusted_proxies=reader.networks("TRUSTED_PROXIES"),
            pkcs12_password=reader.text("PKCS12_PASSWORD", ""),
            pkcs11_module=reader.file("PKCS11_MODULE"),
            pkcs11_pin=reader.text("PKCS11_PIN", ""),
        )
        reader.demand_usable()
        return config


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """What a partner's side needs: where the gateway is, and what proves the partner."""

    url: str
    token: str
    """Empty where none is configured."""
    credentials: Path = field(default_factory=lambda: Path.cwd() / "siseri-credentials")
    """Folder of the enrolment pack (`enrol`)."""
    key_password: str = ""
    """Opens the private keys of the pack; empty where they have none."""

    def __repr__(self) -> str:
        return f"Access({self.url!r}, token=***)"

    @classmethod
    def from_env(cls, environment: Mapping[str, str] | None = None) -> Self:
        """The access of the process.

        Raises:
            ConfigurationFault: naming every variable that cannot be used.
        """
        reader = SettingsReader(os.environ if environment is None else environment)
        access = cls(
            url=reader.matching("URL", "http://127.0.0.1:8480", _PUBLIC_ADDRESS),
            token=reader.text("TOKEN", "").strip(),
            credentials=Path(reader.text("CREDENTIALS", str(Path.cwd() / "siseri-credentials"))),
            key_password=reader.text("KEY_PASSWORD", ""),
        )
        reader.demand_usable()
        return access


def _issuer(reader: SettingsReader) -> Issuer:
    return Issuer(
        name=reader.stated("ISSUER_NAME", "Registre SISERI (installation locale)"),
        siret=reader.siret("ISSUER_SIRET", "44054601800019"),
        service=reader.stated("ISSUER_SERVICE", "Passerelle partenaires SISERI"),
        address=reader.stated("ISSUER_ADDRESS", "Adresse non configurée"),
        email=reader.stated("ISSUER_EMAIL", "adresse@non-configuree.invalid"),
        phone=reader.stated("ISSUER_PHONE", "non configuré", 32),
    )


def environment_of_child(settings: Mapping[str, str]) -> dict[str, str]:
    """The environment of a process that we start: these settings by name, and no other of ours."""
    inherited = {name: v for name, v in os.environ.items() if not name.startswith(PREFIX)}
    return {**inherited, **{f"{PREFIX}{name}": value for name, value in settings.items()}}
