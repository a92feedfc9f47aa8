"""The digest of a civil status: whether a person comes back with the one they were compared by."""

import hashlib
from typing import Final

import msgspec

from gateway.model.federation import Pivot
from gateway.rules.names import fold

_encode: Final = msgspec.json.Encoder().encode


def digest_of(pivot: Pivot) -> str:
    """SHA-256 of the six fields, names folded: providers spell one person differently.

    A birthplace in free text does not count. It is of a person all the same: kept sealed.
    """
    fields = (
        fold(pivot.birth_name),
        [fold(name) for name in pivot.given_names],
        None if pivot.birth is None else str(pivot.birth),
        pivot.sex,
        pivot.birthplace,
        pivot.birthcountry,
    )
    return hashlib.sha256(_encode(fields)).hexdigest()
