import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import orjson
import pytest
import requests

from gateway.__main__ import main
from gateway.commands.demonstration.installation import Installation, Server, free_port
from gateway.commands.posting import MAX_ANSWER_BYTES
from gateway.commands.receipts import acknowledgement_of
from gateway.commands.samples.files import as_json, as_xml, directory_csv
from gateway.commands.samples.transmissions import DEFAULT_SENDERS, Wanted, sample
from gateway.commands.watching.journal import without_numbers
from gateway.config import environment_of_child
from gateway.model.acknowledgement import Disposition
from gateway.model.transmission import Flow
from tests.unit.commands.test_posting import BUSY, EXAMPLES, TOKEN, Script

FLOW = Flow.PASSIVE_EXTERNAL
LABORATORY = DEFAULT_SENDERS[FLOW]

REFUSED_IN_AN_ENVELOPE = {
    "broken.xml": "S001",
    "comment.xml": "T003",
    "latin.xml": "T004",
}


def made(seed, *, lines=3, defects=(), day=None):
    from gateway.commands.opening import machine_time  # noqa: PLC0415 - as the server has it

    return sample(
        Wanted(
            flow=FLOW,
            lines=lines,
            seed=seed,
            day=day or machine_time().date(),
            sender=LABORATORY,
            accreditation="1-0001",
            defects=len(defects),
            defect_names=defects,
        )
    )


SAMPLES = {f"lot-{seed}": made(seed, lines=2 + seed) for seed in range(1, 6)}


class Lims:
    """A folder that is watched, and the process that watches it."""

    def __init__(self, root: Path, *, url, token):
        self.root = root
        self.outbox = root / "outbox"
        self.outbox.mkdir(parents=True)
        self._settings = {"URL": url, "TOKEN": token}
        self._log = root / "journal"
        self.process = None

    def start(self, *more):
        command = [sys.executable, "-m", "gateway", "send", "--watch", str(self.root)]
        with self._log.open("ab") as log:
            self.process = subprocess.Popen(
                [*command, "--settle", "0.3", *more],
                env=environment_of_child(self._settings),
                stderr=log,
                stdout=subprocess.DEVNULL,
            )
        return self.process

    def put(self, name, content):
        """As a careful LIMS does: under another name, then by a rename."""
        unfinished = self.outbox / f"{name}.part"
        unfinished.write_bytes(content)
        unfinished.rename(self.outbox / name)

    def events(self, kind=None):
        text = self._log.read_text() if self._log.exists() else ""
        whole, _, _ = text.rpartition("\n")  # what is still being written is no line yet
        every = [json.loads(line) for line in whole.splitlines()]
        return [one for one in every if kind in {None, one["event"]}]

    def wait_for(self, kind, *, count=1, seconds=120):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if len(self.events(kind)) >= count:
                return self.events(kind)
            assert self.process.poll() is None or self.events(kind), self._log.read_text()
            time.sleep(0.05)
        raise AssertionError(f"no {kind}: {self._log.read_text()}")

    def names(self, folder):
        return sorted(path.name for path in (self.root / folder).iterdir())

    def stop(self):
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(20)


@pytest.fixture
def lims(tmp_path):
    opened = []

    def opening(*, url, token=TOKEN, name="lims"):
        opened.append(Lims(tmp_path / name, url=url, token=token))
        return opened[-1]

    yield opening
    for one in opened:
        one.stop()


class Gateway:
    """An installation with one laboratory, and its server as a process."""

    def __init__(self, folder: Path):
        self.installation = Installation(folder=folder, port=free_port())
        self.url = self.installation.url
        self.token = ""
        self.server = None

    def install(self, monkeypatch, capsys):
        for name, value in self.installation.settings.items():
            monkeypatch.setenv(f"SISERI_{name}", value)
        assert main(["keys", "new"]) == 0
        assert main(["migrate"]) == 0
        capsys.readouterr()
        command = [
            "partner",
            "add",
            "Labo",
            "--siret",
            LABORATORY,
            "--type=OA",
            "--json",
            "--with-token",
        ]
        assert main([*command, f"--flow={FLOW}", "--accreditation", "1-0001"]) == 0
        self.token = json.loads(capsys.readouterr().out)["token"]
        directory = self.installation.folder / "directory.csv"
        directory.write_text(directory_csv(*SAMPLES.values()), encoding="utf-8")
        assert main(["directory", "import", str(directory)]) == 0
        capsys.readouterr()

    def start(self):
        self.server = Server(self.installation)
        self.server.wait_ready()

    def signal(self, number):
        os.kill(self.server._process.pid, number)
        if number == signal.SIGKILL:
            self.server._process.wait()

    def recorded(self):
        """The id of each transmission answered, in order: once for each acknowledgement."""
        answer = requests.get(
            f"{self.url}/v1/transmissions",
            headers={"Authorization": f"Bearer {self.token}"},
            timeout=60,
        )
        return [one["transmission"]["id"] for one in answer.json()["entries"]]


