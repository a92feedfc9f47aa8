"""All that a serving gateway writes, done on a database, and what of it was done.

Doors and the operator's listener are asked as a partner and the register ask them; what comes
round behind them is called as the engine calls it. What commands alone write is written by another
`Store`: that of who owns the tables.
"""

import re
import threading
from base64 import b64decode
from datetime import UTC, datetime, timedelta
from functools import partial
from types import SimpleNamespace
from urllib.parse import urlsplit

import httpx
import msgspec
from cryptography import x509
from sqlalchemy import Engine, event

from gateway.background import engine as durable
from gateway.identifiers import Nir
from gateway.identity.idle_users import IdleUsers
from gateway.identity.notice_texts import message_of as to_user
from gateway.model.accounts import NoAccount
from gateway.model.background import Task, Turn
from gateway.model.evidence import KeptCosignature
from gateway.model.federation import Attempt, BirthDay, Provider, SignInWish
from gateway.model.partner_notices import MailAddress
from gateway.model.stamping import CheckpointStamp, Stamp
from gateway.model.transmission import Flow
from gateway.model.verification import Cause, NotAnswered, Urgency
from gateway.partners.expiry import ExpiryNotices
from gateway.partners.idle_accounts import IdleAccounts
from gateway.partners.mailing import Mailing
from gateway.partners.notice_texts import message_of
from gateway.storage.background_processes import SqlProcessBeats
from gateway.storage.hand_overs import OPENED_FOR
from gateway.storage.portal_grants import SqlPortalGrants, SqlPortalRequests, SqlPortalReturns
from gateway.storage.portals import SqlPairwiseSubjects
from gateway.storage.rate_budgets import SqlRateBudget
from gateway.storage.sign_in_forgetting import Forgetting
from gateway.storage.tables import metadata
from gateway.verification.rounds import VerificationRound
from signing.authority import new_authority
from signing.held_key import Kind, new_key
from signing.partner_key import thumbprint_of
from tests import builders
from tests.contract.ports.closings import a_closing, a_header, a_line
from tests.enrolling import (
    enrol,
    enrolled_key,
    invite,
    of_key,
    of_request,
    renewal,
    revocation,
    revoke,
)
from tests.fake_verification import an_active_one
from tests.fakes import FixedClock
from tests.identities import a_link, a_person, a_professional, a_subject
from tests.machines import Machine
from tests.portal import a_code, a_hand_over, a_request
from tests.running import DOORS, NOW, THE_LABORATORY, THE_OPERATOR, a_row
from tests.signing_in import Portal
from tests.unit.background.looking import until
from tests.unit.rules.support import read_line
from tests.verified import EMPLOYER, Verified

_WRITES = (
    re.compile(r"\b(INSERT) INTO (?:\w+\.)?(\w+)"),
    re.compile(r"\b(COPY) (?:\w+\.)?(\w+)"),
    re.compile(r"\b(DELETE) FROM (?:\w+\.)?(\w+)"),
    re.compile(r"\b(UPDATE) (?:\w+\.)?(\w+) SET "),
)
_SET = re.compile(r"\bSET (.*?)(?: WHERE | FROM | RETURNING |$)", re.DOTALL)
_WITHIN = re.compile(r"\([^()]*\)")
BUDGET = 4
CAREFUL = msgspec.structs.replace(THE_LABORATORY, failure_budget=BUDGET)
UNKNOWN = 9
GOING_ON = Turn(is_stopping=lambda: False)


