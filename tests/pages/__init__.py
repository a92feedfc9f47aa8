"""Pages written from the sources that the code runs on: `docs/rules.md`, `docs/contract.md`.

`python -m tests.pages` writes them anew; `test_pages.py` fails where the committed ones differ.
"""

from tests.pages.contract_page import contract_page
from tests.pages.rules_page import rules_page


def pages() -> dict[str, str]:
    """Every generated page by its name in `docs/`."""
    return {"rules.md": rules_page(), "contract.md": contract_page()}
