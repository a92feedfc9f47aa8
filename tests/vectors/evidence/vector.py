"""One vector: a receipt, what it is judged with, and what must come out."""

from dataclasses import dataclass

REGISTER = "siseri-signing-keys.json"
POLICY = "two-of-three.policy"
CANNOT = "cannot"
STEPS_WITHOUT_A_LOG = 10
STEPS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Vector:
    name: str
    what: str
    """What is particular or wrong, for whoever reads the list."""
    octets: bytes
    failing_step: int | None = None
    """`None` where it is proved or cannot be judged."""
    steps: int | None = None
    """How many steps hold, where it is proved."""
    seen_at: str | None = None
    timestamped_at: str | None = None
    needs_timestamp: bool = False
    register: str = REGISTER
    policy: str | None = None

    @property
    def file(self):
        return f"receipts/{self.name}.{'jws' if self.octets[:1] == b'e' else 'json'}"

    @property
    def expected(self):
        if self.failing_step is not None:
            return {"outcome": "not proved", "step": self.failing_step}
        if self.steps is None:
            return {"outcome": "cannot be done"}
        times = {"seenAt": self.seen_at, "timestampedAt": self.timestamped_at}
        return {"outcome": "proved", "steps": self.steps, **times}

    @property
    def index_entry(self):
        """`policy` stands there where there is one, `requireTimestamp` where one is asked for."""
        policy = {} if self.policy is None else {"policy": f"policies/{self.policy}"}
        return (
            {
                "name": self.name,
                "what": self.what,
                "receipt": self.file,
                "trust": f"trust/{self.register}",
            }
            | policy
            | ({"requireTimestamp": True} if self.needs_timestamp else {})
            | {"expected": self.expected}
        )


def replaced(text, old, new):
    """`text` with its one `old` made `new`; a vector that changes nothing is a mistake."""
    if text.count(old) != 1 or old == new:
        raise ValueError(f"not one {old!r}")
    return text.replace(old, new)
