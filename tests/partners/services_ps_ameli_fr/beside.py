"""A command with the double of INSi beside it, for as long as it runs.

    python -m tests.partners.services_ps_ameli_fr.beside siseri-gateway serve

gives the command the SISERI_AMELI_… of the double, and ends with its exit code. The first line on
the error output tells the control port.
"""

import sys
import tempfile
from pathlib import Path

from tests.partners import beside
from tests.partners.services_ps_ameli_fr.certificates import EMITTER
from tests.partners.services_ps_ameli_fr.server import IDAM, Double


def settings(double: Double) -> dict[str, str]:
    """What a gateway is told so that it asks this double."""
    certificate, key = double.credentials.auto
    return {
        "SISERI_AMELI_URL": double.url,
        "SISERI_AMELI_CERTIFICATE": str(certificate),
        "SISERI_AMELI_KEY": str(key),
        "SISERI_AMELI_AUTHORITIES": str(double.credentials.authorities),
        "SISERI_AMELI_IDAM": IDAM,
        "SISERI_AMELI_EMITTER": EMITTER,
        "SISERI_AMELI_INSTANCE": "6f6b7f3e-2f0e-4a86-9c58-5d5a3b7a9a10",
    }


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="ameli-") as folder, Double(Path(folder)) as double:
        print(f"INSi (double): {double.url}, {double.control_url}", file=sys.stderr)
        return beside.run(sys.argv[1:], settings(double))


if __name__ == "__main__":
    sys.exit(main())
