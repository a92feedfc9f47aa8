"""What a verification gives: the steps done, and what they prove."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NoReturn

from cryptography import x509

from signing.canonical import strict_json
from signing.encoding import instant_text, parse_instant
from signing.errors import KeyUnusable, SignatureInvalid
from signing.published import PublishedKey

MAX_RECEIPT_BYTES = 16 * 1024 * 1024
"""A receipt with 1,000 lines takes less than 1 MiB."""
HEX_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a proof that held."""

    number: int
    """From 1, in the order of the proof."""
    name: str
    """What the step establishes."""
    found: str
    """What it found, fit to be shown: sizes, dates, names of keys; no content."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """A receipt whose every step held: who signed what."""

    steps: tuple[Step, ...]
    """Every step, in order; all of them held."""
    acknowledgement: bytes
    """The JCS bytes that are proved. Read these, never the receipt: they alone were verified."""
    kid: str
    """The published key that signed."""
    certificate: x509.Certificate
    """Its certificate, taken from the trust file and not from the receipt."""


class ProofSteps:
    """Collects the steps of one verification as they hold; `refuse` ends it at the current one."""

    __slots__ = ("_held",)

    def __init__(self, *, held: Sequence[Step] = ()) -> None:
        """Start at step 1, or after the steps that held."""
        self._held = list(held)

    @property
    def held(self) -> tuple[Step, ...]:
        """The steps that held so far."""
        return tuple(self._held)

    def hold(self, name: str, found: str) -> None:
        """Record that the step under way held, and begin the next one."""
        self._held.append(Step(len(self._held) + 1, name, found))

    def demand(self, condition: object, reason: str) -> None:
        """End the verification with `reason` unless `condition` is true."""
        if not condition:
            self.refuse(reason)

    def refuse(self, reason: str, cause: Exception | None = None) -> NoReturn:
        """End the verification: raise `SignatureInvalid` at the step under way."""
        raise SignatureInvalid(len(self._held) + 1, reason) from cause


def trusted_by_kid(trust: Sequence[PublishedKey]) -> Mapping[str, PublishedKey]:
    """Index the trust file; raise `KeyUnusable` when it is empty: nothing could ever be proved."""
    if not trust:
        raise KeyUnusable("no key is trusted")
    return {key.kid: key for key in trust}


def acknowledgement_members(octets: bytes) -> Mapping[str, object]:
    """Parse an acknowledgement's JCS bytes; raise `ValueError` when they are not such an object."""
    members = strict_json(octets)
    if not isinstance(members, dict):
        raise ValueError("the acknowledgement is not an object")  # noqa: TRY004 (a defect of the bytes, not of the caller)
    return members


def within_validity(
    steps: ProofSteps,
    *,
    acknowledgement: Mapping[str, object],
    key: PublishedKey,
    signed_at: datetime | None = None,
) -> None:
    """Hold the last step: the decision, and the signature if dated, fall within the key's time.

    Both dates are claims of the signer, and the step says so. They exclude a key's honest use out
    of its time; against a stolen key that antedates, only the evidence log helps
    (`signing.evidence`).
    """
    try:
        decided_at = parse_instant(str(acknowledgement.get("decidedAt")))
    except ValueError as error:
        steps.refuse("the acknowledgement has no decidedAt", error)
    for instant in (decided_at, signed_at or decided_at):
        steps.demand(instant >= key.valid_from, "dated before its key was valid")
        steps.demand(instant <= key.valid_to, "dated after its key was retired")
        steps.demand(
            key.compromised_at is None or instant < key.compromised_at,
            "dated after its key was compromised",
        )
    test = "a test, proof of nothing" if acknowledgement.get("test") is True else "not a test"
    steps.hold(
        "decided while its key was valid",
        f"decided {instant_text(decided_at)} by its own date alone, key valid "
        f"{instant_text(key.valid_from)} to {instant_text(key.valid_to)}; {test}",
    )
