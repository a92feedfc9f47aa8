"""In-memory implementations of every port, honest to `gateway/ports`.

`tests/contract/ports` runs the same suite over these and over the real ones.
"""

import hashlib
import hmac
import os
import secrets
import threading
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from lxml import etree

from gateway.directory.rows import DirectoryRow
from gateway.directory.store import ImportUnderWay, Saved
from gateway.errors import RecordMoved
from gateway.identifiers import Nir, Siret
from gateway.model.acknowledgement import Disposition
from gateway.model.directory import (
    Attachment,
    DirectoryVersion,
    Employment,
    KnownWorker,
    Partner,
)
from gateway.model.internal import LineReference
from gateway.model.partners import Mandate, StandingMandate
from gateway.model.reading import readings_of
from gateway.model.record import (
    DoseOnRecord,
    LineId,
    MonthlyDose,
    RecordFacts,
    RecordKey,
    Standing,
    Target,
    adding_up,
)
from gateway.model.sealing import KeysInUse
from gateway.model.transmission import Flow, Status
from gateway.model.verdict import Verdict
from gateway.ports import (
    Clock,
    Closing,
    HeldTransmission,
    JudgedAgain,
    ListedAcknowledgement,
    RecordedLine,
    Rendering,
    StandingAnswer,
    StoredAcknowledgement,
    Superseding,
)


class FixedClock:
    """A clock that moves only when told."""

    def __init__(self, now: datetime = datetime(2026, 11, 2, 8, 30, tzinfo=UTC)) -> None:
        self._now = now

    def now(self) -> datetime:
        return self._now

    def advance(self, by: timedelta) -> None:
        self._now += by


class MemoryPartnerUses:
    """Remembers the last day of each partner."""

    def __init__(self) -> None:
        self.last_on: dict[str, date] = {}

    def note(self, partner_id: str, on: date) -> None:
        self.last_on[partner_id] = on


class FakeDataKey:
    """AES-256-GCM, as the real one."""

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(key)

    def seal(self, plaintext: bytes, *, context: bytes) -> bytes:
        nonce = os.urandom(12)
        return nonce + self._cipher.encrypt(nonce, plaintext, context)

    def open(self, sealed: bytes, *, context: bytes) -> bytes:
        try:
            return self._cipher.decrypt(sealed[:12], sealed[12:], context)
        except (InvalidTag, ValueError) as error:
            raise ValueError("not sealed by this key for this context") from error


class FakeSealer:
    """Real primitives under keys drawn from `seed`: the same seed opens what it sealed."""

    index_version = 1
    _VERSION = b"\x00\x01"

    def __init__(self, seed: str = "test") -> None:
        self._master = FakeDataKey(hashlib.sha256(f"master|{seed}".encode()).digest())
        self._index = hashlib.sha256(f"index|{seed}".encode()).digest()

    def follow(self, in_use: KeysInUse) -> None:
        pass

    def blind_index(self, purpose: str, value: str, *, version: int) -> bytes:
        assert version == 1
        return hmac.digest(self._index, f"{purpose}|{value}".encode(), "sha256")

    def new_data_key(self) -> tuple[FakeDataKey, bytes]:
        key = os.urandom(32)
        return FakeDataKey(key), self._wrapped(key)

    def unwrap(self, wrapped: bytes) -> FakeDataKey:
        return FakeDataKey(self._master.open(wrapped[2:], context=b"data key"))

    def rewrap(self, wrapped: bytes) -> bytes:
        return self._wrapped(self._master.open(wrapped[2:], context=b"data key"))

    def _wrapped(self, key: bytes) -> bytes:
        return self._VERSION + self._master.seal(key, context=b"data key")


