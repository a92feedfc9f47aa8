"""A command with `tsa.example` beside it, for as long as it runs.

    python -m tests.partners.tsa_example.beside siseri-gateway demo --keep-running

gives the command `--tsa-url` and `--tsa-roots` of the double, and ends with its exit code.
"""

import sys
import tempfile
from pathlib import Path

from cryptography.hazmat.primitives.serialization import Encoding

from tests.partners import beside
from tests.partners.tsa_example.server import Double


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="tsa-example-") as folder, Double() as double:
        roots = Path(folder) / "roots.pem"
        roots.write_bytes(double.stamper.root.certificate.public_bytes(Encoding.PEM))
        command = [*sys.argv[1:], "--tsa-url", double.url, "--tsa-roots", str(roots)]
        return beside.run(command)


if __name__ == "__main__":
    sys.exit(main())
