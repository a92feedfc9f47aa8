"""The log's own keys: made, changed, lost; and the register that names them beside the others."""

import stat
from datetime import UTC, datetime, timedelta

import orjson
import pytest
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from signing.errors import KeyUnusable, SigningError
from signing.keys import (
    REGISTER,
    load_published,
    load_signer,
    mark_compromised,
    new_signing_key,
    parse_published,
)
from signing.log.checkpoint import Checkpoint, sign_checkpoint, signed_by
from signing.log.keys import HANDOVER, LogKeys, mark_log_key_compromised, new_log_key
from signing.log.published import PublishedLog, PublishedLogKey, log_member, parse_log_member
from signing.published import parse_published_log
from signing.register import load_register
from tests.unit.signing.log.small_log import ORIGIN, signer, witness

NOW = datetime(2026, 1, 1, tzinfo=UTC)
LATER = NOW + timedelta(days=100)


@pytest.fixture
def folder(tmp_path):
    new_signing_key(tmp_path, common_name="Essai", organisation="Registre d'essai", now=NOW)
    return tmp_path


def _log(folder):
    return parse_published_log((folder / REGISTER).read_bytes())


def _files(folder):
    return {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()}


def test_a_log_key_is_private_and_published_as_a_vkey_of_its_origin(folder):
    vkey = new_log_key(folder, origin=ORIGIN, now=NOW)
    assert _files(folder)[f"log-{vkey.key_id.hex()}.key.pem"] == 0o600
    document = orjson.loads((folder / REGISTER).read_bytes())
    assert document["log"] == {
        "origin": ORIGIN,
        "vkeys": [
            {
                "vkey": vkey.text,
                "from": "2026-01-01T00:00:00.000Z",
                "to": "2028-12-31T00:00:00.000Z",
            }
        ],
    }
    assert vkey.text.startswith(f"{ORIGIN}+")


def test_the_newest_key_signs_and_what_it_signs_verifies_by_the_register(folder):
    new_log_key(folder, origin=ORIGIN, now=NOW)
    keys = LogKeys(folder)
    checkpoint = Checkpoint(origin=keys.origin(), size=1, root=bytes(32))
    signed = sign_checkpoint(checkpoint, *keys.signers(now=LATER))
    vkeys = [key.vkey for key in _log(folder).keys]
    assert signed_by(signed, origin=ORIGIN, keys=vkeys) == tuple(vkeys)


def test_during_the_handover_the_former_key_signs_beside_the_new_one(folder):
    old = new_log_key(folder, origin=ORIGIN, now=NOW)
    keys = LogKeys(folder)
    assert [one.vkey for one in keys.signers(now=LATER)] == [old]
    new = new_log_key(folder, origin=ORIGIN, now=LATER)
    assert [one.vkey for one in keys.signers(now=LATER)] == [new, old]
    assert [one.vkey for one in keys.signers(now=LATER + HANDOVER)] == [new, old]
    after = LATER + HANDOVER + timedelta(seconds=1)
    assert [one.vkey for one in keys.signers(now=after)] == [new]
    assert [key.vkey for key in _log(folder).keys] == [old, new], "no entry leaves the register"


def test_a_handover_never_prolongs_a_key(folder):
    new_log_key(folder, origin=ORIGIN, now=NOW, valid_days=10)
    end = _log(folder).keys[0].valid_to
    new_log_key(folder, origin=ORIGIN, now=NOW + timedelta(days=9))
    assert _log(folder).keys[0].valid_to == end


def test_a_new_acknowledgement_key_and_its_compromise_leave_the_log_as_it_was(folder):
    new_log_key(folder, origin=ORIGIN, now=NOW)
    log = _log(folder)
    kid = new_signing_key(folder, common_name="Essai", organisation="Essai", now=LATER)
    assert _log(folder) == log
    mark_compromised(folder, kid, at=LATER)
    assert _log(folder) == log


def test_a_new_log_key_and_its_compromise_leave_the_acknowledgement_keys_as_they_were(folder):
    published = load_published(folder)
    vkey = new_log_key(folder, origin=ORIGIN, now=NOW)
    mark_log_key_compromised(folder, vkey.text, at=LATER)
    assert load_published(folder) == published
    assert load_signer(folder, now=NOW).kid == published[0].kid


