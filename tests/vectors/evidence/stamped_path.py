"""Vectors of the path from who stamps to a root: those believed, and those that RFC 5280 forbids.

A path that is not believed is a stranger's: the time-stamp is passed over.
"""

from asn1crypto import cms
from cryptography import x509
from cryptography.x509.oid import NameOID

from signing.encoding import instant_text
from tests.vectors.evidence.made import first_over
from tests.vectors.evidence.stamps import accompanied, self_certified, stamped, token, under
from tests.vectors.evidence.vector import STEPS, Vector

_STAND = first_over("received")
_TEXT, _AT = _STAND.signed.note.text.encode(), _STAND.seen_at
_UNKNOWN = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4.5"), b"\x05\x00")
_ELSEWHERE = x509.DirectoryName(
    x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Ailleurs")])
)
_NAMES = x509.NameConstraints(permitted_subtrees=None, excluded_subtrees=[_ELSEWHERE])


def _along(octets=None, **changes):
    stamper, upper = under(**changes)
    return accompanied(octets or token(_TEXT, at=_AT, stamper=stamper), upper)


def _vector(name, what, octets, *, is_dated=False, roots="path"):
    at = instant_text(_AT) if is_dated else None
    return Vector(
        name=f"stamp-path-{name}",
        what=what if is_dated else f"{what}: as without",
        octets=stamped("received", octets),
        steps=STEPS,
        seen_at=at,
        timestamped_at=at,
        register=f"time-stamped-by-{roots}.json",
    )


def unsorted(octets):
    """The certificates in the other order, which nobody signed: as `openssl ts -chain` may."""
    first, second = sorted(_certificates(octets))[:2]
    return octets.replace(first + second, second + first)


def _certificates(octets):
    return [one.dump() for one in cms.ContentInfo.load(octets)["content"]["certificates"]]


def vectors():
    whole = _along()
    yield _vector("whole", "under two authorities and a root", whole, is_dated=True)
    what = "the same, its certificates in another order"
    yield _vector("unsorted", what, unsorted(whole), is_dated=True)
    just = _along(upper={"path_length": 1}, lower={"path_length": 0})
    yield _vector("long-enough", "pathLen 1 above pathLen 0", just, is_dated=True)
    for name, what, changes in (
        ("too-long", "pathLen 0 above another authority", {"upper": {"path_length": 0}}),
        ("names", "an authority with nameConstraints", {"upper": {"more": [_NAMES]}}),
        ("unknown", "an authority with an unknown critical extension",
         {"lower": {"more": [_UNKNOWN]}}),
        ("unknown-itself", "an unknown critical extension of who stamps",
         {"leaf": {"more": [_UNKNOWN]}}),
    ):  # fmt: skip
        yield _vector(name, what, _along(**changes))
    what = "a root of pathLen 0 above two"
    too_long = _along(root={"path_length": 0})
    yield _vector("root-too-long", what, too_long, roots="constrained-root")
    what = "an authority under another is listed as a root"
    yield _vector("no-root", what, whole, roots="authority")
    for name, is_authority in (("itself", False), ("itself-an-authority", True)):
        alone = token(_TEXT, at=_AT, stamper=self_certified(is_authority=is_authority))
        what = f"who stamps is listed as a root{', and is an authority' if is_authority else ''}"
        yield _vector(name, what, alone, roots=name)
