"""The register's directory as a file: read row by row, and brought into the register's own form."""

from gateway.directory.importer import (
    ContactImport,
    DecisionImport,
    DirectoryImport,
    ImportReport,
    Progress,
)
from gateway.directory.reader import OPTIONAL_COLUMNS, REQUIRED_COLUMNS, read_rows
from gateway.directory.rows import BadRow, ContactRow, DecisionRow, DirectoryRow
from gateway.directory.store import (
    ContactStore,
    DecisionStore,
    DirectoryStore,
    ImportUnderWay,
    Saved,
)

__all__ = [
    "OPTIONAL_COLUMNS",
    "REQUIRED_COLUMNS",
    "BadRow",
    "ContactImport",
    "ContactRow",
    "ContactStore",
    "DecisionImport",
    "DecisionRow",
    "DecisionStore",
    "DirectoryImport",
    "DirectoryRow",
    "DirectoryStore",
    "ImportReport",
    "ImportUnderWay",
    "Progress",
    "Saved",
    "read_rows",
]
