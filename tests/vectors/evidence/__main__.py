"""`make vectors`: write the vectors and their page anew; the same bytes each time."""

import shutil

from tests.vectors.evidence.files import ROOT, files
from tests.vectors.evidence.page import PAGE, page


def main() -> None:
    """Replace every file of the vectors, and the part of the page that is printed."""
    made = files()
    for folder in ("receipts", "trust", "policies"):
        shutil.rmtree(ROOT / folder, ignore_errors=True)
    for name, octets in made.items():
        (ROOT / name).parent.mkdir(parents=True, exist_ok=True)
        (ROOT / name).write_bytes(octets)
    PAGE.write_text(page(PAGE.read_text("utf-8")), "utf-8")
    print(f"{len(made)} files, {sum(map(len, made.values())):,} bytes in {ROOT}")


if __name__ == "__main__":
    main()
