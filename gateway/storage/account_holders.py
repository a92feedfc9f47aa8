"""Who held an account is forgotten where an identity is taken away from it, on SQL.

Whoever is linked next is somebody else: the register writes to them alone, and portals do not take
them for whom they knew.
"""

from datetime import datetime

from sqlalchemy import Connection, delete, update

from gateway.storage.account_notices import silence
from gateway.storage.account_tables import accounts, sign_in_sessions
from gateway.storage.portal_tables import pairwise_subjects


def forget_holder(connection: Connection, account_id: str, *, at: datetime) -> None:
    """End the sessions, and drop the address, what waits to be sent, and what portals know.

    Within the transaction that takes the identity away, in the turn of those who change accounts;
    before anything is entered in the audit trail.
    """
    silence(connection, account_id, at=at)
    for table in (sign_in_sessions, pairwise_subjects):
        connection.execute(delete(table).where(table.c.account_id == account_id))
    own = update(accounts).where(accounts.c.id == account_id)
    connection.execute(own.values(sealed_email=None))
