"""The evidence log through the doors: proofs in receipts, and the log itself by C2SP tlog-tiles."""

import hashlib
import json
import uuid

import pytest

from gateway.commands.proofs import FRENCH_STEPS, french_fact
from gateway.commands.verify import prove, trusted
from signing.errors import SignatureInvalid
from signing.log.checkpoint import parse_checkpoint, signed_by
from signing.log.proof import parse_proof
from signing.log.tiles import TiledHashes, parse_entry_bundle, parse_path
from signing.log.tree import inclusion_proof
from signing.log.vkey import parse_vkey
from signing.published import published_document
from tests import builders
from tests.doors.reading import form_of, parsed
from tests.running import Running, loop
from tests.unit.signing.log.merkle import mth

RECEIPTS = 9
ENGLISH = {
    "bytes",
    "characters",
    "decided",
    "is",
    "not",
    "over",
    "of",
    "references",
    "signed",
    "this",
}
"""Words of the facts of a proof that are no French and no name of a member."""


@pytest.fixture(scope="module")
def gateway(tmp_path_factory):
    with loop() as portal:
        running = Running(tmp_path_factory.mktemp("log"), portal=portal)
        yield running
        running.close()


@pytest.fixture(scope="module")
def trust(gateway):
    return trusted(gateway.get("/.well-known/siseri-signing-keys.json").content)


def submitted(gateway, *, door="json", **changes):
    form = builders.a_transmission(id=str(uuid.uuid4()), **changes)
    return gateway.submit(form, door=door)


@pytest.fixture(scope="module")
def receipts(gateway):
    return [submitted(gateway) for _ in range(RECEIPTS)]


def proof_of(content):
    if content.startswith(b"<"):
        return form_of(parsed(content))["proof"]
    return json.loads(content)["proof"]


def log(gateway, path, method="GET"):
    return gateway.request(method, f"/log/{path}")


def checkpoint(gateway):
    answer = log(gateway, "checkpoint")
    assert answer.status_code == 200
    return parse_checkpoint(answer.content).checkpoint


@pytest.mark.parametrize("door", ["json", "xml", "soap11", "soap12"])
def test_a_receipt_of_any_door_is_proved_by_the_published_register_alone(gateway, trust, door):
    content = submitted(gateway, door=door).content
    names = [step.name for step in prove(content, trust).steps]
    assert "the entry is in the log" in names
    shown = proof_of(content)
    assert parse_proof(shown["inclusion"].encode()).index == int(shown["index"])


@pytest.mark.parametrize("door", ["json", "xml"])
def test_every_step_that_holds_and_what_it_found_is_read_in_french(gateway, trust, door):
    steps = prove(submitted(gateway, door=door).content, trust).steps
    assert [step.name for step in steps if step.name not in FRENCH_STEPS] == []
    facts = " ".join(french_fact(step.found) for step in steps)
    assert ENGLISH.intersection(word.strip(",;:") for word in facts.split()) == set()


def test_a_bare_jws_is_proved_with_its_proof_apart_and_not_without(gateway, trust):
    form = builders.a_transmission(id=str(uuid.uuid4()))
    whole = gateway.submit(form).content
    jws = gateway.submit(form, headers={"accept": "application/jose"}).content
    assert prove(jws, trust, apart=proof_of(whole)["inclusion"].encode())
    with pytest.raises(SignatureInvalid):
        prove(jws, trust)


@pytest.mark.parametrize("door", ["json", "xml"])
def test_a_receipt_without_its_proof_or_with_anothers_is_refused(gateway, trust, door):
    one, other = (submitted(gateway, door=door).content for _ in range(2))
    begin, end = {"json": (b'"proof":{', b'"signature":'), "xml": (b"<proof>", b"</receipt>")}[door]

    def cut(receipt):
        at = receipt.index(begin)
        return receipt[:at], receipt[at : receipt.index(end, at)], receipt[receipt.index(end, at) :]

    head, _, tail = cut(one)
    for spoilt in (head + tail, head + cut(other)[1] + tail):
        with pytest.raises(SignatureInvalid):
            prove(spoilt, trust)


def test_a_replay_gives_the_same_bytes_though_the_log_has_grown(gateway):
    form = builders.a_transmission(id=str(uuid.uuid4()))
    first = gateway.submit(form)
    for _ in range(3):
        submitted(gateway)
    again = gateway.submit(form)
    assert again.http.headers["idempotent-replayed"] == "true"
    assert again.content == first.content
    assert gateway.get(first.http.headers["location"]).content == first.content