def test_a_register_without_log_is_read_as_before_and_one_with_a_log_by_old_verifiers(folder):
    octets = (folder / REGISTER).read_bytes()
    assert parse_published_log(octets) is None
    keys = parse_published(octets)
    new_log_key(folder, origin=ORIGIN, now=NOW)
    with_log = (folder / REGISTER).read_bytes()
    assert parse_published(with_log) == keys
    damaged = orjson.dumps(orjson.loads(with_log) | {"log": "damaged"})
    assert parse_published(damaged) == keys, "receipts are still proved"
    with pytest.raises(KeyUnusable):
        parse_published_log(damaged)


def test_a_damaged_log_in_the_register_is_never_overwritten(folder):
    document = orjson.loads((folder / REGISTER).read_bytes())
    damaged = orjson.dumps(document | {"log": {"origin": ORIGIN, "vkeys": []}})
    (folder / REGISTER).write_bytes(damaged)
    with pytest.raises(KeyUnusable):
        new_signing_key(folder, common_name="Essai", organisation="Essai", now=LATER)
    with pytest.raises(KeyUnusable):
        new_log_key(folder, origin=ORIGIN, now=LATER)
    assert (folder / REGISTER).read_bytes() == damaged


def test_a_log_keeps_its_origin(folder):
    new_log_key(folder, origin=ORIGIN, now=NOW)
    before = _files(folder)
    with pytest.raises(KeyUnusable, match=ORIGIN):
        new_log_key(folder, origin="other.example/log", now=LATER)
    assert _files(folder) == before


@pytest.mark.parametrize("origin", ["", "a b", "a+b", "a\nb"])
def test_an_origin_that_names_no_key_is_refused(folder, origin):
    before = _files(folder)
    with pytest.raises(KeyUnusable):
        new_log_key(folder, origin=origin, now=NOW)
    assert _files(folder) == before


def test_without_a_register_or_a_log_nothing_signs(tmp_path, folder):
    empty = tmp_path / "empty"
    with pytest.raises(KeyUnusable):
        new_log_key(empty, origin=ORIGIN, now=NOW)
    assert not [name for name in _files(empty) if name.endswith(".pem")]
    for keys in (LogKeys(empty), LogKeys(folder)):
        with pytest.raises(KeyUnusable):
            keys.signers(now=NOW)
        with pytest.raises(KeyUnusable):
            keys.origin()


def test_a_key_out_of_its_time_or_compromised_signs_nothing(folder):
    vkey = new_log_key(folder, origin=ORIGIN, now=NOW, valid_days=10)
    keys = LogKeys(folder)
    for at in (NOW - timedelta(seconds=1), NOW + timedelta(days=10, seconds=1)):
        with pytest.raises(KeyUnusable, match="may not sign"):
            keys.signers(now=at)
    mark_log_key_compromised(folder, vkey.text, at=NOW + timedelta(days=5))
    with pytest.raises(KeyUnusable, match="compromised"):
        keys.signers(now=NOW)
    new = new_log_key(folder, origin=ORIGIN, now=NOW + timedelta(days=1))
    assert [one.vkey for one in keys.signers(now=NOW + timedelta(days=1))] == [new]


def test_the_date_of_a_compromise_only_moves_back(folder):
    vkey = new_log_key(folder, origin=ORIGIN, now=NOW)
    for at in (LATER, LATER + timedelta(days=1), LATER - timedelta(days=1)):
        mark_log_key_compromised(folder, vkey.text, at=at)
    assert _log(folder).keys[0].compromised_at == LATER - timedelta(days=1)
    with pytest.raises(KeyUnusable):
        mark_log_key_compromised(folder, signer(3).vkey.text, at=LATER)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o666, 0o620])
def test_a_key_open_to_others_is_not_used(folder, mode):
    vkey = new_log_key(folder, origin=ORIGIN, now=NOW)
    (folder / f"log-{vkey.key_id.hex()}.key.pem").chmod(mode)
    with pytest.raises(KeyUnusable, match="600"):
        LogKeys(folder).signers(now=NOW)


def test_a_key_that_is_not_the_published_one_is_not_used(folder):
    vkey = new_log_key(folder, origin=ORIGIN, now=NOW)
    other = new_log_key(folder, origin=ORIGIN, now=LATER)
    path = folder / f"log-{other.key_id.hex()}.key.pem"
    ours = path.read_bytes()
    (kid,) = (key.kid for key in load_published(folder))
    for false in (
        (folder / f"log-{vkey.key_id.hex()}.key.pem").read_bytes(),
        (folder / f"{kid}.key.pem").read_bytes(),
        b"",
        b"-----BEGIN PRIVATE KEY-----\n",
        ours.replace(b"PRIVATE", b"PUBLIC"),
    ):
        path.write_bytes(false)
        with pytest.raises(KeyUnusable):
            LogKeys(folder).signers(now=LATER)
    path.unlink()
    with pytest.raises(KeyUnusable, match="cannot be read"):
        LogKeys(folder).signers(now=LATER)


