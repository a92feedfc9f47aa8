"""What is on record, counted for those who watch: each count by an index of what it counts."""

from sqlalchemy import Engine, func, select

from gateway.model.figures import RecordFigures
from gateway.model.verdict import Verdict
from gateway.storage.audit_trail import audit_entries
from gateway.storage.engine import reading
from gateway.storage.log_tables import log_checkpoints, log_leaves
from gateway.storage.tables import lines


def read_figures(engine: Engine) -> RecordFigures:
    """The figures of now.

    Raises:
        Overloaded: the database cannot answer.
    """
    checkpoints = log_checkpoints.c
    latest = select(checkpoints.size, checkpoints.signed_at).order_by(checkpoints.size.desc())
    held = select(func.count()).select_from(lines).where(lines.c.verdict == Verdict.HELD.value)
    waiting = [
        select(func.count()).select_from(leaves).where(leaves.c.leaf_index.is_(None))
        for leaves in (log_leaves, audit_entries)
    ]
    with reading(engine).connect() as connection:
        checkpoint = connection.execute(latest.limit(1)).first()
        return RecordFigures(
            held_lines=connection.execute(held).scalar_one(),
            log_size=0 if checkpoint is None else checkpoint.size,
            leaves_waiting=sum(connection.execute(of).scalar_one() for of in waiting),
            checkpoint_at=None if checkpoint is None else checkpoint.signed_at,
        )
