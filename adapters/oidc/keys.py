"""The public keys of a provider: kept for ten minutes, fetched again when one is missed.

A key that is not known, or a signature that does not hold, may be a rotation: the keys are fetched
again at once, but at most six times a minute, so that bad tokens make no flood. A fetch that is
under way is waited for instead; as it may have begun before the rotation, one more follows where
its keys do not fit either. While the provider gives no keys, those it gave last are believed.
"""

from collections import deque
from collections.abc import Callable, Sequence
from typing import Final, TypeVar

from joserfc.errors import JoseError
from joserfc.jwk import Key, KeySet

from adapters.oidc.jose import TokenNotBelieved, UnknownSigner
from adapters.oidc.published import Lifetimes, Published

MAX_AGE_S: Final = 600.0
RETRY_S: Final = 30.0
"""After a provider gave none."""
FORCED: Final = 6
FORCED_WITHIN_S: Final = 60.0
"""So many fetches at most, in so long, that a token has forced."""
_MOST_KEYS: Final = 64
T = TypeVar("T")


def read_keys(document: object) -> tuple[Key, ...]:
    """The keys of a JWK Set; those of no known kind are left out (RFC 7517 §5).

    Raises:
        ValueError: it is no such document.
    """
    entries = document.get("keys") if isinstance(document, dict) else None
    if not isinstance(entries, list):
        raise ValueError("not a JWK Set")  # noqa: TRY004 - a document, not an argument
    found: list[Key] = []
    for entry in entries[:_MOST_KEYS]:
        if isinstance(entry, dict) and entry.get("kty") in ("EC", "RSA"):
            try:
                found.extend(KeySet.import_key_set({"keys": [entry]}).keys)
            except (JoseError, ValueError, TypeError, KeyError):  # the last of an unknown curve
                continue
    return tuple(found)


class ProviderKeys:
    """Safe to share between threads (`published`).

    Whoever comes first once the keys are stale waits for the fetch, at most `within_s`; all others
    whose token the known keys prove wait for nobody. Whoever's token they do not prove waits for
    one fetch, or for two where another's was under way.
    """

    def __init__(
        self,
        fetch: Callable[[], Sequence[Key] | None],
        *,
        within_s: float,
        monotonic: Callable[[], float],
    ) -> None:
        """`fetch` gives the keys published now, within `within_s`; None where they are not told."""
        self._published = Published(
            lambda: tuple(fetch() or ()) or None,
            lifetimes=Lifetimes(kept_s=MAX_AGE_S, retry_s=RETRY_S, reading_s=within_s),
            monotonic=monotonic,
        )
        self._monotonic = monotonic
        self._forced: deque[float] = deque(maxlen=FORCED)

    def proven(self, verify: Callable[[Sequence[Key]], T]) -> T:
        """What `verify` makes of the keys; again with keys fetched anew where none fits.

        Raises:
            TokenNotBelieved: as `verify` does; step `keys` where the provider gives none.
        """
        keys = self._published.known()
        if keys is None:
            raise TokenNotBelieved("keys")
        try:
            return verify(keys)
        except UnknownSigner as refused:
            unknown = refused
        for renewed in self._published.others_than(keys, may_read=self._may_force):
            try:
                return verify(renewed)
            except UnknownSigner as refused:
                unknown = refused
        raise unknown

    def _may_force(self) -> bool:
        now = self._monotonic()
        if len(self._forced) == FORCED and now - self._forced[0] < FORCED_WITHIN_S:
            return False
        self._forced.append(now)
        return True