@pytest.fixture
def gateway(tmp_path, monkeypatch, capsys):
    one = Gateway(tmp_path)
    one.install(monkeypatch, capsys)
    one.start()
    yield one
    if one.server._process.poll() is None:
        one.signal(signal.SIGCONT)
    one.server.stop()


# ---------- with a real server


def test_files_go_from_the_outbox_to_an_answer_and_the_process_stops_cleanly(gateway, lims):
    folder = lims(url=gateway.url, token=gateway.token)
    folder.start()
    for name, one in SAMPLES.items():
        suffix, write = ("xml", as_xml) if name.endswith("2") else ("json", as_json)
        folder.put(f"{name}.{suffix}", write(one.form))
    folder.put("broken.json", b'{"version": "1.0"')
    folder.wait_for("file.sent", count=5)
    (rejected,) = folder.wait_for("file.rejected")
    folder.process.send_signal(signal.SIGTERM)
    assert folder.process.wait(60) == 0
    assert folder.events()[-1]["event"] == "watch.stopped"
    assert rejected["disposition"] == "INADMISSIBLE"
    assert folder.names("outbox") == folder.names(".sending") == []
    assert folder.names("rejected") == ["broken.json"]
    assert len(folder.names("sent")) == 5
    assert len(folder.names("receipts")) == 6
    for event in folder.events("file.sent"):
        receipt = (folder.root / "receipts" / event["receipt"]).read_bytes()
        read = acknowledgement_of(receipt)
        assert read.disposition is Disposition.ACCEPTED
        assert read.transmission.id == event["transmission"]


def test_nothing_personal_is_written_in_the_journal(gateway, lims):
    folder = lims(url=gateway.url, token=gateway.token)
    one = SAMPLES["lot-1"]
    nir = one.people[0].nir
    folder.put(f"export-{nir}.json", as_json(one.form))
    folder.start("--once")
    folder.wait_for("watch.stopped")
    journal = (folder.root / "journal").read_text()
    assert folder.events("file.sent")
    for person in one.people:
        for said in (person.nir, person.nir[:13], person.birth_name, person.first_name):
            assert said not in journal
    assert gateway.token not in journal


def test_a_sender_killed_before_the_answer_sends_the_same_again(gateway, lims):
    folder = lims(url=gateway.url, token=gateway.token)
    folder.start()
    folder.wait_for("watch.started")
    gateway.signal(signal.SIGSTOP)
    folder.put("lot.json", as_json(SAMPLES["lot-3"].form))
    folder.wait_for("file.taken")
    time.sleep(0.5)
    folder.process.send_signal(signal.SIGKILL)
    folder.process.wait()
    assert folder.names("receipts") == folder.names("sent") == []
    gateway.signal(signal.SIGCONT)
    folder.put("lot.json", as_json(SAMPLES["lot-4"].form))  # the LIMS goes on, under the same name
    folder.start()
    assert folder.wait_for("file.resumed")
    folder.wait_for("file.sent", count=2)
    ids = {event["transmission"] for event in folder.events("file.sent")}
    assert ids == {SAMPLES["lot-3"].form["id"], SAMPLES["lot-4"].form["id"]}
    assert sorted(gateway.recorded()) == sorted(ids)
    assert len(folder.names("sent")) == 2
    assert {json.loads((folder.root / "sent" / n).read_bytes())["id"]
            for n in folder.names("sent")} == ids  # fmt: skip


