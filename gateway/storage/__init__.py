"""The record, the directory and the partners on SQL: all tables, all migrations, nothing else."""
