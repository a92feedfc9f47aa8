"""The composition root: the only module, with the command line, that names concrete things."""

import gc
from collections.abc import Mapping
from functools import partial
from typing import Final

from gateway.api.administration.directory import DirectoryDoor
from gateway.api.administration.metrics import Counted, Counts, Gauges, Metrics
from gateway.api.administration.register_gauges import RegisterGauges
from gateway.api.administration.root import administration
from gateway.api.documentation import Documentation
from gateway.api.enquiries import Enquiries
from gateway.api.enrolment import EnrolmentDoors
from gateway.api.establishments import READINGS_AN_HOUR, Establishments
from gateway.api.exchange import PUBLISHED_PACE, Pace
from gateway.api.lanes import Admission, Lanes, Shares
from gateway.api.limits import App, Limits
from gateway.api.log import LogDoors
from gateway.api.notices import Notices
from gateway.api.oauth import OAuthDoors
from gateway.api.operations import Operations
from gateway.api.readiness import Probe, Readiness
from gateway.api.reference import Reference
from gateway.api.replies import Forms
from gateway.api.rest import rest_app
from gateway.api.root import root
from gateway.api.soap import SoapDoor
from gateway.api.soap_messages import SoapMessages
from gateway.api.submissions import Submissions
from gateway.api.verifications import Verifications
from gateway.config import Config
from gateway.directory import ContactImport, DecisionImport, DirectoryImport
from gateway.evidence.inclusion import Proofs
from gateway.evidence.installed_keys import key_expiries
from gateway.evidence.published_log import PublishedLog
from gateway.evidence.receipts import Receipts
from gateway.federating import Federating
from gateway.judge_again import JudgingAgain
from gateway.judging import enquiring_of, judge_of, signer_of
from gateway.pages.notices.page import NoticeRenderer
from gateway.partners.installed import InstalledEnrolment
from gateway.partners.machine import MachineAuthentication
from gateway.partners.quotas import Quota
from gateway.ports import Clock
from gateway.ports.background import Soon
from gateway.ports.verification import Verification
from gateway.proving import Proving
from gateway.receive import Receiver
from gateway.store import Store
from gateway.verifying import Verifying
from gateway.wire.v1.acknowledgement import AcknowledgementContract

_YOUNG_OBJECTS: Final = 200_000
"""Some 5,000 lines make as many: a pass over them finds nothing, and costs 5 % of their time."""