class FakeSigner:
    """Marks what it would sign. Proves nothing; cheap and the same for the same payload."""

    kid = "fake-key"

    def sign_json(self, payload: bytes, *, typ: str = "siseri-ack+jws") -> bytes:
        return b"fake.jws." + hashlib.sha256(typ.encode() + payload).hexdigest().encode()

    def sign_xml(self, acknowledgement: etree._Element, *, signed_at: datetime) -> None:
        signature = etree.SubElement(
            acknowledgement, "{http://www.w3.org/2000/09/xmldsig#}Signature"
        )
        signature.text = signed_at.isoformat()


class MemoryLeases:
    """In flight, by a set."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._held: set[RecordKey] = set()

    @contextmanager
    def hold(self, key: RecordKey) -> Iterator[bool]:
        with self._lock:
            is_free = key not in self._held
            self._held.add(key)
        try:
            yield is_free
        finally:
            if is_free:
                with self._lock:
                    self._held.remove(key)


class MemoryPartnerRegister:
    """Partners by token."""

    def __init__(self, *, clock: Clock | None = None) -> None:
        self._clock = clock or FixedClock()
        self._partners: dict[str, Partner] = {}
        self._tokens: dict[str, str] = {}
        self._ends: dict[str, datetime] = {}
        self._mandates: dict[tuple[str, str], Mandate] = {}

    def holder_of(self, token: str) -> Partner | None:
        partner_id = self._tokens.get(token)
        if self._clock.now() >= self._ends.get(token, datetime.max.replace(tzinfo=UTC)):
            return None
        if partner_id is None or self._partners[partner_id].disabled_at is not None:
            return None
        return self._partners[partner_id]

    def partner(self, partner_id: str) -> Partner | None:
        partner = self._partners.get(partner_id)
        return None if partner is None or partner.disabled_at is not None else partner

    def mandators_of(self, partner_id: str, day: date) -> tuple[Partner, ...]:
        return tuple(
            self._partners[mandate.mandator]
            for (agent, _), mandate in sorted(self._mandates.items())
            if agent == partner_id
            and mandate.start <= day
            and (mandate.end is None or day <= mandate.end)
        )

    def mandates_of(self, partner_id: str, day: date) -> tuple[StandingMandate, ...]:
        return tuple(
            StandingMandate(
                sender=self._partners[mandate.mandator].siret, start=mandate.start, end=mandate.end
            )
            for (agent, _), mandate in sorted(self._mandates.items())
            if agent == partner_id
            and mandate.start <= day
            and (mandate.end is None or day <= mandate.end)
        )

    def demand_signatures(self, partner_id: str, *, is_demanded: bool) -> None:
        if partner_id not in self._partners:
            raise LookupError("no such partner")
        self._partners[partner_id] = msgspec.structs.replace(
            self._partners[partner_id], demands_signature=is_demanded
        )

    def mandate(self, mandate: Mandate) -> None:
        if mandate.agent == mandate.mandator:
            raise ValueError("nobody speaks for himself by a mandate")
        if mandate.end is not None and mandate.end < mandate.start:
            raise ValueError("it ends before it begins")
        mandator = self._partners.get(mandate.mandator)
        if mandate.agent not in self._partners or mandator is None or mandator.type is None:
            raise LookupError("no such partner, or no sender")
        self._mandates[mandate.agent, mandate.mandator] = mandate

    def end_mandate(self, agent: str, mandator: str) -> None:
        if self._mandates.pop((agent, mandator), None) is None:
            raise LookupError("no such mandate")

    def mandates(self) -> Sequence[Mandate]:
        return [mandate for _, mandate in sorted(self._mandates.items())]

    def add(self, partner: Partner, *, days: int | None = None, token: str | None = None) -> str:
        """As the real one; a test may choose the token."""
        if partner.id in self._partners:
            raise ValueError("a partner of that id is enrolled already")
        self._partners[partner.id] = partner
        return self._issue(partner.id, token, days)

    def renew_token(self, partner_id: str, *, days: int | None = None) -> str:
        if partner_id not in self._partners:
            raise LookupError("no such partner")
        self._tokens = {t: p for t, p in self._tokens.items() if p != partner_id}
        return self._issue(partner_id, None, days)

    def disable(self, partner_id: str) -> None:
        partner = self._partners.get(partner_id)
        if partner is None:
            raise LookupError("no such partner")
        if partner.disabled_at is None:
            self._partners[partner_id] = msgspec.structs.replace(
                partner, disabled_at=self._clock.now()
            )

    def enrolled(self) -> Sequence[Partner]:
        return [self._partners[partner_id] for partner_id in sorted(self._partners)]

    def _issue(self, partner_id: str, token: str | None, days: int | None) -> str:
        issued = token or secrets.token_urlsafe(32)
        if days is not None:
            self._ends[issued] = self._clock.now() + timedelta(days=days)
        self._tokens[issued] = partner_id
        return issued


class MemoryWorkerDirectory:
    """Workers by NIR. A test may put a worker in directly: `put`."""

    def __init__(self) -> None:
        self._lock, self._turn = threading.Lock(), threading.Lock()
        self._workers: dict[Nir, KnownWorker] = {}
        self._nuclear: dict[Siret, bool] = {}
        self._version: DirectoryVersion | None = None
        self._rows: dict[tuple[Nir, Siret], list[tuple[str, DirectoryRow]]] = defaultdict(list)

    def put(
        self,
        nir: Nir,
        worker: KnownWorker,
        *,
        nuclear: Iterable[Siret] = (),
        version: DirectoryVersion | None = None,
    ) -> None:
        self._workers[nir] = worker
        self._nuclear.update(dict.fromkeys(nuclear, True))
        self._version = (
            version or self._version or DirectoryVersion(version="test", date=date(2026, 1, 1))
        )

    def version(self) -> DirectoryVersion | None:
        return self._version

    def look_up(self, nirs: Iterable[Nir]) -> Mapping[Nir, KnownWorker]:
        return {nir: self._workers[nir] for nir in nirs if nir in self._workers}

    def nuclear_establishments(self, sirets: Iterable[Siret]) -> frozenset[Siret]:
        return frozenset(siret for siret in sirets if self._nuclear.get(siret, False))

    @contextmanager
    def importing(self) -> Iterator[None]:
        if not self._turn.acquire(blocking=False):
            raise ImportUnderWay
        try:
            yield
        finally:
            self._turn.release()

    def save(self, rows: Sequence[DirectoryRow], *, version: str) -> Saved:
        with self._lock:
            saved = Saved()
            for row in rows:
                saved = saved.plus(self._take(row, version))
            return saved

    def finish(self, version: DirectoryVersion) -> int:
        with self._lock:
            removed = 0
            for couple, stated in self._rows.items():
                before = self._contents(couple)
                kept = [entry for entry in stated if entry[0] == version.version]
                if kept:
                    self._rows[couple] = kept
                removed += before - self._contents(couple)
                self._rebuild(couple[0])
            if self._version is None or self._version.version != version.version:
                self._version = version
            return removed

    def _contents(self, couple: tuple[Nir, Siret]) -> int:
        rows = [row for _, row in self._rows[couple]]
        attachments = {(a.sender, a.start) for row in rows for a in row.attachments}
        return len({row.employment.start for row in rows}) + len(attachments)

    def _take(self, row: DirectoryRow, version: str) -> Saved:
        couple = (row.nir, row.employer)
        is_new = not self._rows[couple]
        nuclear = self._nuclear.get(row.employer)
        before = self._workers.get(row.nir)
        self._nuclear[row.employer] = row.is_nuclear
        stated = self._rows[couple]
        declared = [e[1].declared for e in stated if e[1].employment.start == row.employment.start]
        same_contract = [
            e for e in stated if e[1].employment.start == row.employment.start and e[0] == version
        ]
        for entry in same_contract:
            stated.remove(entry)
        stated.append((version, row))
        self._rebuild(row.nir, row)
        if is_new:
            return Saved(added=1)
        is_same = (
            before == self._workers[row.nir]
            and nuclear == row.is_nuclear
            and declared[-1:] == [row.declared]
        )
        return Saved(unchanged=1) if is_same else Saved(changed=1)

    def _rebuild(self, nir: Nir, latest: DirectoryRow | None = None) -> None:
        known = self._workers.get(nir)
        rows = [row for (n, _), stated in self._rows.items() if n == nir for _, row in stated]
        employments: dict[tuple[str, date], Employment] = {}
        attachments: dict[tuple[str, str, date], Attachment] = {}
        for row in rows:
            employments[str(row.employer), row.employment.start] = row.employment
            for a in row.attachments:
                attachments[str(a.employer), str(a.sender), a.start] = a
        source = latest or known
        assert source is not None
        self._workers[nir] = KnownWorker(
            id=known.id if known else secrets.token_urlsafe(12),
            birth_name=source.birth_name,
            used_name=source.used_name,
            first_name=source.first_name,
            other_first_names=source.other_first_names,
            birth_date=source.birth_date,
            sex=source.sex,
            employments=tuple(employments[key] for key in sorted(employments)),
            attachments=tuple(attachments[key] for key in sorted(attachments)),
            balance=source.balance or (known.balance if known else None),
        )


class _Recorded(msgspec.Struct, kw_only=True):
    """One closing as kept: its lines as they are now, which are in force, which were closed."""

    cursor: int
    closing: Closing
    lines: dict[int, RecordedLine]
    in_force: set[int]
    closed_by: dict[int, LineId]


class _Answer(msgspec.Struct, frozen=True):
    """One acknowledgement as kept."""

    cursor: int
    transmission: int
    given: Closing | Superseding


class MemoryTransmissionLog:
    """The record in lists, under one lock. It knows no directory: whatever is held is due."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._recorded: dict[int, _Recorded] = {}
        self._answers: list[_Answer] = []
        self._renderings: dict[tuple[str, str], Rendering] = {}
        self._revision = 0
        self._moved: dict[str, int] = {}
        self.successors: dict[str, frozenset[str]] = {}
        """Who took over from each sender: a test states it."""
        self.decided: set[LineId] = set()
        """Lines on whose dose a physician has decided: a test states it."""

    @property
    def closings(self) -> Sequence[Closing]:
        """What was closed, in order: for tests to look at."""
        return [recorded.closing for recorded in self._recorded.values()]

    @property
    def answered(self) -> Mapping[str, Closing | Superseding]:
        """Every acknowledgement by its id, in order."""
        with self._lock:
            return {answer.given.acknowledgement_id: answer.given for answer in self._answers}

    def purge(self, number: int) -> None:
        """Forget the body of a transmission."""
        recorded = self._recorded[number]
        recorded.closing = msgspec.structs.replace(recorded.closing, body=b"")

    def standing(self, key: RecordKey, content_sha256: str) -> Standing:
        with self._lock:
            under = [
                (self._recorded[a.transmission].closing, a.given)
                for a in self._answers
                if self._recorded[a.transmission].closing.key == key
            ]
        same = [given for closing, given in under if closing.content_sha256 == content_sha256]
        verdicts = [
            (closing, given)
            for closing, given in under
            if Disposition(closing.disposition).has_line_verdicts
        ]
        other = [given for closing, given in verdicts if closing.content_sha256 != content_sha256]
        standing = [given for _, given in verdicts] or same
        return Standing(
            same_content=same[0].acknowledgement_id if same else None,
            verdicts=other[-1].acknowledgement_id if other else None,
            verdicts_canonical_sha256=other[-1].canonical_sha256 if other else None,
            latest=standing[-1].acknowledgement_id if standing else None,
        )

    def facts(
        self, worker_ids: Iterable[str], *, flow: Flow, first_day: date, last_day: date
    ) -> RecordFacts:
        asked = set(worker_ids)
        doses: dict[str, list[DoseOnRecord]] = defaultdict(list)
        sums: dict[tuple[str, Flow], dict[int, list[int]]] = defaultdict(dict)
        first_month, last_month = _month(first_day) - 12, _month(last_day) + 12
        with self._lock:
            revision = self._revision
            for cursor, of, line in self._in_force(adding_up(flow)):
                if line.worker_id not in asked:
                    continue
                first = line.line.first_day or line.counted_on
                last = line.line.last_day or line.counted_on
                if first is None or last is None:
                    continue
                if of is flow and first <= last_day and last >= first_day:
                    doses[line.worker_id].extend(_doses(cursor, line))
                added = (line.effective_usv, line.lens_usv, line.extremity_usv)
                if any(added) and first_month <= _month(last) <= last_month:
                    month = sums[line.worker_id, of].setdefault(_month(last), [0, 0, 0])
                    month[:] = [a + b for a, b in zip(month, added, strict=True)]
        return RecordFacts(
            revision=revision,
            doses={worker: tuple(found) for worker, found in doses.items()},
            months={
                key: tuple(
                    MonthlyDose(month=m, effective_usv=e, lens_usv=n, extremity_usv=x)
                    for m, (e, n, x) in sorted(months.items())
                )
                for key, months in sums.items()
            },
        )

    def targets(
        self, references: Iterable[LineReference], places: Iterable[LineId]
    ) -> Sequence[Target]:
        named, placed = set(references), set(places)
        with self._lock:
            return [
                _target(recorded, line, self._given(recorded.cursor), self.successors, self.decided)
                for recorded in self._recorded.values()
                if not recorded.closing.key.test
                for line in recorded.lines.values()
                if (recorded.cursor, line.line.index) in placed
                or LineReference(recorded.closing.key.id, line.line.ref) in named
            ]

    def close(self, closing: Closing) -> None:
        with self._lock:
            self._refuse(closing)
            self._refuse_moved(closing.lines, closing.superseding, closing.revision)
            cursor = len(self._answers) + 1
            self._recorded[cursor] = _Recorded(
                cursor=cursor, closing=closing, lines={}, in_force=set(), closed_by={}
            )
            self._answer(cursor, closing)
            self._take(cursor, closing.lines)
            for one in closing.superseding:
                self._answer(one.transmission, one)

    def supersede(self, judged: JudgedAgain) -> None:
        number = judged.answer.transmission
        answers = (judged.answer, *judged.superseding)
        with self._lock:
            lines = self._recorded[number].lines
            if any(not _is_held(lines.get(index)) for index in judged.indexes):
                raise RecordMoved("a held line has got its verdict meanwhile")
            self._refuse_moved(judged.lines, answers, judged.revision)
            for index in judged.indexes:
                del lines[index]
            for one in answers:
                self._answer(one.transmission, one)
            self._take(number, judged.lines)

    def answer(self, transmission: int) -> StandingAnswer:
        with self._lock:
            given = self._given(transmission)
        if not given:
            raise LookupError("no such transmission")
        return StandingAnswer(
            transmission=transmission,
            id=given[-1].acknowledgement_id,
            sender_siret=given[-1].sender_siret,
            canonical=given[-1].canonical,
            canonical_sha256=given[-1].canonical_sha256,
            line_entries=list(given[-1].line_entries),
        )

    def due(self, at: datetime) -> Sequence[int]:
        del at
        with self._lock:
            held = [r for r in self._recorded.values() if any(map(_is_held, r.lines.values()))]
        return [r.cursor for r in sorted(held, key=lambda r: (r.closing.received_at, r.cursor))]

    def held(self, transmission: int) -> HeldTransmission | None:
        recorded = self._recorded.get(transmission)
        if recorded is None or not any(map(_is_held, recorded.lines.values())):
            return None
        closing = recorded.closing
        assert closing.header is not None
        return HeldTransmission(
            key=closing.key,
            submitter_id=closing.submitter_id,
            door=closing.door,
            media_type=closing.media_type,
            received_at=closing.received_at,
            flow=closing.header.flow,
            content_sha256=closing.content_sha256,
            body=closing.body or None,
            answer=self.answer(transmission),
        )

    def acknowledgement(self, acknowledgement_id: str) -> StoredAcknowledgement | None:
        found = self._by_id(acknowledgement_id)
        if found is None:
            return None
        closing, given = self._recorded[found.transmission].closing, found.given
        return StoredAcknowledgement(
            id=given.acknowledgement_id,
            disposition=given.disposition,
            canonical=given.canonical,
            canonical_sha256=given.canonical_sha256,
            decided_at=given.decided_at,
            sender_siret=given.sender_siret,
            submitter_id=closing.submitter_id,
            transmission_id=closing.key.id,
            test=closing.key.test,
            latest=self._given(found.transmission)[-1].acknowledgement_id,
        )

    def rendering(self, acknowledgement_id: str, representation: str) -> Rendering | None:
        return self._renderings.get((acknowledgement_id, representation))

    def line_entries(self, acknowledgement_id: str) -> Sequence[bytes]:
        found = self._by_id(acknowledgement_id)
        return [] if found is None else list(found.given.line_entries)

    def acknowledgements_of(self, key: RecordKey) -> Sequence[ListedAcknowledgement]:
        with self._lock:
            return [
                self._listed(answer)
                for answer in self._answers
                if self._recorded[answer.transmission].closing.key == key
            ]

    def list_after(
        self, sender_siret: str, *, after: int, limit: int
    ) -> Sequence[ListedAcknowledgement]:
        with self._lock:
            later = [
                self._listed(answer)
                for answer in self._answers
                if answer.cursor > after and answer.given.sender_siret == sender_siret
            ]
        return later[:limit]

    def _refuse(self, closing: Closing) -> None:
        has_verdicts = Disposition(closing.disposition).has_line_verdicts
        for earlier in (c for c in self.closings if c.key == closing.key):
            if earlier.content_sha256 == closing.content_sha256:
                raise RecordMoved("the key was answered meanwhile")
            if has_verdicts and Disposition(earlier.disposition).has_line_verdicts:
                raise RecordMoved("the key was answered meanwhile")

    def _refuse_moved(
        self,
        lines: Sequence[RecordedLine],
        answers: Sequence[Superseding],
        revision: int | None,
    ) -> None:
        if revision is not None:
            workers = {line.worker_id for line in lines if line.worker_id is not None}
            if any(self._moved.get(worker, 0) > revision for worker in workers):
                raise RecordMoved("results of a worker were recorded meanwhile")
        for transmission, index in {t for line in lines for t in line.replaces}:
            recorded = self._recorded.get(transmission)
            is_decided = (transmission, index) in self.decided
            if recorded is None or is_decided or index not in recorded.in_force:
                raise RecordMoved("a line of absence is no longer in force")
        for transmission, index in {t for line in lines for t in line.closes if t[0]}:
            recorded = self._recorded.get(transmission)
            if recorded is None or not _is_held(recorded.lines.get(index)):
                raise RecordMoved("a line to be closed is no longer held")
        for one in answers:
            given = self._given(one.transmission)
            if not given or given[-1].acknowledgement_id != one.supersedes:
                raise RecordMoved("an acknowledgement was superseded meanwhile")

    def _answer(self, transmission: int, given: Closing | Superseding) -> None:
        self._answers.append(_Answer(len(self._answers) + 1, transmission, given))
        for rendering in given.renderings:
            self._renderings[given.acknowledgement_id, rendering.representation] = rendering

    def _take(self, number: int, lines: Sequence[RecordedLine]) -> None:
        for transmission, index in {t for line in lines for t in line.replaces}:
            self._recorded[transmission].in_force.remove(index)
        own = self._recorded[number]
        for line in lines:
            own.lines[line.line.index] = line
            if line.is_in_force:
                own.in_force.add(line.line.index)
        for line in lines:
            for transmission, index in line.closes:
                closed = self._recorded[transmission or number]
                verdict = msgspec.structs.replace(
                    closed.lines[index].verdict, verdict=Verdict.REJECTED
                )
                closed.lines[index] = msgspec.structs.replace(closed.lines[index], verdict=verdict)
                closed.closed_by[index] = (number, line.line.index)
        moved = {line.leaves for line in lines} | {
            line.worker_id for line in lines if line.is_in_force or line.replaces
        }
        if moved - {None}:
            self._revision += 1
            for worker in moved - {None}:
                self._moved[worker] = self._revision

    def _given(self, transmission: int) -> list[Closing | Superseding]:
        return [a.given for a in self._answers if a.transmission == transmission]

    def _in_force(self, flows: Iterable[Flow]) -> Iterator[tuple[int, Flow, RecordedLine]]:
        for recorded in self._recorded.values():
            header = recorded.closing.header
            if header is not None and header.flow in flows:
                for index in sorted(recorded.in_force):
                    yield recorded.cursor, header.flow, recorded.lines[index]

    def _by_id(self, acknowledgement_id: str) -> _Answer | None:
        with self._lock:
            for answer in self._answers:
                if answer.given.acknowledgement_id == acknowledgement_id:
                    return answer
        return None

    def _listed(self, answer: _Answer) -> ListedAcknowledgement:
        closing, given = self._recorded[answer.transmission].closing, answer.given
        return ListedAcknowledgement(
            cursor=answer.cursor,
            id=given.acknowledgement_id,
            disposition=given.disposition,
            transmission_id=closing.key.id,
            test=closing.key.test,
            decided_at=given.decided_at,
            canonical_sha256=given.canonical_sha256,
        )


