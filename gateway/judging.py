"""What judges, composed: for the gateway that serves, and for the command that judges again."""

from gateway.config import Config
from gateway.evidence.in_force import SignerInForce
from gateway.evidence.installed_keys import signer_in_force
from gateway.evidence.receipts import Receipts
from gateway.judge import Judge
from gateway.judge_again import JudgingAgain
from gateway.partners.quotas import Quota
from gateway.ports import Clock
from gateway.ports.verification import Verification
from gateway.store import Store
from gateway.verification.enquiring import HOUR_S, QUESTIONS_AN_HOUR, Enquiring
from gateway.wire.codelists import CodeLists
from gateway.wire.v1.acknowledgement import AcknowledgementContract
from gateway.wire.v1.contract import TransmissionContract
from signing.keys import KeyAccess


def judging_again(
    config: Config, store: Store, *, verification: Verification | None = None
) -> JudgingAgain:
    """What judges held lines again; `ConfigurationFault` where no key may sign now.

    `verification` knows what outside registers have answered; None where none is configured.
    """
    return JudgingAgain(
        judge=judge_of(config, store, verification=verification),
        log=store.log,
        leases=store.leases,
        receipts=Receipts(
            log=store.log,
            signer=signer_of(config, clock=store.clock),
            clock=store.clock,
            contract=AcknowledgementContract(),
        ),
        clock=store.clock,
    )


def judge_of(config: Config, store: Store, *, verification: Verification | None = None) -> Judge:
    """What judges submissions, and lines that wait."""
    return Judge(
        log=store.log,
        directory=store.directory,
        budget=store.failure_budget,
        clock=store.clock,
        contract=TransmissionContract(),
        issuer=config.issuer,
        environment=config.environment,
        code_lists=CodeLists.load(),
        verification=verification,
    )


def enquiring_of(store: Store, *, verification: Verification | None) -> Enquiring:
    """What answers single questions of partners about workers and establishments."""
    return Enquiring(
        directory=store.directory,
        budget=store.failure_budget,
        clock=store.clock,
        verification=verification,
        draw=Quota(limit=QUESTIONS_AN_HOUR, window_s=HOUR_S).take,
    )


def signer_of(config: Config, *, clock: Clock) -> SignerInForce:
    """Over the keys of the folder of `config`, whose register is read again when it changes.

    Raises:
        ConfigurationFault: none of them may sign now.
    """
    return signer_in_force(
        config.signing_keys,
        clock=clock,
        access=KeyAccess(
            pkcs12_password=config.pkcs12_password,
            pkcs11_pin=config.pkcs11_pin,
            pkcs11_module=config.pkcs11_module,
        ),
    )
