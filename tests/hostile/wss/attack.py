"""One hostile message: how it is made, where the proof stops it, and what the sender is told."""

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass

from lxml import etree

from tests.hostile.wss import envelopes
from tests.hostile.wss.envelopes import Recipe

SOUND = Recipe()
ADDRESSED = Recipe(addressing=envelopes.to_us())


@dataclass(frozen=True, kw_only=True)
class Attack:
    """A message that differs from its sound twin in the one way that is hostile."""

    name: str
    make: Callable[[], bytes]
    fault: str
    """Local name of the fault code; of a fault of SOAP itself, `Sender` or `MustUnderstand`."""
    code: str
    """The stable code in the typed detail."""
    step: int | None = None
    """Of the proof; None where the envelope does not come so far."""
    twin: Recipe = SOUND
    headers: tuple[tuple[str, str], ...] = ()
    """Beside those of the SOAP version."""

    def __str__(self):
        return self.name


_CODES = {
    "FailedAuthentication": "A001",
    "FailedCheck": "W002",
    "MessageExpired": "W003",
}


def refused(name, step, fault, make, *, twin=SOUND, headers=(), code=None):
    """Refused at that step of the proof."""
    return Attack(
        name=name,
        make=make,
        fault=fault,
        code=code or _CODES.get(fault, "W001"),
        step=step,
        twin=twin,
        headers=headers,
    )


def changed(mutate, *, twin=SOUND):
    """The sound message, its tree changed after it was signed."""

    def make():
        root = envelopes.signed(twin)
        mutate(root)
        return envelopes.octets(root)

    return make


def written(twin=SOUND, **changes):
    """A message that was signed as `changes` say."""
    return lambda: envelopes.octets(envelopes.signed(twin, **changes))


def replaced(old, new, *, twin=SOUND, count=1):
    """The sound message, its bytes changed after it was signed."""

    def make():
        octets = envelopes.octets(envelopes.signed(twin))
        assert old in octets
        return octets.replace(old, new, count)

    return make


def before(mutate, *, twin=SOUND, **changes):
    """The tree changed before it is signed."""

    def make():
        recipe = envelopes.replace(twin, **changes)
        root = envelopes.unsigned(recipe)
        mutate(root)
        return envelopes.octets(envelopes.sign(root, recipe))

    return make


def at(root, name, namespace=None):
    """The first element of that local name."""
    return next(root.iter(f"{{{namespace or '*'}}}{name}"))


def element(text):
    """An element, prefixes of the envelope declared."""
    declared = (
        f'xmlns:u="{envelopes.WSU}" xmlns:w="{envelopes.WSSE}" xmlns:d="{envelopes.DS}" '
        f'xmlns:a="{envelopes.WSA}" xmlns:e="http://www.w3.org/2003/05/soap-envelope"'
    )
    return etree.fromstring(f"<x {declared}>{text}</x>")[0]


def copied(node):
    return deepcopy(node)
