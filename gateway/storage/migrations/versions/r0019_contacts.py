"""Who stands for an establishment, and who may ask."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table, and the index by which a sender of an establishment is found."""
    op.create_table(
        "directory_contacts",
        sa.Column("contact_id", sa.String(), nullable=False),
        sa.Column("employer", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("key_generation", sa.Integer(), nullable=False),
        sa.Column("sealed_contact", sa.LargeBinary(), nullable=False),
        sa.Column("seen_in", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["key_generation"],
            ["directory_keys.generation"],
            name="fk_directory_contacts_key_generation_directory_keys",
        ),
        sa.PrimaryKeyConstraint("contact_id", name="pk_directory_contacts"),
    )
    op.create_index("ix_directory_contacts_employer", "directory_contacts", ["employer"])
    op.create_index(
        "ix_directory_attachments_employer", "directory_attachments", ["employer", "sender"]
    )
