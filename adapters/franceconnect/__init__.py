"""FranceConnect+, for workers: version 2 of its `/api/v2`, substantial and high assurance."""

from adapters.franceconnect.dialect import FranceConnect

__all__ = ["FranceConnect"]