def test_refusals_and_conflicts_are_in_the_log_as_acceptances_are(gateway, trust):
    form = builders.a_transmission(id=str(uuid.uuid4()))
    gateway.submit(form)
    conflict = gateway.submit({**form, "issuedAt": "2026-11-02T08:31:00+01:00"})
    assert conflict.acknowledgement["disposition"] == "CONFLICT"
    inadmissible = gateway.post(b"{}", headers={"content-type": "application/json"})
    assert inadmissible.acknowledgement["disposition"] == "INADMISSIBLE"
    for answer in (conflict, inadmissible):
        assert prove(answer.content, trust)


# ---------- tlog-tiles


def test_the_checkpoint_is_signed_by_the_published_key(gateway, receipts):
    answer = log(gateway, "checkpoint")
    assert answer.headers["content-type"].startswith("text/plain")
    assert answer.headers["cache-control"] == "no-cache"
    register = gateway.get("/.well-known/siseri-signing-keys.json").content
    stated = json.loads(register)["log"]
    keys = [parse_vkey(key["vkey"]) for key in stated["vkeys"]]
    assert signed_by(parse_checkpoint(answer.content), origin=stated["origin"], keys=keys)
    assert checkpoint(gateway).size >= len(receipts)


def test_entries_and_tiles_give_the_root_and_every_proof(gateway, receipts):
    current = checkpoint(gateway)
    width = current.size
    assert width < 256
    bundle = log(gateway, f"tile/entries/000.p/{width}").content
    entries = parse_entry_bundle(bundle, parse_path(f"tile/entries/000.p/{width}"))
    assert mth(entries) == current.root

    def read(tile):
        answer = log(gateway, tile.path)
        assert answer.status_code == 200
        assert "immutable" in answer.headers["cache-control"]
        return answer.content

    hashes = TiledHashes(size=width, read_tile=read)
    for receipt in receipts:
        proof = parse_proof(proof_of(receipt.content)["inclusion"].encode())
        size = proof.signed.checkpoint.size
        assert inclusion_proof(proof.index, size, hashes) == proof.path


def test_an_entry_tells_nothing_without_its_salt(gateway, receipts):
    width = checkpoint(gateway).size
    bundle = log(gateway, f"tile/entries/000.p/{width}").content
    for receipt in receipts:
        digest = bytes.fromhex(json.loads(receipt.content)["canonicalSha256"])
        assert digest not in bundle
        assert hashlib.sha256(digest).digest() not in bundle


@pytest.mark.parametrize(
    "path",
    [
        "tile/0/000",  # not full yet
        "tile/0/000.p/255",
        "tile/0/000.p/256",
        "tile/0/000.p/0",
        "tile/0/0",
        "tile/0/001.p/1",
        "tile/00/000.p/1",
        "tile/1/000.p/1",
        "tile/64/000.p/1",
        "tile/entries/000",
        "tile/entries/x000/001.p/1",
        "tile/" + "x001/" * 40 + "000",
        "tile/0/%2e%2e",
        "tile/",
        "",
        "checkpoints",
    ],
)
def test_what_the_log_has_not_is_not_found(gateway, receipts, path):
    del receipts
    assert log(gateway, path).status_code == 404


@pytest.mark.parametrize("path", ["tile/0%2F000.p%2F1", "tile/entries/000.p%2F1"])
def test_an_escaped_slash_gives_the_same_answer(gateway, receipts, path):
    del receipts
    plain, escaped = (log(gateway, one) for one in (path.replace("%2F", "/"), path))
    assert escaped.status_code == 200
    assert escaped.content == plain.content


@pytest.mark.parametrize("path", ["checkpoint", "tile/0/000.p/1"])
def test_the_log_is_read_by_get_and_head_and_by_nothing_else(gateway, receipts, path):
    del receipts
    assert log(gateway, path).status_code == 200
    assert log(gateway, path, "HEAD").status_code == 200
    for method in ("POST", "PUT", "DELETE"):
        assert log(gateway, path, method).status_code == 405


def test_the_register_names_the_log_and_older_readers_leave_it_unread(gateway):
    document = json.loads(gateway.get("/.well-known/siseri-signing-keys.json").content)
    assert document.keys() == {"keys", "log"}
    assert published_document(gateway.trust)["keys"] == document["keys"]
