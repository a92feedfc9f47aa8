"""A command with `api.insee.fr` beside it, for as long as it runs.

    python -m tests.partners.api_insee_fr.beside siseri-gateway serve

gives the command SISERI_SIRENE_URL and SISERI_SIRENE_API_KEY of the double, and ends with its exit
code. The first line on the error output tells the control port.
"""

import sys

from tests.partners import beside
from tests.partners.api_insee_fr.establishments import the_register
from tests.partners.api_insee_fr.server import API_KEY, Double


def settings(double: Double) -> dict[str, str]:
    """What a gateway is told so that it asks this double."""
    return {"SISERI_SIRENE_URL": double.url, "SISERI_SIRENE_API_KEY": API_KEY}


def main() -> int:
    with Double(the_register(count=40_000), quota=30) as double:
        print(f"api.insee.fr (double): {double.url}, {double.control.url}", file=sys.stderr)
        return beside.run(sys.argv[1:], settings(double))


if __name__ == "__main__":
    sys.exit(main())
