"""The rules: a dated catalogue, one module per family, one function per code (contract.md §6)."""
