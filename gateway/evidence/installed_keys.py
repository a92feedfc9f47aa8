"""The keys that an installation has in its folder, as those who sign by them see them.

The register is read again when its file changes: keys are made and retired while all runs.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path

from gateway.errors import ConfigurationFault, Overloaded
from gateway.evidence.growth import Growth, LogSigners
from gateway.evidence.in_force import EXPIRY_NOTICE, NO_KEY_RETRY_AFTER_S, SignerInForce
from gateway.model.figures import KeyExpiry
from gateway.ports import Clock
from gateway.wire.shape import Json
from signing.errors import SigningError
from signing.keys import KeyAccess, SigningKeys
from signing.log.keys import LogKeys
from signing.log.note import NoteSigner
from signing.log.published import PublishedLogKey
from signing.published import PublishedKey
from signing.register import load_register


def published_keys(folder: Path, *, beside: Mapping[str, Json]) -> Json:
    """The register of keys as it is served, with the members that stand `beside` the keys.

    Raises:
        Overloaded: there is none, or it cannot be read.
    """
    try:
        document: dict[str, Json] = load_register(folder).document
    except (SigningError, OSError):
        raise Overloaded("no register of keys", retry_after_s=NO_KEY_RETRY_AFTER_S) from None
    return {**document, **beside}


def key_expiries(folder: Path, *, clock: Clock) -> Sequence[KeyExpiry]:
    """Until when each key of the register may sign that may now; none where it cannot be read."""
    now = clock.now()
    try:
        register = load_register(folder)
    except (SigningError, OSError):
        return ()
    logging = () if register.log is None else register.log.keys
    named: list[tuple[str, str, PublishedKey | PublishedLogKey]] = [
        *(("acknowledgement", key.kid, key) for key in register.keys),
        *(("log", key.vkey.key_id.hex(), key) for key in logging),
    ]
    return [
        KeyExpiry(kind=kind, key=name, at=key.valid_to)
        for kind, name, key in named
        if key.compromised_at is None and key.valid_from <= now <= key.valid_to
    ]


def log_key_expires_soon(folder: Path, *, clock: Clock) -> bool:
    """Whether the key of the evidence log that lasts longest ends within the notice."""
    ends = [expiry.at for expiry in key_expiries(folder, clock=clock) if expiry.kind == "log"]
    return bool(ends) and max(ends) - clock.now() <= EXPIRY_NOTICE


def signer_in_force(folder: Path, *, access: KeyAccess, clock: Clock) -> SignerInForce:
    """Who signs acknowledgements.

    Raises:
        ConfigurationFault: no key may sign now.
    """
    keys = SigningKeys(folder, access=access)
    signer = SignerInForce(
        chosen=lambda decided_at, now: keys.signer(decided_at=decided_at, now=now),
        look=lambda now: keys.in_force(now=now),
        clock=clock,
        unusable=(SigningError, OSError),
    )
    if not signer.can_sign():
        raise ConfigurationFault(
            "aucune clé de signature utilisable : siseri-gateway keys new",
            "no usable signing key: siseri-gateway keys new",
        )
    return signer


def log_growth(folder: Path, *, clock: Clock) -> Growth:
    """What makes the checkpoints of the evidence log.

    Raises:
        ConfigurationFault: no key of the log may sign now.
    """
    return Growth(signers=log_signers(folder, clock=clock), clock=clock)


def log_begun_at(folder: Path) -> datetime:
    """Since when the first key of the evidence log is valid: every answer since has a proof.

    Raises:
        ConfigurationFault: the register names no log, or cannot be read.
    """
    try:
        log = load_register(folder).log
    except (SigningError, OSError):
        log = None
    if log is None:
        raise _no_log_key()
    return log.keys[0].valid_from


def log_keys(folder: Path) -> Callable[[], Sequence[PublishedLogKey]]:
    """Gives the log's keys as they are published now, oldest first; none where nobody can tell."""
    keys = LogKeys(folder)

    def published() -> Sequence[PublishedLogKey]:
        try:
            return keys.published()
        except (SigningError, OSError):
            return ()

    return published


def _no_log_key() -> ConfigurationFault:
    return ConfigurationFault(
        "aucune clé utilisable pour le journal de preuve : siseri-gateway keys new",
        "no usable key for the evidence log: siseri-gateway keys new",
    )


def log_signers(folder: Path, *, clock: Clock) -> LogSigners:
    """Who signs checkpoints.

    Raises:
        ConfigurationFault: no key of the log may sign now.
    """
    keys = LogKeys(folder)

    def signers(now: datetime) -> Sequence[NoteSigner]:
        try:
            return keys.signers(now=now)
        except (SigningError, OSError):
            raise Overloaded(
                "no key may sign the log", retry_after_s=NO_KEY_RETRY_AFTER_S
            ) from None

    try:
        signers(clock.now())
    except Overloaded:
        raise _no_log_key() from None
    return signers