def test_a_sender_killed_between_receipt_and_rename_gets_the_same_receipt(gateway, lims):
    folder = lims(url=gateway.url, token=gateway.token)
    folder.put("lot.json", as_json(SAMPLES["lot-1"].form))
    folder.start("--once")
    folder.wait_for("watch.stopped")
    (sent,) = folder.events("file.sent")
    (folder.root / "sent" / "lot.json").rename(
        folder.root / ".sending" / f"{sent['sha256']}.lot.json"
    )
    before = (folder.root / "receipts" / sent["receipt"]).read_bytes()
    folder.process.wait()
    folder.start("--once")
    folder.wait_for("watch.stopped", count=2)
    again = folder.events("file.sent")[1]
    assert again["replayed"] is True
    assert folder.names("receipts") == [sent["receipt"]]
    assert (folder.root / "receipts" / sent["receipt"]).read_bytes() == before
    assert len(gateway.recorded()) == 1


def test_a_sender_killed_again_and_again_sends_each_file_once(gateway, lims):
    draw = random.Random(7)
    folder = lims(url=gateway.url, token=gateway.token)
    for name, one in SAMPLES.items():
        folder.put(f"{name}.json", as_json(one.form))
    for _ in range(6):
        folder.start("--settle", "0.2")
        time.sleep(draw.uniform(0.9, 1.9))
        folder.process.send_signal(signal.SIGKILL)
        folder.process.wait()
    folder.start("--once")
    assert folder.process.wait(60) == 0
    assert folder.names("outbox") == folder.names(".sending") == []
    assert folder.names("sent") == [f"{name}.json" for name in sorted(SAMPLES)]
    assert len(folder.names("receipts")) == len(SAMPLES)
    assert sorted(gateway.recorded()) == sorted(one.form["id"] for one in SAMPLES.values())


def test_a_sender_asked_to_stop_in_the_middle_of_an_exchange_stops_and_resumes(gateway, lims):
    folder = lims(url=gateway.url, token=gateway.token)
    folder.start()
    folder.wait_for("watch.started")
    gateway.signal(signal.SIGSTOP)
    folder.put("lot.json", as_json(SAMPLES["lot-2"].form))
    folder.wait_for("file.taken")
    time.sleep(0.5)
    folder.process.send_signal(signal.SIGTERM)
    assert folder.process.wait(60) == 0
    assert folder.events()[-1]["event"] == "watch.stopped"
    assert len(folder.names(".sending")) == 1
    gateway.signal(signal.SIGCONT)
    folder.start("--once")
    assert folder.process.wait(60) == 0
    assert folder.names("sent") == ["lot.json"]
    assert gateway.recorded() == [SAMPLES["lot-2"].form["id"]]


@pytest.mark.parametrize("moment", ["before-answer", "while-idle"])
def test_a_server_that_is_killed_gets_the_same_file_again(gateway, lims, moment):
    folder = lims(url=gateway.url, token=gateway.token)
    folder.start()
    folder.wait_for("watch.started")
    if moment == "before-answer":
        gateway.signal(signal.SIGSTOP)
        folder.put("lot.json", as_json(SAMPLES["lot-5"].form))
        folder.wait_for("file.taken")
        time.sleep(0.5)
        gateway.signal(signal.SIGKILL)
    else:
        gateway.signal(signal.SIGKILL)
        folder.put("lot.json", as_json(SAMPLES["lot-5"].form))
    folder.wait_for("file.waits")
    gateway.start()
    folder.wait_for("file.sent")
    assert folder.names("sent") == ["lot.json"]
    assert gateway.recorded() == [SAMPLES["lot-5"].form["id"]]


@pytest.mark.parametrize("door", [[], ["--soap", "1.2"]])
def test_what_was_refused_is_fixed_from_the_files_that_the_watch_leaves(gateway, lims, door):
    folder = lims(url=gateway.url, token=gateway.token)
    form = json.loads(as_json(SAMPLES["lot-5"].form))
    sex = form["results"][3]["worker"]["sex"]
    form["results"][3]["worker"]["sex"] = "F" if sex == "M" else "M"
    folder.put("lot.xml", as_xml(form))
    folder.start("--once", *door)
    (sent,) = folder.wait_for("file.sent")
    assert (sent["disposition"], sent["rejected"]) == ("PARTLY_ACCEPTED", 1)
    folder.wait_for("watch.stopped")
    folder.process.wait(60)
    assert folder.process.returncode == 1
    following = folder.root / "next.json"
    receipt = folder.root / "receipts" / sent["receipt"]
    source = folder.root / "sent" / "lot.xml"
    assert main(["fix", str(receipt), "--from", str(source), "--out", str(following)]) == 0
    corrected = json.loads(following.read_bytes())
    assert [line["ref"] for line in corrected["results"]] == [form["results"][3]["ref"]]
    corrected["results"][0]["worker"]["sex"] = sex
    assert main(["check", str(following)]) == 1
    following.write_bytes(as_json(corrected))
    assert main(["check", str(following)]) == 0
    folder.put("next.json", following.read_bytes())
    folder.start("--once")
    folder.wait_for("file.sent", count=2)
    assert folder.events("file.sent")[1]["disposition"] == "ACCEPTED"