class Writes:
    """What one role had the database write: (right, table), and (UPDATE, table, column)."""

    def __init__(self, role: str) -> None:
        self.role, self.seen = role, set()

    def __enter__(self):
        event.listen(Engine, "before_cursor_execute", self._note)
        return self

    def __exit__(self, *_):
        event.remove(Engine, "before_cursor_execute", self._note)

    def _note(self, connection, _cursor, statement, *_):
        if connection.engine.url.username != self.role:
            return
        told = " ".join(statement.split())
        for form in _WRITES:
            for verb, table in form.findall(told):
                if table not in metadata.tables:  # the durable engine's
                    continue
                if verb == "UPDATE":
                    self._note_columns(table, told)
                self.seen.add(("INSERT" if verb == "COPY" else verb, table))
                if verb == "INSERT" and " DO UPDATE SET " in told:
                    self.seen.add(("UPDATE", table))
                    self._note_columns(table, told)

    def _note_columns(self, table, told):
        while (outside := _WITHIN.sub("", told)) != told:
            told = outside
        stated = _SET.search(told)[1]
        self.seen |= {("UPDATE", table, name) for name in re.findall(r"(\w+) ?=", stated)}


class Serving:
    """A gateway that serves, and the store of who runs commands beside it."""

    def __init__(self, running, owner):
        self.running, self.owner = running, owner
        self.clock, self.store = running.clock, running.store
        for partner in (CAREFUL, THE_OPERATOR):
            running.tokens[partner.id] = owner.register.add(partner)
            running.sirets[str(partner.siret)] = partner.id
        owner.notices.add_contact(CAREFUL.id, MailAddress.parse("siseri@labo.example"))
        # invitations are a command's, what is done with them a door's
        self.invited = SimpleNamespace(
            store=owner, clock=running.clock, request=running.request, config=running.config
        )

    def write_all(self):
        """Every path."""
        self.put_directory()
        self.judge()
        self.keep_details()
        self.judge_again()
        self.enrol()
        self.give_tokens()
        self.prove()
        self.sign_in()
        self.hand_over()
        self.verify()
        self.keep_rates()
        self.come_round()
        self.guess()
        self.tell()

    def put_directory(self):
        """As the register writes it, anew, changed and without one whom it named."""
        token = self.owner.register_tokens.renew()
        head = (
            "nir;birth_name;first_name;birth_date;sex;employer_siret;nuclear_domain;"
            "contract_start;oa_sirets;operator_sirets;category\n"
        )
        end = f";{builders.LABORATORY};{builders.OPERATOR};A\n"
        for names, start in (("LEFEBVRE", "2020-01-01"), ("MARTIN", "2020-02-01")):
            rows = "".join(
                f"{builders.nir_of(n)};{names};HELENE;1990-06-15;F;{builders.EMPLOYER};yes;{start}"
                + end
                for n in range(1, 8 if names == "LEFEBVRE" else 6)
            )
            self._put("workers", token, head + rows)
        self.running.know([a_row(n) for n in range(1, 5)])
        moreau, roux = (
            f"{builders.EMPLOYER};CRP;{name};{a_professional().email}\n"
            for name in ("MOREAU", "ROUX")
        )
        for people in (roux, moreau + roux, moreau):
            self._put("contacts", token, "employer_siret;role;name;email\n" + people)

    def _put(self, what, token, content):
        host = next(iter(self.running.config.admin_hosts))
        transport = httpx.ASGITransport(self.running.gateway.administration)
        headers = {"content-type": "text/csv; charset=utf-8", "authorization": f"Bearer {token}"}

        async def exchange():
            async with httpx.AsyncClient(transport=transport, base_url=f"http://{host}") as client:
                return await client.put(
                    f"/v1/directory/{what}", headers=headers, content=content.encode()
                )

        answer = self.running._portal.call(exchange)
        assert (answer.status_code, answer.json()["refused"]) == (200, 0), answer.text

    def judge(self):
        """Through each door; then what was accepted is corrected, and read."""
        for number, door in enumerate(DOORS, 1):
            form = builders.a_transmission(
                results=[builders.a_line(worker=builders.a_worker(number))],
                id=f"0b6f7a52-6d4c-4f7e-9a53-0000000000{number:02d}",
            )
            answer = self.running.submit(form, door=door)
            assert answer.acknowledgement["disposition"] == "ACCEPTED", answer.content
            assert self.running.get(f"/v1/transmissions/{form['id']}").status == 200
        aim = {"transmission": form["id"], "ref": "P-0001", "reason": "DOSE"}
        line = builders.a_line(
            worker=builders.a_worker(number), operation="CORRECTION", corrects=aim
        )
        form = builders.a_transmission(results=[line])
        corrected = self.running.submit(form)
        assert corrected.acknowledgement["disposition"] == "ACCEPTED", corrected.content
        self._decide(f"{form['sender']['siret']};{form['id']};{line['ref']}")

    def _decide(self, named):
        """What the register says of a dose: a decision, another, none."""
        token = self.owner.register_tokens.renew()
        head = "sender_siret;transmission;ref;decision;decided_on;rpps\n"
        for said in ("CANCELLED;2026-11-19;10000000009", "MAINTAINED;2026-11-19;10000000009"):
            self._put("decisions", token, f"{head}{named};{said}\n")
        self._put("decisions", token, f"{head}{named};NONE;;\n")

    def keep_details(self):
        """Lines of the flows that say more than measurements, and many of a kind."""
        details = {
            Flow.RADIOTOXICOLOGY: {"examination": _EXAMINATION},
            Flow.COMMITTED_DOSE: {"committed": _COMMITTED},
        }
        for flow, form in details.items():
            line = msgspec.structs.replace(read_line(0, {**_LINE, **form}), ref="ref-0")
            made = msgspec.structs.replace(a_line(), line=line, doses=())
            self.store.log.close(a_closing(made, header=a_header(flow=flow)))
        self.store.log.close(a_closing(*(a_line(index=index) for index in range(9))))

    def judge_again(self):
        """Lines that wait: one is closed by its sender, one accepted once its worker is known."""
        held = builders.a_line(worker=builders.a_worker(UNKNOWN))
        forms = [
            builders.a_transmission(results=[held], id=f"0b6f7a52-6d4c-4f7e-9a53-1000000000{n}")
            for n in (10, 11)
        ]
        for form in forms:
            assert self.running.submit(form).acknowledgement["disposition"] == "HELD"
        aim = {"transmission": forms[0]["id"], "ref": held["ref"], "reason": "DOSE"}
        closing = {**held, "operation": "CANCELLATION", "corrects": aim}
        for member in ("period", "dosimeter", "measurements"):
            del closing[member]
        form = builders.a_transmission(results=[closing], id="0b6f7a52-6d4c-4f7e-9a53-100000000012")
        assert self.running.submit(form).acknowledgement["disposition"] == "HELD"
        self.running.know([a_row(UNKNOWN)], version="later")
        rounds, now = self.store.held_rounds, self.clock.now()
        moved = rounds.moved(at=now, basis="")
        rounds.judged(moved.transmissions, moved)
        assert rounds.moved(at=now, basis="").transmissions == ()
        assert self.running.judge_again()
        assert self.running.counted("lines WHERE verdict = 'HELD'") == 0

    def enrol(self):
        """An invitation, an overlap, a revocation, and an offer that is not fit."""
        config, now = self.running.config, self.clock.now()
        new_authority(config.authority_keys, common_name="Essai", organisation="Essai", now=NOW)
        first, second = new_key(Kind.P256), new_key(Kind.P256)
        answer = enrol(self.running, of_request(first), by=invite(self.invited))
        assert answer.status_code == 201, answer.text
        kid, subject = answer.json()["credential"]["thumbprint"], thumbprint_of(second.public_key())
        live = renewal(first, kid, subject, now=now)
        answer = enrol(self.running, of_request(second), by=live)
        assert answer.status_code == 201, answer.text
        following = answer.json()["credential"]["thumbprint"]
        ended = revocation(second, following, kid, now=now)
        assert revoke(self.running, ended).status_code == 200
        certificate = x509.load_der_x509_certificate(b64decode(answer.json()["certificates"][0]))
        points = certificate.extensions.get_extension_for_class(x509.CRLDistributionPoints).value
        listed = self.running.request("GET", urlsplit(points[0].full_name[0].value).path)
        assert listed.status_code == 200
        invitation, stranger = invite(self.invited, "operator"), new_key(Kind.P256)
        refused = of_key(first, invitation=invitation, now=now, by=stranger)
        answer = enrol(self.running, refused, by=invitation)
        assert answer.json()["code"] == "K002", answer.text
        assert self.owner.enrolments.refusals("operator", since=now - timedelta(days=1))

    def give_tokens(self):
        """For an assertion by an enrolled key, which is then spent; the token opens."""
        key, _ = enrolled_key(self.invited, "operator")
        issuer = self.running.config.public_address
        machine = Machine("operator", issuer=issuer, clock=self.clock, key=key)
        form = {"content-type": "application/x-www-form-urlencoded"}
        asked = machine.form()
        given = self.running.request("POST", "/oauth/token", headers=form, content=asked)
        assert given.status_code == 200, given.text
        again = self.running.request("POST", "/oauth/token", headers=form, content=asked)
        assert again.status_code == 401
        token = given.json()["access_token"]
        assert self.running.request("GET", "/v1/me", by=token).status_code == 200

    def prove(self):
        """What witnesses and authorities of time-stamps say of a checkpoint."""
        latest = self.store.evidence.latest()
        at = self.clock.now()
        kept = KeptCosignature(witness="temoin", line="— temoin\n", at=at)
        self.store.evidence.cosign(latest.size, [kept])
        stamp = Stamp(token=b"token", gen_time=at, authority="CN=Horodatage")
        self.store.stamps.keep(CheckpointStamp(size=latest.size, text=b"", stamp=stamp))
        assert self.store.evidence.cosignatures(latest.size) == [kept]

    def sign_in(self):
        """A way to a provider of identity, begun and ended."""
        attempts = self.store.users.attempts
        attempt = Attempt(
            id="browser-1",
            provider=Provider.FRANCECONNECT,
            state="s" * 43,
            nonce="n" * 43,
            code_verifier=None,
            redirect_uri="https://passerelle.invalid/identite/franceconnect/retour",
            wish=SignInWish(),
            begun_at=self.clock.now(),
            return_to="/identite/",
        )
        attempts.keep(attempt)
        assert attempts.take("browser-1") == attempt
        assert attempts.spend("a" * 64, until=self.clock.now() + timedelta(minutes=5))
        self._come_and_go(attempts)

    def _come_and_go(self, attempts):
        """A worker by civil status and by the number, a professional; sessions used and ended."""
        store = self.store
        store.users.filling(GOING_ON)
        self.portal = portal = Portal(
            self.clock,
            accounts=store.users.accounts,
            sessions=store.users.sessions,
            waiting=store.users.waiting,
            attempts=attempts,
            people=store.users.people,
            life=store.users.life,
        )
        nobody = a_person(birth_name="LEFEBVRE", birth=BirthDay(year=1990, month=6, day=15))
        waiting = portal.arrive(nobody)
        assert portal.flow.type_nir(waiting.waiting_id, "no number", replaced=None).is_refused
        store.users.waiting.give_back(a_subject())
        entered = portal.arrive(a_professional(), "s-2", Provider.PROCONNECT)
        again = portal.arrive(
            a_professional(), "s-2", Provider.PROCONNECT, replaced=entered.session.id
        )
        self.clock.advance(timedelta(minutes=2))
        assert portal.flow.session(again.session.id) is not None
        (mark,) = (seen.mark for seen in portal.flow.sessions_of(again.session))
        portal.flow.end(again.session, mark=mark)
        assert portal.flow.session(again.session.id) is None
        assert store.users.waiting.take(waiting.waiting_id)
        self._follow_who_was_taken_away()

    def _follow_who_was_taken_away(self):
        """The operator took an identity away; it comes by another issuer of its provider."""
        provider, users = Provider.FRANCECONNECT, self.store.users
        worker_id = users.people.worker_of(Nir.parse(builders.nir_of(1))).worker.id
        present = a_subject("p-9", provider)
        former = msgspec.structs.replace(present, issuer="https://former.invalid")
        link = a_link(former, provider=provider, email=None, at=self.clock.now())
        account = self.owner.users.accounts.link_worker(link, worker_id=worker_id)
        self.owner.users.life.unlink(account.id)
        users.accounts.follow(
            present, provider=provider, former=(former.issuer,), at=self.clock.now()
        )
        assert users.accounts.is_barred(present, worker_id=worker_id)

    def hand_over(self):
        """What a portal asks and is given: a request, a code, access, and the way out."""
        parts = {"writer": self.store.writer, "clock": self.clock}
        engine = self.store.engine
        requests = SqlPortalRequests(engine=engine, **parts)
        asked = a_request(self.clock)
        requests.keep(asked)
        assert requests.renew(asked)
        assert requests.take(asked.id) == asked
        grants = SqlPortalGrants(engine=engine, **parts)
        grants.keep_code(b"code", a_code(self.clock))
        given = {"access_sha256": b"access", "sealed": b"", "until": self.clock.now()}
        given["handed"] = a_hand_over()
        assert grants.exchange(b"code", **given)
        assert not grants.exchange(b"code", **given)
        assert [one.is_true for one in self.store.users.hand_overs.opened()] == [True]
        later = FixedClock(self.clock.now() + OPENED_FOR + timedelta(days=1))
        Forgetting(engine=engine, writer=self.store.writer, clock=later)(GOING_ON)
        returns = SqlPortalReturns(engine=engine, **parts)
        returns.keep("state", "https://portail.invalid/")
        assert returns.take("state") == "https://portail.invalid/"
        subjects = SqlPairwiseSubjects(engine=engine, writer=self.store.writer)
        assert subjects.subject("account", sector="portail.invalid")

    def verify(self):
        """Registers that answer, are away, are not believed, and are again."""
        clock = self.clock
        verified = Verified(
            self.store.engine, self.store.writer, clock=clock, sealer=self.store.sealer
        )
        nirs = [Nir.parse(builders.nir_of(number)) for number in range(1, 5)]
        every = verified.workers(*nirs)
        verified.sirene.answers[EMPLOYER] = an_active_one(EMPLOYER)
        verified.sirene.down = verified.ameli.down = NotAnswered(cause=Cause.OUTAGE)
        verified.establishment(EMPLOYER)
        verified.verification.identities(every, within_s=60.0)
        verified.sirene.down = verified.ameli.down = None
        round_of = VerificationRound(
            askings=(verified.asking_establishments, verified.asking_identities),
            judge_again=lambda: None,
        )
        for _ in range(3):
            clock.advance(timedelta(hours=1))
            round_of(GOING_ON)
        assert verified.establishment(EMPLOYER).answer == an_active_one(EMPLOYER)
        for states in (verified.establishments, verified.identities):
            states.found_sane(clock.now())
            states.found_lost(clock.now())

    def keep_rates(self):
        """Calls within a rate, that changes, and is used up."""
        parts = {"engine": self.store.engine, "writer": self.store.writer}
        for calls in (3, 2):
            budget = SqlRateBudget(**parts, name="register", calls=calls)
            assert budget.take(Urgency.BACKGROUND) == 0
        budget.exhausted(60.0)
        assert budget.left() == 0

    def come_round(self):
        """The durable engine and the signs of life of its processes."""
        beats = SqlProcessBeats(engine=self.store.engine, writer=self.store.writer)
        for _ in range(2):
            beats.beat("one")
        assert beats.beats() == {"one": 2}
        beats.forget("one")
        done = threading.Event()
        working = durable.DurableEngine(
            url=self.running.config.background_url,
            process_id="one",
            tasks={Task.MAIL: lambda _: done.set()},
            poll_s=0.02,
        )
        working.start()
        working.enqueue_occurrence(Task.MAIL, key="mail@1")
        assert done.wait(60)
        working.owners()
        working.take_over("another")
        until(lambda: working.purge(datetime.now(UTC) + timedelta(hours=1)))
        working.close()

    def guess(self):
        """More workers that nobody knows than a day allows: the submitter is suspended."""
        lines = [
            builders.a_line(ref=f"P-{number}", worker=builders.a_worker(number))
            for number in range(20, 21 + BUDGET)
        ]
        answer = self.running.submit(builders.a_transmission(results=lines))
        assert answer.acknowledgement["disposition"] == "HELD"
        assert CAREFUL.id in self.owner.failure_budget.suspended(self.clock.now())

    def tell(self):
        """Years pass: credentials end, mails are sent, accounts that nobody uses are disabled."""
        life, outbox, clock = self.store.life, self.store.notices, self.clock
        mailing = Mailing(
            outbox=outbox,
            mailer=_Taking(),
            clock=clock,
            message_of=partial(message_of, environment="essai"),
        )
        parts = {"life": life, "outbox": outbox, "clock": clock}
        users = IdleUsers(life=self.store.users.life, clock=clock, has_relay=True)
        to_users = Mailing(
            outbox=self.store.users.outbox,
            mailer=_Taking(),
            clock=clock,
            message_of=partial(to_user, environment="essai"),
        )
        tasks = (
            ExpiryNotices(**parts),
            IdleAccounts(**parts, has_relay=True),
            users,
            mailing,
            to_users,
        )
        for days in (0, 360, 360, 60):
            clock.advance(timedelta(days=days))
            for task in tasks:
                task(GOING_ON)
        gone = self.portal.arrive(a_professional(), "s-2", Provider.PROCONNECT)
        assert gone is NoAccount.DISABLED
        erasure = self.store.users.erasure
        ended = erasure.disabled_before(clock.now() + timedelta(days=1))
        assert ended
        assert all(erasure.erase(account, at=clock.now()) for account in ended)
        for partner in (CAREFUL.id, THE_OPERATOR.id):
            assert self.running.request("GET", "/v1/me", by=partner).status_code == 401