def test_neither_a_representation_nor_an_error_shows_a_key(folder):
    vkey = new_log_key(folder, origin=ORIGIN, now=NOW)
    path = folder / f"log-{vkey.key_id.hex()}.key.pem"
    pem = path.read_bytes()
    raw = load_pem_private_key(pem, password=None).private_bytes_raw()
    keys = LogKeys(folder)
    shown = [repr(keys), repr(keys.signers(now=NOW)), repr(vkey), repr(load_register(folder))]
    path.write_bytes(pem[:40])
    with pytest.raises(SigningError) as caught:
        LogKeys(folder).signers(now=NOW)
    shown += [str(caught.value), repr(caught.value)]
    secrets = [raw.hex(), pem.decode().split("\n")[1], repr(raw)[2:-1]]
    assert not [secret for secret in secrets for text in shown if secret in text]


def _entry(**more):
    return {
        "vkey": signer(1).vkey.text,
        "from": "2026-01-01T00:00:00.000Z",
        "to": "2027-01-01T00:00:00.000Z",
    } | more


def _without(entry, name):
    return {member: value for member, value in entry.items() if member != name}


OTHER_NAME = signer(1, "other.example/log").vkey.text
WRONG = {
    "null": None,
    "a list": [],
    "a text": "log",
    "nothing": {},
    "no keys": {"origin": ORIGIN, "vkeys": []},
    "no list": {"origin": ORIGIN, "vkeys": _entry()},
    "a number": {"origin": ORIGIN, "vkeys": 1},
    "no origin": {"vkeys": [_entry()]},
    "an origin that is no text": {"origin": 1, "vkeys": [_entry()]},
    "another origin": {"origin": "other.example/log", "vkeys": [_entry()]},
    "another member": {"origin": ORIGIN, "vkeys": [_entry()], "url": "https://x.example"},
    "another member of a key": {"origin": ORIGIN, "vkeys": [_entry(revokedAt="2026")]},
    "a key of another name": {"origin": ORIGIN, "vkeys": [_entry(vkey=OTHER_NAME)]},
    "a witness": {"origin": witness(1).vkey.name, "vkeys": [_entry(vkey=witness(1).vkey.text)]},
    "a key twice": {"origin": ORIGIN, "vkeys": [_entry(), _entry()]},
    "valid at no time": {"origin": ORIGIN, "vkeys": [_entry(to="2025-12-31T00:00:00.000Z")]},
    "a day for an instant": {"origin": ORIGIN, "vkeys": [_entry(to="2027-01-01")]},
    "a number for an instant": {"origin": ORIGIN, "vkeys": [_entry(to=1)]},
    "null for a compromise": {"origin": ORIGIN, "vkeys": [_entry(compromisedAt=None)]},
    "no vkey": {"origin": ORIGIN, "vkeys": [_without(_entry(), "vkey")]},
    "no from": {"origin": ORIGIN, "vkeys": [_without(_entry(), "from")]},
    "no to": {"origin": ORIGIN, "vkeys": [_without(_entry(), "to")]},
    "a false vkey": {"origin": ORIGIN, "vkeys": [_entry(vkey="x+00000000+AQ==")]},
}


@pytest.mark.parametrize("defect", WRONG)
def test_a_member_log_of_another_form_is_refused(defect):
    with pytest.raises(KeyUnusable):
        parse_log_member(WRONG[defect])


def test_a_member_log_is_read_back_with_its_compromise():
    keys = (
        PublishedLogKey(vkey=signer(1).vkey, valid_from=NOW, valid_to=LATER, compromised_at=LATER),
        PublishedLogKey(vkey=signer(2).vkey, valid_from=LATER, valid_to=LATER),
    )
    log = PublishedLog(origin=ORIGIN, keys=keys)
    member = orjson.loads(orjson.dumps(log_member(log)))
    assert parse_log_member(member) == log


@pytest.mark.parametrize("octets", [b"", b"[]", b"null", b"{", b"[" * 100_000, b"\xff", b'"log"'])
def test_bytes_that_are_no_register_are_refused(octets):
    for parse in (parse_published, parse_published_log):
        with pytest.raises(KeyUnusable):
            parse(octets)