def _is_held(line: RecordedLine | None) -> bool:
    return line is not None and line.verdict.verdict is Verdict.HELD


def _month(day: date) -> int:
    return day.year * 12 + day.month - 1


def _doses(cursor: int, line: RecordedLine) -> Iterator[DoseOnRecord]:
    times = line.line.exposure_time
    for dose in line.doses:
        yield DoseOnRecord(
            key=dose.key,
            is_absence=dose.status == Status.PENDING,
            start=None if times else line.line.first_day or line.counted_on,
            end=None if times else line.line.last_day or line.counted_on,
            start_at=times.start_at if times else None,
            end_at=times.end_at if times else None,
            line=(cursor, line.line.index),
        )


def _target(
    recorded: _Recorded,
    line: RecordedLine,
    given: Sequence[Closing | Superseding],
    successors: Mapping[str, frozenset[str]],
    decided: AbstractSet[LineId],
) -> Target:
    closing, header = recorded.closing, recorded.closing.header
    assert header is not None
    last = line.line.last_day or line.counted_on
    doses = (line.effective_usv, line.lens_usv, line.extremity_usv)
    nir = line.line.worker.nir
    return Target(
        line=(recorded.cursor, line.line.index),
        transmission=closing.key.id,
        ref=line.line.ref,
        sender_siret=closing.sender_siret,
        flow=header.flow,
        worker_id=line.worker_id,
        is_held=_is_held(line),
        is_in_force=line.line.index in recorded.in_force,
        first_day=line.line.first_day or line.counted_on,
        last_day=last,
        month=_month(last) if last and any(doses) else None,
        effective_usv=doses[0],
        lens_usv=doses[1],
        extremity_usv=doses[2],
        readings=readings_of(line.line),
        acknowledgements=frozenset(one.canonical_sha256 for one in given),
        nir=nir if line.worker_id is None and isinstance(nir, Nir) else None,
        closed_by=recorded.closed_by.get(line.line.index),
        is_decided=(recorded.cursor, line.line.index) in decided,
        successors=successors.get(closing.sender_siret, frozenset()),
    )
