"""The member `log` of the public register: which log is ours, and every key it ever signed with.

    "log": {"origin": "...", "vkeys": [{"vkey": "...", "from": "...", "to": "..."}]}

with `compromisedAt` where it comes to that. Verifiers that do not know the member leave it unread.
"""

from dataclasses import dataclass
from datetime import datetime

from signing.encoding import instant_text, parse_instant
from signing.errors import KeyUnusable
from signing.log.vkey import SignatureType, VerifierKey, parse_vkey

_LOG = frozenset({"origin", "vkeys"})
_KEY = frozenset({"vkey", "from", "to"})
_KEY_OPTIONAL = frozenset({"compromisedAt"})


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedLogKey:
    """A key that signs, or once signed, the log's checkpoints."""

    vkey: VerifierKey
    valid_from: datetime
    """First instant at which this key may sign."""
    valid_to: datetime
    """Last instant."""
    compromised_at: datetime | None = None
    """From this instant on, nothing that the key signed is believed."""

    def __post_init__(self) -> None:
        """Refuse with `KeyUnusable` a key that signs no notes, or is valid never."""
        if self.vkey.type is not SignatureType.ED25519:
            raise KeyUnusable("the key of a log has type 0x01")
        if self.valid_from > self.valid_to:
            raise KeyUnusable("the key of a log is valid at no time")

    def is_believed_at(self, instant: datetime | None) -> bool:
        """Tell whether what this key signed is believed when it was seen at `instant`.

        Without an instant from elsewhere nothing tells what was signed before a compromise.
        """
        if self.compromised_at is None:
            return True
        return instant is not None and instant < self.compromised_at


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedLog:
    """The log and its keys, as verifiers trust them."""

    origin: str
    """The name of the log for ever: of its checkpoints and of its keys."""
    keys: tuple[PublishedLogKey, ...]
    """Oldest first; never empty."""

    def __post_init__(self) -> None:
        """Refuse with `KeyUnusable` no key, a key twice, or one of another name."""
        if not self.keys:
            raise KeyUnusable("the log has no key")
        if any(key.vkey.name != self.origin for key in self.keys):
            raise KeyUnusable("a key of the log is not named as its origin")
        if len({key.vkey.key_id for key in self.keys}) != len(self.keys):
            raise KeyUnusable("the log has two keys of one id")

    def key_of(self, vkey: VerifierKey) -> PublishedLogKey:
        """Give the entry of `vkey`; raise `KeyUnusable` when it has none."""
        for key in self.keys:
            if key.vkey == vkey:
                return key
        raise KeyUnusable("no such key in the register")


def log_member(log: PublishedLog) -> dict[str, object]:
    """Give the member `log` of the register."""
    return {"origin": log.origin, "vkeys": [_entry(key) for key in log.keys]}


def parse_log_member(member: object) -> PublishedLog:
    """Read the member `log`; raise `KeyUnusable` on any defect, unknown members included."""
    try:
        if not isinstance(member, dict) or member.keys() != _LOG:
            raise ValueError("not the members of a log")  # noqa: TRY301 (one outcome for each defect)
        return PublishedLog(
            origin=_text(member["origin"]), keys=tuple(_key(entry) for entry in member["vkeys"])
        )
    except (ValueError, TypeError) as error:
        raise KeyUnusable("not the log of a register of signing keys") from error


def _entry(key: PublishedLogKey) -> dict[str, object]:
    entry: dict[str, object] = {
        "vkey": key.vkey.text,
        "from": instant_text(key.valid_from),
        "to": instant_text(key.valid_to),
    }
    if key.compromised_at is not None:
        entry["compromisedAt"] = instant_text(key.compromised_at)
    return entry


def _key(entry: object) -> PublishedLogKey:
    if not isinstance(entry, dict) or not _KEY <= entry.keys() <= _KEY | _KEY_OPTIONAL:
        raise ValueError("not the members of a log's key")
    compromised = "compromisedAt" in entry
    return PublishedLogKey(
        vkey=parse_vkey(_text(entry["vkey"])),
        valid_from=parse_instant(_text(entry["from"])),
        valid_to=parse_instant(_text(entry["to"])),
        compromised_at=parse_instant(_text(entry["compromisedAt"])) if compromised else None,
    )


def _text(member: object) -> str:
    if not isinstance(member, str):
        raise TypeError("a member is not a text")
    return member
