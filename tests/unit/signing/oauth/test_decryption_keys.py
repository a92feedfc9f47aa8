"""Keys that FranceConnect+ encrypts for: new one first, the former one opens a day longer."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from joserfc import jwe
from joserfc.jwk import ECKey, RSAKey

from signing.errors import KeyUnusable
from signing.oauth.decryption_keys import (
    DECRYPTION_KEYS,
    ECDH_ES,
    HANDOVER,
    RSA_OAEP_256,
    DecryptionFolder,
    load_decryption_keys,
    new_decryption_key,
)

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
LATER = NOW + timedelta(days=90)
BOTH = (ECDH_ES, RSA_OAEP_256)
MOMENT = timedelta(milliseconds=1)


@pytest.fixture(params=BOTH)
def alg(request):
    return request.param


@pytest.fixture
def folder(tmp_path, alg):
    new_decryption_key(tmp_path / "keys", alg=alg, now=NOW)
    return tmp_path / "keys"


def kids(keys, at):
    return [key["kid"] for key in keys.published(now=at)["keys"]]


def test_what_is_encrypted_for_the_published_key_opens(folder, alg):
    keys = DecryptionFolder(folder)
    (published,) = keys.published(now=NOW)["keys"]
    kind = ECKey if alg == ECDH_ES else RSAKey
    header = {"alg": alg, "enc": "A256GCM", "kid": published["kid"]}
    token = jwe.encrypt_compact(
        header, b"a token", kind.import_key(published), algorithms=[alg, "A256GCM"]
    )
    of, private = keys.find(published["kid"], now=NOW)
    assert of == alg
    opened = jwe.decrypt_compact(token, kind.import_key(private), algorithms=[alg, "A256GCM"])
    assert opened.plaintext == b"a token"


def test_the_new_key_comes_first_and_the_former_one_still_opens(folder, alg):
    keys = DecryptionFolder(folder)
    (former,) = kids(keys, NOW)
    newer = new_decryption_key(folder, alg=alg, now=LATER)
    assert kids(keys, LATER) == [newer, former]
    assert keys.find(former, now=LATER + HANDOVER) is not None
    assert kids(keys, LATER + HANDOVER + MOMENT) == [newer]
    assert keys.find(former, now=LATER + HANDOVER + MOMENT) is None
    assert keys.find(newer, now=LATER + HANDOVER + MOMENT) is not None


def test_a_clock_that_is_behind_opens_what_was_encrypted_for_the_newest_key(folder, alg):
    newer = new_decryption_key(folder, alg=alg, now=LATER)
    keys = DecryptionFolder(folder)
    assert newer not in kids(keys, LATER - MOMENT)
    assert keys.find(newer, now=LATER - MOMENT) is not None


def test_a_key_that_others_may_have_opens_nothing_from_then_on(folder, alg):
    keys = DecryptionFolder(folder)
    (stolen,) = kids(keys, NOW)
    new_decryption_key(folder, alg=alg, now=LATER, handover=timedelta(0))
    assert keys.find(stolen, now=LATER + MOMENT) is None


def test_keys_of_both_algorithms_stand_beside_each_other(tmp_path):
    for alg in BOTH:
        new_decryption_key(tmp_path, alg=alg, now=NOW)
    published = DecryptionFolder(tmp_path).published(now=NOW + timedelta(days=365))["keys"]
    assert [key["alg"] for key in published] == [RSA_OAEP_256, ECDH_ES]
    assert {key["use"] for key in published} == {"enc"}
    assert all(not {"d", "p", "q", "dp", "dq", "qi"} & key.keys() for key in published)


def test_a_key_that_serves_no_more_leaves_the_folder_at_the_next_rotation(folder, alg):
    for day in (10, 20):
        new_decryption_key(folder, alg=alg, now=NOW + timedelta(days=day))
    kept = {path.name for path in folder.glob("*.pem")}
    assert kept == {f"{key.kid}.key.pem" for key in load_decryption_keys(folder)}
    assert len(kept) == 2
    assert all(path.stat().st_mode & 0o777 == 0o600 for path in folder.glob("*.pem"))


def test_an_id_that_is_none_of_ours_finds_nothing(folder):
    for kid in ("", "x" * 43, "../" + "x" * 43, DECRYPTION_KEYS):
        assert DecryptionFolder(folder).find(kid, now=NOW) is None


@pytest.mark.parametrize(
    "content", ["", "{}", '{"keys":[]}', '{"keys":["a"]}', '{"keys":[1]}', "[1]"]
)
def test_a_register_that_is_none_is_told(folder, content):
    (folder / DECRYPTION_KEYS).write_text(content)
    with pytest.raises(KeyUnusable):
        DecryptionFolder(folder).published(now=NOW)


def test_a_private_key_under_another_s_name_opens_nothing(folder, alg):
    keys = DecryptionFolder(folder)
    (first,) = kids(keys, NOW)
    second = new_decryption_key(folder, alg=alg, now=LATER)
    (folder / f"{second}.key.pem").write_bytes((folder / f"{first}.key.pem").read_bytes())
    with pytest.raises(KeyUnusable):
        keys.find(second, now=LATER)


def test_a_key_open_to_others_opens_nothing(folder):
    (kid,) = kids(DecryptionFolder(folder), NOW)
    next(folder.glob("*.pem")).chmod(0o644)
    with pytest.raises(KeyUnusable):
        DecryptionFolder(folder).find(kid, now=NOW)


def test_a_key_said_to_be_another_is_not_believed(folder):
    document = json.loads((folder / DECRYPTION_KEYS).read_bytes())
    document["keys"][0]["kid"] = "x" * 43
    (folder / DECRYPTION_KEYS).write_text(json.dumps(document))
    with pytest.raises(KeyUnusable):
        load_decryption_keys(folder)
