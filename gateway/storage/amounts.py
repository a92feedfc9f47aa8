"""Amounts that need more digits than an integer column has."""

from typing import Any

from sqlalchemy import Dialect, Numeric, String, TypeDecorator
from sqlalchemy.types import TypeEngine


class Nano(TypeDecorator[int]):
    """An amount in thousand-millionths of its unit: 21 digits, more than a BIGINT holds.

    A whole NUMERIC on PostgreSQL; its digits on SQLite, which has no decimal.
    """

    impl = Numeric(21, 0)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """The type of the column."""
        kind = String() if dialect.name == "sqlite" else Numeric(21, 0)
        return dialect.type_descriptor(kind)

    def process_bind_param(self, value: int | None, dialect: Dialect) -> str | None:
        """To the database."""
        del dialect
        return self.plain(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> int | None:
        """From the database."""
        del dialect
        return None if value is None else int(value)

    @staticmethod
    def plain(value: int | None) -> str | None:
        """As either driver takes it."""
        return None if value is None else str(value)