class _Taking:
    """A relay that takes every mail."""

    def send(self, _message):
        pass


_LINE = {
    "ref": "ref-0",
    "operation": "CORRECTION",
    "worker": {
        "nir": "276091234644512",
        "birthName": "LEFEBVRE",
        "firstName": "HELENE",
        "birthDate": "1976-09-12",
        "sex": "F",
    },
    "employer": {"siret": builders.EMPLOYER},
    "monitoring": {"type": "SDI", "category": "B", "situation": "PLANNED"},
    "corrects": {
        "transmission": "0b6f7a52-6d4c-4f7e-9a53-1f2d3c4b5a71",
        "ref": "R-8",
        "reason": "DOSE",
    },
}
_EXAMINATION = {
    "kind": "URINE",
    "collectedFrom": "2026-03-02",
    "collectedTo": "2026-03-03",
    "activities": [
        {
            "radionuclide": "U-235",
            "value": "1.5",
            "unit": "Bq/L",
            "uncertainty": "0.1",
            "detectionLimit": "0.5",
            "belowLimit": False,
        }
    ],
}
_COMMITTED = {
    "quantity": "E50",
    "radionuclides": ["Co-60"],
    "route": "INHALATION",
    "intakeOn": "2026-03-05",
    "value": "1.234",
    "physician": {"rpps": "10000000017"},
    "basedOn": [{"transmission": "0b6f7a52-6d4c-4f7e-9a53-1f2d3c4b5a70", "ref": "R-9"}],
}