@pytest.mark.parametrize("version", ["1.1", "1.2"])
def test_a_file_that_no_envelope_can_carry_is_rejected_and_the_others_are_sent(
    gateway, lims, version
):
    folder = lims(url=gateway.url, token=gateway.token)
    whole = as_xml(SAMPLES["lot-1"].form)
    folder.put("broken.xml", whole[:-20])
    folder.put("comment.xml", whole.replace(b"<version>", b"<!-- a LIMS --><version>"))
    folder.put("latin.xml", whole.replace(b"1.0</version>", b"\xe9</version>"))
    folder.put("whole.xml", whole)
    folder.start("--once", "--soap", version)
    folder.wait_for("watch.stopped")
    assert folder.process.wait(60) == 2
    refused = {event["file"]: event["code"] for event in folder.events("file.refused")}
    assert refused == REFUSED_IN_AN_ENVELOPE
    assert folder.names("rejected") == sorted(refused)
    assert folder.names("receipts")[:-1] == [
        f"{Path(n).stem}.refusal.json" for n in sorted(refused)
    ]
    assert folder.names(".sending") == folder.names("outbox") == []
    assert folder.names("sent") == ["whole.xml"]


# ---------- with a scripted one


def receipt(name):
    return (EXAMPLES / f"acknowledgement/{name}").read_bytes()


def test_files_still_being_written_and_foreign_names_are_left_alone(lims):
    with Script((200, {}, receipt("accepted.json"))) as script:
        folder = lims(url=script.url)
        for name in ("a.json.part", "b.json.tmp", ".c.json", "d.json~", "e.txt"):
            (folder.outbox / name).write_bytes(b"{}")
        (folder.outbox / "empty.json").touch()
        growing = folder.outbox / "growing.json"
        folder.start("--settle", "2")  # a loaded machine writes later than it was asked to
        folder.wait_for("watch.started")
        for _ in range(40):
            with growing.open("ab") as stream:
                stream.write(b" ")
            time.sleep(0.1)
            assert not folder.events("file.taken")
        folder.wait_for("file.sent")
    assert {one["file"] for one in folder.events("file.ignored")} == {"e.txt"}
    assert len(folder.names("outbox")) == 6


def test_a_file_touched_while_it_was_being_sent_is_not_sent_again(lims):
    with Script((200, {}, receipt("accepted.json"))) as script:
        folder = lims(url=script.url)
        sending = folder.root / ".sending"
        sending.mkdir()
        (sending / f"{'0' * 64}.lot.json").write_bytes(b"{}")
        folder.start("--once")
        folder.wait_for("watch.stopped")
        assert folder.process.wait(60) == 3
    assert folder.events("file.changed")
    assert folder.names("rejected") == ["lot.json"]


def test_a_file_that_cannot_be_taken_is_told_once_and_does_not_stop_the_others(
    lims, monkeypatch, capsys
):
    from gateway.commands.watching.folders import Folders  # noqa: PLC0415

    take = Folders.take

    def taking(folders, name):
        if name == "locked.json":
            raise PermissionError
        return take(folders, name)

    monkeypatch.setattr(Folders, "take", taking)
    monkeypatch.setenv("SISERI_TOKEN", TOKEN)
    with Script((200, {}, receipt("accepted.json"))) as script:
        folder = lims(url=script.url)
        folder.put("locked.json", b"{}")
        folder.put("lot.json", b"{}")
        before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
        command = ["send", "--watch", str(folder.root), "--once", "--settle", "0.2"]
        assert main([*command, "--url", script.url]) == 0
        for number, handler in before.items():
            signal.signal(number, handler)
    events = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    ignored = [event for event in events if event["event"] == "file.ignored"]
    assert [(event["file"], event["why"]) for event in ignored] == [
        ("locked.json", "PermissionError")
    ]
    assert folder.names("sent") == ["lot.json"]
    assert folder.names("outbox") == ["locked.json"]


