"""Why an account is disabled, and that it was erased; who was unlinked outlives the account."""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Tell apart what time disabled and what the operator did, by what their holders were told."""
    op.add_column("accounts", sa.Column("disabled_for", sa.String(), nullable=True))
    op.add_column("accounts", sa.Column("erased_at", sa.BigInteger(), nullable=True))
    accounts = sa.table(
        "accounts", sa.column("id"), sa.column("disabled_at"), sa.column("disabled_for")
    )
    notices = sa.table(
        "account_notices", sa.column("account_id"), sa.column("kind"), sa.column("decided_at")
    )
    was_told = sa.exists().where(
        notices.c.account_id == accounts.c.id,
        notices.c.kind == "DISABLED",
        notices.c.decided_at == accounts.c.disabled_at,
    )
    disabled = sa.update(accounts).where(accounts.c.disabled_at.is_not(None))
    reason = sa.case((was_told, "IDLE"), else_="OPERATOR")
    op.execute(disabled.values(disabled_for=reason))
    with op.batch_alter_table("account_links") as links:
        links.alter_column("account_id", existing_type=sa.String(), nullable=True)
