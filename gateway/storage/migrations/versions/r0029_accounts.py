"""Accounts, links and sessions of those who sign in; indexes by which the directory knows them."""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables; whoever is in the directory is indexed once the gateway serves."""
    op.create_table(
        "account_keys",
        sa.Column("generation", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("wrapped_key", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("generation", name="pk_account_keys"),
    )
    op.create_table(
        "accounts",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("worker_id", sa.String(), nullable=True),
        sa.Column("begun_at", sa.BigInteger(), nullable=False),
        sa.Column("last_seen_at", sa.BigInteger(), nullable=False),
        sa.Column("disabled_at", sa.BigInteger(), nullable=True),
        *_sealed("accounts", "sealed_email", is_always=False),
        sa.ForeignKeyConstraint(
            ["worker_id"],
            ["directory_workers.worker_id"],
            name="fk_accounts_worker_id_directory_workers",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_accounts"),
        sa.UniqueConstraint("worker_id", name="uq_accounts_worker_id"),
    )
    op.create_index("ix_accounts_last_seen_at", "accounts", ["last_seen_at"])
    op.create_table(
        "account_links",
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        *_account("account_links"),
        sa.Column("provider", sa.String(), nullable=False),
        sa.Column("basis", sa.String(), nullable=False),
        sa.Column("acr", sa.String(), nullable=False),
        sa.Column("linked_at", sa.BigInteger(), nullable=False),
        *_sealed("account_links", "sealed_pivot", is_always=False),
        sa.PrimaryKeyConstraint("digest", name="pk_account_links"),
    )
    op.create_table(
        "account_emails",
        sa.Column("email_index", sa.LargeBinary(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        *_account("account_emails"),
        *_sealed("account_emails", "sealed_email"),
        sa.PrimaryKeyConstraint("email_index", name="pk_account_emails"),
    )
    op.create_index("ix_account_emails_version", "account_emails", ["version"])
    _notices()
    _on_the_way()
    for table in ("account_links", "account_emails", "account_notices", "sign_in_sessions"):
        op.create_index(f"ix_{table}_account_id", table, ["account_id"])
    _found_by()


def _notices() -> None:
    op.create_table(
        "account_notices",
        sa.Column("id", sa.String(), nullable=False),
        *_account("account_notices"),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("decided_at", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_attempt_at", sa.BigInteger(), nullable=False),
        sa.Column("fault", sa.String(), nullable=True),
        sa.Column("settled_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_account_notices"),
    )
    op.create_index("ix_account_notices_state", "account_notices", ["state", "next_attempt_at"])


def _on_the_way() -> None:
    op.create_table(
        "sign_in_sessions",
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        *_account("sign_in_sessions"),
        sa.Column("mark", sa.String(), nullable=False),
        sa.Column("provider", sa.String(), nullable=False),
        sa.Column("begun_at", sa.BigInteger(), nullable=False),
        sa.Column("last_seen_at", sa.BigInteger(), nullable=False),
        sa.Column("ends_at", sa.BigInteger(), nullable=False),
        *_sealed("sign_in_sessions", "sealed_session"),
        sa.PrimaryKeyConstraint("digest", name="pk_sign_in_sessions"),
    )
    for column in ("last_seen_at", "ends_at"):
        op.create_index(f"ix_sign_in_sessions_{column}", "sign_in_sessions", [column])
    op.create_table(
        "waiting_identities",
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        *_sealed("waiting_identities", "sealed_identity"),
        sa.PrimaryKeyConstraint("digest", name="pk_waiting_identities"),
    )
    op.create_index("ix_waiting_identities_since", "waiting_identities", ["since"])
    op.create_table(
        "number_tries",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_number_tries"),
    )
    for column in ("digest", "at"):
        op.create_index(f"ix_number_tries_{column}", "number_tries", [column])


def _found_by() -> None:
    op.add_column("directory_indexes", sa.Column("name_index", sa.LargeBinary(), nullable=True))
    op.create_index("ix_directory_indexes_name", "directory_indexes", ["version", "name_index"])
    op.add_column("directory_contacts", sa.Column("email_index", sa.LargeBinary(), nullable=True))
    op.add_column(
        "directory_contacts", sa.Column("email_index_version", sa.Integer(), nullable=True)
    )
    for column in ("email_index", "email_index_version"):
        op.create_index(f"ix_directory_contacts_{column}", "directory_contacts", [column])


def _account(table: str) -> tuple[sa.Column[str], sa.ForeignKeyConstraint]:
    return (
        sa.Column("account_id", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=f"fk_{table}_account_id_accounts"
        ),
    )


def _sealed(
    table: str, column: str, *, is_always: bool = True
) -> tuple[sa.Column[int], sa.Column[bytes], sa.ForeignKeyConstraint]:
    return (
        sa.Column("key_generation", sa.Integer(), nullable=False),
        sa.Column(column, sa.LargeBinary(), nullable=not is_always),
        sa.ForeignKeyConstraint(
            ["key_generation"],
            ["account_keys.generation"],
            name=f"fk_{table}_key_generation_account_keys",
        ),
    )
