"""The register's directory as a file: read row by row, and brought into the register's own form."""
