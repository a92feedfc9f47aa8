"""The contract as files. `path` is the only way code reaches one of them."""

from pathlib import Path

_ROOT = Path(__file__).parent


def path(name: str) -> Path:
    """The file or folder `name` (POSIX, relative to `specs/`), which must exist and lie inside."""
    found = (_ROOT / name).resolve()
    if not found.is_relative_to(_ROOT) or not found.exists():
        raise FileNotFoundError(name)
    return found
