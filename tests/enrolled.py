"""Credentials put on record as they stand: how partners enrol them is `tests/enrolling.py`'s."""

import msgspec
from sqlalchemy import insert

from gateway.model.partners import Credential
from gateway.storage.partner_credentials import SqlCredentials
from gateway.storage.partner_tables import partner_credentials
from tests.fake_credentials import MemoryCredentials


def put(credentials: SqlCredentials | MemoryCredentials, credential: Credential) -> None:
    """Have `credential`, whose partner is enrolled, among those of that partner."""
    if isinstance(credentials, MemoryCredentials):
        credentials.enrol(credential)
        return
    row = msgspec.structs.asdict(credential) | {"kind": credential.kind.value}
    adding = insert(partner_credentials).values(**row)
    credentials._writer.run(lambda connection: connection.execute(adding))
