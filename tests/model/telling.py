"""Telling one gateway what happens, by any door, and holding what it answers to the model."""

import json
import re
from datetime import timedelta

from gateway.directory.importer import DecisionImport, DirectoryImport
from tests import builders
from tests.model.answering import Model
from tests.model.comparing import Divergence, hold, hold_acknowledgement
from tests.model.deciding import file_of_decisions
from tests.model.reading_record import hold_record
from tests.model.register import file_of
from tests.model.world import form_of, partners

DOORS = ("json", "xml", "soap11", "soap12")
_PROOF = re.compile(rb"<proof[ >].*</proof>", re.DOTALL)
_ACCEPTS = {"json": "application/json", "xml": "application/xml", "jose": "application/jose"}


class Told:
    """A gateway with an empty record, and the model that says what it must answer."""

    def __init__(self, tested, *, start, tally):
        """`tested` is a `gateways.Tested`; its clock is set to `start`."""
        tested.clock.set_to(start)
        tested.settle()  # else what is forgotten may be numbered at that moment
        tested.running.forget(partners=partners())
        self._judging, self._is_told = tested.judging, False
        self._running, self._clock, self._tally = tested.running, tested.clock, tally
        self.model = Model(start)
        self._bytes = {}
        """What was given of each receipt, by representation: the same for ever."""
        self._cursors = {}

    # ---------- what happens

    def submit(self, transmission, *, door, by=None):
        """Submit it, in its sender's name or another's."""
        self._is_told = True
        expected, superseding = self.model.submit(transmission, by=by)
        told = expected.statement
        answer = self._running.submit(form_of(transmission), door=door, by=told.owner)
        self._hold_http(answer, expected, door)
        shown = answer.acknowledgement
        if expected.is_replay:
            hold("replayed receipt", shown["id"], told.id)
        else:
            told.id, told.sha256 = shown["id"], answer.form["canonicalSha256"]
            hold_acknowledgement(shown, told, now=self.model.now)
        self._keep(told, door, answer.content)
        self._hold_lists([told, *superseding] if not expected.is_replay else [])
        self._count(expected, door)
        self._tally["held line closed"] += len(superseding)

    def check(self, transmission, *, door):
        """What submitting it would give: nothing else changes."""
        self._is_told = True
        expected = self.model.expect(transmission)
        told = expected.statement
        form = form_of(transmission)
        if door.startswith("soap"):
            answer = self._running.submit(form, door=door, by=told.owner, verb="CheckTransmission")
        else:
            body = builders.in_json(form) if door == "json" else builders.in_xml(form)
            media_type = _ACCEPTS[door]
            answer = self._running.post(
                body,
                by=told.owner,
                headers={"content-type": media_type, "accept": media_type},
                path="/v1/checks",
            )
        if answer.status not in {200, 422}:
            raise Divergence(f"a check is answered {answer.status}: {answer.content[:300]}")
        hold_acknowledgement(answer.form, told)
        self._hold_lists([])

    def import_directory(self, rows):
        """Import a file of these rows."""
        self.model.register.state(rows)
        path = self._running.home / "directory.csv"
        path.write_text(file_of(rows), encoding="utf-8")
        bad = []
        store = self._running.store.directory
        DirectoryImport(store=store, clock=self._clock).run(path, on_bad=bad.append)
        hold("refused rows of the directory", bad, [])

    def decide(self, rows):
        """Import a file of decisions: a row of a line that none can be of is refused."""
        self._is_told = True
        expected = self.model.decide(rows)
        taken = ("added", "changed", "unchanged")
        bad = []
        importing = DecisionImport(store=self._running.store.decisions, clock=self._clock)
        report = importing.run(file_of_decisions(rows).encode(), on_bad=bad.append)
        refused = [outcome for outcome in expected if outcome not in taken]
        hold("refused decisions", [one.reason_code for one in bad], refused)
        for outcome in taken:
            hold(f"decisions {outcome}", getattr(report.saved, outcome), expected.count(outcome))
        self._tally.update(f"decision {outcome}" for outcome in expected)

    def advance(self, *, days=0, seconds=0):
        self.model.now += timedelta(days=days, seconds=seconds)
        self._clock.set_to(self.model.now)

    def succeed(self, predecessor, successor, *, ends):
        """Decide that one sender takes over from another, or take it back."""
        self.advance(seconds=1)  # an operator decides once in a millisecond at most
        register = self._running.store.register
        change = register.end_succession if ends else register.succeed
        change(successor, partners_by_id()[predecessor].siret)
        if ends:
            self.model.succeeded.discard((predecessor, successor))
        else:
            self.model.succeeded.add((predecessor, successor))

    def judge_again(self):
        """Whatever is due."""
        stated = self.model.judge_again()
        self._is_told = True
        for transmission in self._judging.due():
            self._judging.judge_again(transmission)
        self._hold_lists(stated)
        for told in stated:
            pairs = zip(told.verdicts, told.supersedes.verdicts, strict=True)
            changed = [now for now, before in pairs if now != before]
            self._tally.update(f"judged again {one.verdict}" for one in changed)
            self._tally.update(f"code {code}" for one in changed for code in one.codes)

    # ---------- reading back

    def read_back(self, statement, *, representation):
        """A receipt: the same bytes as ever, the same acknowledgement in every form."""
        address = f"/v1/receipts/{statement.id}"
        if representation == "soap":
            asked = f'<o:acknowledgement xmlns:o="{builders.SERVICE}">{statement.id}'
            answer = self._running.soap(
                "GetReceipt", f"{asked}</o:acknowledgement>", by=statement.owner
            )
        else:
            accept = _ACCEPTS[representation]
            answer = self._running.get(address, by=statement.owner, accept=accept)
        if answer.status != 200:
            raise Divergence(f"a receipt is read by {answer.status}")
        self._keep(statement, representation, answer.content)
        if representation != "jose":
            hold_acknowledgement(answer.acknowledgement, statement)

    def read_standing(self, key):
        """The verdicts that stand under a key, and the list of its receipts."""
        owner, is_test, transmission, is_own = key
        known = self.model.keys[key]
        asked = "?test=true" if is_test else ""
        answer = self._running.get(f"/v1/transmissions/{transmission}{asked}", by=owner)
        hold("status", answer.status, 200)
        if is_own:
            form = answer.form
            hold("standing receipt", form["receipt"]["acknowledgement"]["id"], known.standing.id)
            hold(
                "receipts under a key",
                [entry["acknowledgement"]["id"] for entry in form["receipts"]],
                [one.id for one in known.every],
            )

    def read_list(self, owner, place, *, by_soap):
        """The list after that place: everything since, gap-free and ascending."""
        cursors = self._cursors.get(owner, [])
        after = cursors[place - 1] if place else None
        expected = self.model.lists.get(owner, [])[place:]
        entries = self._entries(owner, after, by_soap=by_soap)
        hold("list", list(map(_summary, entries)), list(map(_expected_summary, expected)))
        hold("cursors", [entry["cursor"] for entry in entries], cursors[place:])

    # ---------- what must always hold

    def hold_record_if_told(self):
        """The record is the model's: asked after whatever might have changed it."""
        if self._is_told:
            hold_record(self._running.store, self.model)
        self._is_told = False

    def _hold_http(self, answer, expected, door):
        told = expected.statement
        is_soap = door.startswith("soap")
        unanswered = told.disposition in {"INADMISSIBLE", "CONFLICT"}
        hold("HTTP status", answer.status, 422 if unanswered and not is_soap else 200)
        if is_soap:
            return
        is_replay = answer.headers.get("idempotent-replayed") == "true"
        hold("Idempotent-Replayed", is_replay, expected.is_replay)
        if expected.is_replay:
            link = answer.headers.get("link", "")
            found = re.fullmatch(r'</v1/receipts/([^>]+)>; rel="latest-version"', link)
            latest = self.model.latest_of(told)
            hold("latest version", found and found[1], latest.id)

    def _keep(self, statement, representation, content):
        signed_once = "xml" if representation.startswith("soap") else representation
        signed = _without_proof(content)
        if self._bytes.setdefault((statement.id, signed_once), signed) != signed:
            raise Divergence(f"another {representation} receipt is given for {statement.id}")

    def _hold_lists(self, stated):
        """What was stated is what the lists of its owners have grown by, in that order."""
        for owner in dict.fromkeys(one.owner for one in stated):
            cursors = self._cursors.setdefault(owner, [])
            entries = self._entries(owner, cursors[-1] if cursors else None)
            own = [one for one in stated if one.owner == owner]
            hold("new entries of the list", len(entries), len(own))
            for entry, one in zip(entries, own, strict=True):
                about = entry["acknowledgement"]
                if one.id is None:
                    one.id, one.sha256 = about["id"], about["canonicalSha256"]
                if cursors and int(entry["cursor"]) <= int(cursors[-1]):
                    raise Divergence("the cursors do not ascend")
                hold("entry of the list", _summary(entry), _expected_summary(one))
                cursors.append(entry["cursor"])
        for one in stated:
            if one.supersedes is not None:
                self.read_back(one, representation="json")

    def _entries(self, owner, after, *, by_soap=False):
        if by_soap:
            asked = f'<o:after xmlns:o="{builders.SERVICE}">{after}</o:after>' if after else ""
            return self._running.soap("ListTransmissions", asked, by=owner).form.get("entries", [])
        path = f"/v1/transmissions?after={after}" if after else "/v1/transmissions"
        return self._running.get(path, by=owner).form.get("entries", [])

    def _count(self, expected, door):
        told = expected.statement
        self._tally[f"door {door}"] += 1
        if expected.is_replay:
            self._tally["replay"] += 1
            return
        self._tally[f"disposition {told.disposition}"] += 1
        self._tally.update(f"code {code}" for code in told.codes)
        self._tally.update(told.codes_of_lines())


def _without_proof(receipt):
    """What is signed once: of the rest, the proof may be completed later (contract.md §3)."""
    if receipt.startswith(b"{"):
        return json.dumps({**json.loads(receipt), "proof": None})
    return _PROOF.sub(b"", receipt)


def partners_by_id():
    return {partner.id: partner for partner in partners()}


def _summary(entry):
    about = entry["acknowledgement"]
    return (
        *(about["id"], about["canonicalSha256"], entry["transmission"].get("id")),
        *(entry["disposition"], entry.get("test", False)),
    )


def _expected_summary(one):
    return (one.id, one.sha256, one.transmission, one.disposition, one.is_test)
