"""What alembic runs: the revisions, on the connection that `migrate` opened."""

from alembic import context

from gateway.storage import background_processes as _background  # noqa: F401 - adds its table
from gateway.storage import detail_tables as _detail_tables  # noqa: F401 - adds its tables
from gateway.storage import directory_tables as _directory_tables  # noqa: F401 - adds its tables
from gateway.storage import failure_budget as _failure_budget  # noqa: F401 - likewise
from gateway.storage import held_tables as _held_tables  # noqa: F401 - likewise
from gateway.storage import log_tables as _log_tables  # noqa: F401 - likewise
from gateway.storage import notice_tables as _notice_tables  # noqa: F401 - likewise
from gateway.storage import partner_tables as _partner_tables  # noqa: F401 - likewise
from gateway.storage import portal_tables as _portal_tables  # noqa: F401 - likewise
from gateway.storage import rate_budgets as _rate_budgets  # noqa: F401 - likewise
from gateway.storage import sealing_tables as _sealing_tables  # noqa: F401 - likewise
from gateway.storage import sign_in_attempts as _sign_in_attempts  # noqa: F401 - likewise
from gateway.storage import tables
from gateway.storage import verified_tables as _verified_tables  # noqa: F401 - likewise

_CONNECTION = context.config.attributes["connection"]

context.configure(
    connection=_CONNECTION,
    target_metadata=tables.metadata,
    render_as_batch=True,
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