class Gateway:
    """A gateway ready to serve: an ASGI application over an open store."""

    def __init__(
        self,
        config: Config,
        *,
        clock: Clock | None = None,
        pace: Pace = PUBLISHED_PACE,
        store: Store | None = None,
        warnings: Mapping[str, Probe] | None = None,
        background: Soon | None = None,
        proofs: type[Proofs] = Proofs,
        verification: Verification | None = None,
    ) -> None:
        """Open everything that `config` names; `clock` stands in for the machine's.

        `store` is one that stands open already, with a clock of its own; `warnings` are more of
        what readiness is to warn of. `background` does what no request waits for. `proofs` gives
        receipts their proof: what the log costs is measured beside one that gives none.
        `verification` stands in for the outside registers of `config`.

        Raises:
            ConfigurationFault: keys missing, or the database not migrated.
        """
        gc.set_threshold(_YOUNG_OBJECTS, 20, 20)  # batches are acyclic: collecting them is waste
        self.store = store = store or Store(config, clock=clock)
        store.demand_ready()
        self.verifying = Verifying(config, store)
        verification = verification or self.verifying.verification
        self.federating = Federating(config, store, verification=verification)
        signer = signer_of(config, clock=store.clock)
        self.proving = Proving(config, store, proofs=proofs)
        counts = Counts()
        lanes = Lanes(threads=config.threads, queue=config.queue)
        admission = Admission(
            shares=Shares(each=config.share),
            quota=Quota(limit=config.requests_per_minute, window_s=60),
        )
        acknowledgements = AcknowledgementContract()
        receipts = Receipts(
            log=store.log, signer=signer, clock=store.clock, contract=acknowledgements
        )
        judge = judge_of(config, store, verification=verification)
        receiver = Receiver(
            judge=judge,
            log=store.log,
            leases=store.leases,
            receipts=receipts,
            proofs=self.proving.proofs,
            refusals=Quota(limit=config.refusals_per_hour, window_s=3600),
            demand_dated=self.proving.gate.demand_open,
            counted=counts.answer,
        )
        self.judging_again = JudgingAgain(
            judge=judge,
            log=store.log,
            leases=store.leases,
            receipts=receipts,
            clock=store.clock,
        )
        forms = Forms(acknowledgements)
        notices = Notices(
            log=store.log, renderer=NoticeRenderer(public_address=config.public_address)
        )
        enquiries = Enquiries(
            log=store.log,
            receipts=receipts,
            proofs=self.proving.proofs,
            contract=acknowledgements,
            lanes=lanes,
            forms=forms,
            notices=notices,
        )
        readiness = Readiness(
            probes={
                "database": store.answers,
                "signing-key": signer.can_sign,
                "timestamps": self.proving.gate.is_open,
            },
            warnings={
                "signing-key-former": signer.is_former,
                "signing-key-expires": signer.expires_soon,
                **self.proving.warnings,
                **self.verifying.warnings,
                **self.federating.warnings,
                **(warnings or {}),
            },
        )
        keys = self.proving.published_keys
        enrolment = InstalledEnrolment(config, store, published_keys=keys)
        reference = Reference(
            clock=store.clock,
            signer=signer,
            contract=acknowledgements,
            lanes=lanes,
            environment=config.environment,
            published_keys=keys,
            credentials=store.credentials,
            register=store.register,
            outbox=store.notices,
            readiness=readiness,
        )
        submissions = Submissions(
            receiver=receiver, clock=store.clock, lanes=lanes, forms=forms, notices=notices
        )
        machine = MachineAuthentication(
            issuer=config.public_address,
            token_keys=config.token_keys,
            token_lifetime_s=config.token_lifetime_s,
            proxies=config.trusted_proxies,
            store=store,
        )
        rest = rest_app(
            operations=Operations(
                submissions=submissions,
                enquiries=enquiries,
                reference=reference,
                enrolment=EnrolmentDoors(installed=enrolment, lanes=lanes),
                oauth=OAuthDoors(machine=machine, lanes=lanes),
                establishments=Establishments(
                    contacts=store.contacts,
                    clock=store.clock,
                    lanes=lanes,
                    draw=Quota(limit=READINGS_AN_HOUR, window_s=3600).take,
                ),
                verifications=Verifications(
                    enquiring=enquiring_of(store, verification=verification), lanes=lanes
                ),
            ),
            authentication=machine.authentication,
            openings=enrolment.openings,
            lanes=lanes,
            admission=admission,
        )
        soap = SoapDoor(
            receiver=receiver,
            enquiries=enquiries,
            reference=reference,
            messages=SoapMessages(
                authentication=machine.authentication,
                ws_security=machine.ws_security,
                lanes=lanes,
                admission=admission,
                unproven=Shares(each=config.share),
            ),
            destinations=config.soap_addresses,
            clock=store.clock,
            lanes=lanes,
            contract=acknowledgements,
        )
        documentation = Documentation(public_address=config.public_address)
        log = LogDoors(published=PublishedLog(evidence=store.evidence), lanes=lanes)
        limits = Limits(
            root(
                rest=rest,
                soap=soap,
                documentation=documentation,
                log=log,
                identity=self.federating.pages,
            ),
            hosts=config.hosts,
            pace=pace,
        )
        self.asgi: App = Counted(limits, counts=counts)
        gauges = Gauges(
            clock=store.clock,
            lanes=lanes,
            readiness=readiness,
            of_record=store.figures,
            writes_waiting=lambda: store.writer.waiting,
            expiries=partial(key_expiries, config.signing_keys, clock=store.clock),
        )
        of_registers = RegisterGauges(
            clock=store.clock,
            of_registers=self.verifying.figures,
            of_providers=self.federating.figures,
        )
        self.administration: App = administration(
            metrics=Metrics(counts=counts, gauges=gauges, more=[of_registers]),
            directory=DirectoryDoor(
                tokens=store.register_tokens,
                workers=lambda by: DirectoryImport(store=store.directory_of(by), clock=store.clock),
                contacts=lambda by: ContactImport(store=store.contacts_of(by)),
                decisions=lambda by: DecisionImport(
                    store=store.decisions_of(by), clock=store.clock
                ),
                background=background,
            ),
            hosts=config.admin_hosts,
            pace=pace,
        )
        self.proving.start()

    def close(self) -> None:
        """Let go of the store."""
        self.proving.close()
        self.federating.close()
        self.verifying.close()
        self.store.close()
