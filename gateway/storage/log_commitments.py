"""What acknowledgements on record committed to in the evidence log."""

from collections.abc import Sequence

from sqlalchemy import Engine, select

from gateway.model.evidence import Commitment
from gateway.storage.engine import reading
from gateway.storage.log_tables import log_leaves
from gateway.storage.tables import acknowledgements


class SqlLogCommitments:
    """Read only, and nothing of what an acknowledgement says."""

    def __init__(self, *, engine: Engine) -> None:
        """`engine` from `open_engine`, migrated."""
        self._engine = reading(engine)

    def among(self, first: int, count: int) -> Sequence[Commitment]:
        """Those of the acknowledgements among `count` entries from index `first` on, in order."""
        index = log_leaves.c.leaf_index
        query = (
            select(index.label("index"), acknowledgements.c.canonical_sha256, log_leaves.c.salt)
            .outerjoin_from(log_leaves, acknowledgements)
            .where(index >= first, index < first + count)
            .order_by(index)
        )
        with self._engine.connect() as connection:
            return [Commitment(**row._mapping) for row in connection.execute(query)]  # noqa: SLF001
