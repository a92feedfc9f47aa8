"""How far the numbers of the record have got; those of what held lines wait for are others."""

from sqlalchemy import select

from gateway.storage.tables import counters

NUMBERS = select(counters.c.name, counters.c.value).where(
    counters.c.name.in_(("cursor", "revision"))
)
