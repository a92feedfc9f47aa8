"""`make docs`: write the generated pages anew."""

from pathlib import Path

from tests.pages import pages

DOCS = Path(__file__).parent.parent.parent / "docs"


def main() -> None:
    for name, text in pages().items():
        (DOCS / name).write_text(text, encoding="utf-8")
        print(f"docs/{name}: {len(text.splitlines())} lines")


if __name__ == "__main__":
    main()