def test_a_rejected_transmission_and_one_too_large_are_rejected(lims):
    too_large = BUSY.replace(b"B008", b"T002")
    with Script((200, {}, receipt("conflict.json")), (413, {}, too_large)) as script:
        folder = lims(url=script.url)
        folder.put("first.json", b"{}")
        time.sleep(0.05)
        folder.put("second.json", b"[]")
        folder.start("--once")
        folder.wait_for("watch.stopped")
        assert folder.process.wait(60) == 2
    assert folder.names("rejected") == ["first.json", "second.json"]
    refusal = orjson.loads((folder.root / "receipts" / "second.refusal.json").read_bytes())
    assert refusal["code"] == "T002"


@pytest.mark.parametrize("code", ["S001", "S002", "T002", "T003", "T004", "T005"])
def test_an_unsigned_refusal_of_what_the_file_says_rejects_the_file(lims, code):
    refused = (400, {}, BUSY.replace(b"B008", code.encode()))
    with Script(refused, (200, {}, receipt("accepted.json"))) as script:
        folder = lims(url=script.url)
        folder.put("first.json", b"{}")
        time.sleep(0.05)
        folder.put("second.json", b"[]")
        folder.start("--once")
        folder.wait_for("watch.stopped")
        assert folder.process.wait(60) == 2
    assert folder.names("rejected") == ["first.json"]
    assert folder.names("sent") == ["second.json"]
    said = orjson.loads((folder.root / "receipts" / "first.refusal.json").read_bytes())
    assert said["code"] == code


def test_an_answer_too_long_keeps_its_file_and_the_others_are_sent(lims):
    endless = (200, {}, b" " * (MAX_ANSWER_BYTES + 1))
    with Script(endless, (200, {}, receipt("accepted.json")), endless) as script:
        folder = lims(url=script.url)
        folder.put("first.json", b"{}")
        time.sleep(0.05)
        folder.put("second.json", b"[]")
        folder.start("--once")
        folder.wait_for("watch.stopped")
        assert folder.process.wait(60) == 3
    assert folder.names("sent") == ["second.json"]
    assert [name.partition(".")[2] for name in folder.names(".sending")] == ["first.json"]
    (unanswered,) = folder.events("file.unanswered")
    assert (unanswered["file"], unanswered["why"]) == ("first.json", "answer")


def test_a_refused_credential_keeps_the_file_for_later(lims):
    refused = (401, {}, BUSY.replace(b"B008", b"A001"))
    with Script(refused, refused) as script:
        folder = lims(url=script.url)
        folder.put("lot.json", b"{}")
        folder.start("--once")
        folder.wait_for("watch.stopped")
        assert folder.process.wait(60) == 3
    assert len(folder.names(".sending")) == 1
    assert folder.events("file.unanswered")[0]["why"] == "A001"


def test_a_second_sender_on_the_same_folder_is_refused(lims, monkeypatch):
    monkeypatch.setenv("SISERI_TOKEN", TOKEN)
    with Script((200, {}, receipt("accepted.json"))) as script:
        folder = lims(url=script.url)
        folder.start()
        folder.wait_for("watch.started")
        command = [sys.executable, "-m", "gateway", "send", "--watch", str(folder.root)]
        second = subprocess.run(
            command,
            env=environment_of_child({"URL": script.url, "TOKEN": TOKEN}),
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert second.returncode == 3
    assert "déjà" in second.stderr


def test_files_and_a_folder_are_not_sent_together(capsys, monkeypatch, tmp_path):
    monkeypatch.setenv("SISERI_TOKEN", TOKEN)
    assert main(["send"]) == 3
    assert main(["send", "lot.json", "--watch", str(tmp_path)]) == 3
    assert "--watch" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("lot-20261120.json", "lot-20261120.json"),
        ("199999912345678.json", "###############.json"),
        ("x 1 99 99 2A 123 456 78.xml", "x #####################.xml"),
    ],
)
def test_a_long_number_in_a_name_is_struck_out(name, told):
    assert without_numbers(name) == told
