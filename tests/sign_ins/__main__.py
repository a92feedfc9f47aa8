"""`make sign-ins`: 200 of each kind of installation; fails unless every one came back."""

import sys
import tempfile
from pathlib import Path

import structlog

from tests.federated import Federated
from tests.partners.identity_beside import node
from tests.sign_ins import sign_ins

COUNT = 200
KINDS = {
    "ProConnect 7.14.3 RS256, FranceConnect+ RSA-OAEP-256": (7, "RS256", "RSA-OAEP-256"),
    "ProConnect 9.13.3 ES256, FranceConnect+ ECDH-ES": (9, "ES256", "ECDH-ES"),
}


def _outcome(home, binary, version, signing, alg):
    with Federated(home, binary, version=version, signing=signing, alg=alg) as whole:
        return sign_ins(whole, COUNT)


def main() -> int:
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory())
    binary, failed = node(), 0
    if binary is None:
        print("node, or make interop, is missing", file=sys.stderr)
        return 1
    for name, kind in KINDS.items():
        with tempfile.TemporaryDirectory(prefix="sign-ins-") as folder:
            outcome = _outcome(Path(folder) / "home", binary, *kind)
        print(
            f"{name}: {outcome.count} sign-ins, {outcome.rotations} rotations of two keys each, "
            f"{len(outcome.failures)} failures, {outcome.seconds:.0f} s"
        )
        for failure in outcome.failures:
            print(*failure)
        failed += len(outcome.failures)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
