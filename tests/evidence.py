"""The evidence log for tests: a key in memory, a sequencer, and roots computed independently."""

import threading
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from gateway.evidence.growth import Growth
from gateway.evidence.inclusion import Proofs
from gateway.evidence.sequencer import Sequencer
from signing.log.policy import NO_WITNESS
from signing.log.published import PublishedLog, PublishedLogKey
from signing.log.signer import Ed25519Signer
from signing.log.verify import verify_logged
from signing.log.vkey import SignatureType
from tests.fakes import FixedClock
from tests.unit.signing.log.merkle import mth

ORIGIN = "log.example/siseri"
SIGNER = Ed25519Signer.of(
    Ed25519PrivateKey.from_private_bytes(bytes(range(32))), name=ORIGIN, kind=SignatureType.ED25519
)
THE_LOG = PublishedLog(
    origin=ORIGIN,
    keys=(
        PublishedLogKey(
            vkey=SIGNER.vkey,
            valid_from=datetime(2020, 1, 1, tzinfo=UTC),
            valid_to=datetime(2030, 1, 1, tzinfo=UTC),
        ),
    ),
)


def growth(*, signer=SIGNER, clock=None):
    return Growth(signers=lambda _: [signer], clock=clock or FixedClock())


def number_all(evidence, **how):
    """One round, without a thread."""
    while evidence.extend(lambda tip: growth(**how).of(tip).extension) is not None:
        pass


@contextmanager
def sequencing(evidence, *, policy=NO_WITNESS, begun_at=None, log_keys=lambda: THE_LOG.keys, **how):
    """A running sequencer over `evidence`; the proofs that it gives."""
    sequencer = Sequencer(evidence=evidence, growth=growth(**how), wait_s=20)
    sequencer.start()
    try:
        begun_at = begun_at or THE_LOG.keys[0].valid_from
        yield Proofs(
            evidence=evidence,
            sequencer=sequencer,
            policy=policy,
            begun_at=begun_at,
            log_keys=log_keys,
        )
    finally:
        sequencer.close()


def proved(inclusion, closing, *, log=THE_LOG, policy=NO_WITNESS, max_delay=timedelta(days=1)):
    """The inclusion, verified offline; `SignatureInvalid` where it proves nothing."""
    logged = verify_logged(
        inclusion.text.encode(),
        canonical_sha256=bytes.fromhex(closing.canonical_sha256),
        decided_at=closing.decided_at,
        log=log,
        policy=policy,
        max_delay=max_delay,
    )
    assert (logged.index, logged.checkpoint.size) == (inclusion.index, inclusion.size)
    assert logged.checkpoint.origin == inclusion.log
    return logged


def assert_whole(evidence, *, leaves):
    """Every leaf is numbered once, and the root is what RFC 6962 §2.1 says of the entries."""
    latest = evidence.latest()
    entries = evidence.entries(0, leaves + 1)
    assert (latest.size, len(entries)) == (leaves, leaves)
    assert latest.root == mth(entries)
    assert not evidence.is_waiting()


def in_threads(count, work):
    """Run `work(0)` to `work(count - 1)` at once; what they gave, or the first that raised."""
    given = [None] * count
    raised = []
    together = threading.Barrier(count)

    def run(number):
        together.wait()
        try:
            given[number] = work(number)
        except BaseException as error:  # noqa: BLE001 - it is raised below
            raised.append(error)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if raised:
        raise raised[0]
    return given
