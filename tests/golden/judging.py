"""The gateway that judges the cases: the real one, through its doors, at the case's instant."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from lxml import etree

from gateway.directory import DecisionImport, DirectoryImport
from tests import builders
from tests.doors.reading import ACKNOWLEDGEMENT, Answer, parsed
from tests.fake_answers import FixedAnswers
from tests.golden.cases import MEDIA_TYPES, Case, Message, as_json, as_xml
from tests.running import Running

VARYING = {
    "id": "drawn for each acknowledgement",
    "decidedAt": "the instant of the verdict",
    "received": "the door, the bytes and the instant of reception",
    "environment": "the installation",
    "issuer": "the installation",
    "rules": "version and digest of the rule set; those of this kit stand in index.json",
    "references": "versions of the directory and the lists of codes",
    "standing": "names another acknowledgement, which has an id and a digest of its own",
}
"""Members that an expected acknowledgement is without, and what they vary with."""
_SOAP = {"soap11": "1.1", "soap12": "1.2"}


class SetClock:
    """ports.Clock, at the instant of the case."""

    def __init__(self) -> None:
        self.at: datetime = datetime.fromisoformat("2026-11-20T09:00:00Z")

    def now(self) -> datetime:
        return self.at


class Bench:
    """One gateway, brought to the setting of each case."""

    def __init__(
        self,
        running: Running,
        *,
        clock: SetClock,
        answers: FixedAnswers,
        files: Mapping[str, bytes],
    ) -> None:
        """`running` goes by `clock` and `answers`; `files` holds the directories by path."""
        self._answers = answers
        self._running, self._clock, self._files = running, clock, files
        self._knows: str | None = None
        """The directory that is in."""

    def answer(self, case: Case, door: str) -> Answer:
        """What the gateway says to the case's message at that door, after those before it."""
        self._clock.at = case.received_at
        self._answers.verified = case.verified
        partners = {message.by.id: message.by for message in (*case.before, case.message)}
        is_known = case.directory == self._knows
        self._running.forget(partners=tuple(partners.values()), keeps_directory=is_known)
        if not is_known:
            store = self._running.store.directory
            self._import(case.directory, DirectoryImport(store=store, clock=self._clock))
            self._knows = case.directory
        for message in case.before:
            earlier = self._post(message, "json")
            assert earlier.status == 200, f"{case.name}: {earlier.content!r}"
            assert earlier.acknowledgement["counts"]["rejected"] == 0, (case.name, earlier.findings)
        if case.decisions is not None:
            store = self._running.store.decisions
            self._import(case.decisions, DecisionImport(store=store, clock=self._clock))
        return self._post(case.message, door)

    def _import(self, path: str, importing: DirectoryImport | DecisionImport) -> None:
        file = Path(self._running.home) / "directory.csv"
        file.write_bytes(self._files[path])
        bad: list[Any] = []
        importing.run(file, on_bad=bad.append)
        assert not bad, f"{path}: {bad}"

    def _post(self, message: Message, door: str) -> Answer:
        by = message.by.id
        if door not in _SOAP:
            headers = {"content-type": MEDIA_TYPES[door], **dict(message.headers)}
            return self._running.post(message.bodies[door], door=door, by=by, headers=headers)
        _, _, element = message.bodies["xml"].decode().partition("?>")
        body = builders.in_soap(element.strip(), version=_SOAP[door])
        headers = builders.soap_headers(version=_SOAP[door])
        return self._running.post(body, door=door, by=by, headers=headers)


def expected_json(answer: Answer) -> dict[str, Any]:
    """The acknowledgement of an answer without what varies."""
    return {name: value for name, value in answer.acknowledgement.items() if name not in VARYING}


def expected_xml(answer: Answer) -> bytes:
    """The same in XML, without the signature."""
    given = parsed(answer.content).find(f"{{{ACKNOWLEDGEMENT}}}acknowledgement")
    assert given is not None
    kept = etree.Element(given.tag, nsmap={None: ACKNOWLEDGEMENT})
    for child in given:
        name = etree.QName(child)
        if name.namespace == ACKNOWLEDGEMENT and name.localname not in VARYING:
            kept.append(child)
    etree.cleanup_namespaces(kept)
    return as_xml(kept)


def expected(answer: Answer) -> bytes:
    """The file of the kit that states this answer."""
    return expected_xml(answer) if answer.is_xml else as_json(expected_json(answer))
