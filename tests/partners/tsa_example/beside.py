"""A command with `tsa.example` beside it, for as long as it runs.

    python -m tests.partners.tsa_example.beside siseri-gateway demo --keep-running

gives the command `--tsa-url` and `--tsa-roots` of the double, and ends with its exit code.
"""

import signal
import subprocess
import sys
import tempfile
from pathlib import Path

from cryptography.hazmat.primitives.serialization import Encoding

from tests.partners.tsa_example.server import Double


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="tsa-example-") as folder, Double() as double:
        roots = Path(folder) / "roots.pem"
        roots.write_bytes(double.stamper.root.certificate.public_bytes(Encoding.PEM))
        command = [*sys.argv[1:], "--tsa-url", double.url, "--tsa-roots", str(roots)]
        with subprocess.Popen(command) as process:
            # Ctrl-C reaches both: the authority stays until the command has ended
            signal.signal(signal.SIGINT, lambda *_: None)
            signal.signal(signal.SIGTERM, lambda *_: process.terminate())
            return process.wait()


if __name__ == "__main__":
    sys.exit(main())
