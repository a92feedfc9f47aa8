"""What proves receipts, composed once for a process: the log numbered, witnessed, time-stamped."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import partial

from gateway.config import Config
from gateway.evidence.configured_authorities import configured_authorities
from gateway.evidence.inclusion import Proofs
from gateway.evidence.installed_keys import (
    log_begun_at,
    log_growth,
    log_key_expires_soon,
    log_keys,
    published_keys,
)
from gateway.evidence.installed_witnesses import asked_witnesses, witness_policy
from gateway.evidence.sequencer import Sequencer
from gateway.evidence.stamping import StampGate, Stamping
from gateway.evidence.witness_delay import WitnessDelay
from gateway.evidence.witnessing import Witnessing
from gateway.store import Store
from signing.log.policy import WitnessPolicy


class Proving:
    """The evidence log of an installation. To be started, and closed."""

    def __init__(self, config: Config, store: Store, *, proofs: type[Proofs] = Proofs) -> None:
        """Over an open store; nobody is asked yet.

        `proofs` gives receipts their proof: what the log costs is measured beside one that gives
        none.

        Raises:
            ConfigurationFault: keys, witnesses or authorities that cannot be used.
        """
        self.sequencer = Sequencer(
            evidence=store.evidence,
            growth=log_growth(config.signing_keys, clock=store.clock),
            wait_s=config.proof_wait_s,
        )
        policy = witness_policy(config.witnesses)
        self.witnessing = _witnessing(config, store, policy)
        self.proofs = proofs(
            evidence=store.evidence,
            sequencer=self.sequencer,
            policy=policy,
            begun_at=log_begun_at(config.signing_keys),
            log_keys=log_keys(config.signing_keys),
        )
        authorities, published = configured_authorities(config.stamping, clock=store.clock)
        self.gate = _stamp_gate(config, store)
        self.stamping = Stamping(
            stamps=store.stamps,
            authorities=authorities,
            clock=store.clock,
            every=config.stamping.every,
        )
        self.published_keys = partial(published_keys, config.signing_keys, beside=published)
        """Gives every key by which a receipt is believed."""
        expires_soon = partial(log_key_expires_soon, config.signing_keys, clock=store.clock)
        self.warnings: Mapping[str, Callable[[], bool]] = {
            "timestamps-late": self.gate.is_late,
            "witness-late": _witness_delay(config, store, policy).is_late,
            "log-key-expires": expires_soon,
        }
        """What readiness is to warn of, by name."""

    def start(self) -> None:
        """Number, witness and stamp from now on, each in a thread of its own."""
        self.sequencer.start()
        self.stamping.start()
        self.witnessing.start()

    def close(self) -> None:
        """End the threads."""
        self.witnessing.close()
        self.stamping.close()
        self.sequencer.close()


def _witnessing(config: Config, store: Store, policy: WitnessPolicy) -> Witnessing:
    return Witnessing(
        evidence=store.evidence,
        witnesses=asked_witnesses(policy, authorities=config.witness_authorities),
        every_s=config.witness_every_s,
    )


def _witness_delay(config: Config, store: Store, policy: WitnessPolicy) -> WitnessDelay:
    return WitnessDelay(
        evidence=store.evidence,
        policy=policy,
        clock=store.clock,
        late_after=timedelta(seconds=config.witness_late_s),
    )


def _stamp_gate(config: Config, store: Store) -> StampGate:
    return StampGate(
        stamps=store.stamps,
        clock=store.clock,
        warn_after=config.stamping.warn_after,
        refuse_after=config.stamping.refuse_after,
    )
