"""`portal …`: what the operator registers is what is answered, and nothing unsafe is registered."""

import json

import pytest
from joserfc.jwk import ECKey, OKPKey, RSAKey

from gateway.__main__ import main
from gateway.commands.opening import configuration, opened_store
from gateway.storage.portals import SqlPairwiseSubjects
from tests.portal import AFTER, REDIRECT, a_portal, jwk_set, portal_keys


@pytest.fixture
def installation(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("SISERI_HOME", str(tmp_path / "home"))
    assert main(["migrate"]) == main(["keys", "new"]) == 0
    capsys.readouterr()
    return tmp_path


def written(folder, document):
    file = folder / "keys.json"
    file.write_text(document if isinstance(document, str) else json.dumps(document), "utf-8")
    return str(file)


def add(folder, *more, keys=None, redirect=REDIRECT, portal_id="portail"):
    stated = [f"--id={portal_id}", f"--redirect-uri={redirect}"]
    file = written(folder, portal_keys() if keys is None else keys)
    return main(["portal", "add", "Portail SISERI", *stated, "--keys", file, *more])


def listed(capsys):
    capsys.readouterr()
    assert main(["portal", "list", "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_a_portal_is_registered_shown_and_removed(installation, capsys):
    key = ECKey.generate_key("P-256", {"kid": "2026"})
    more = (f"--post-logout-redirect-uri={AFTER}", "--asks-consent", "--scope=profile", "--json")
    assert add(installation, *more, keys=jwk_set(key)) == 0
    told = json.loads(capsys.readouterr().out)
    assert told.pop("issuer") == "http://127.0.0.1:8480/op"
    assert told == {
        "clientId": "portail",
        "name": "Portail SISERI",
        "redirectUris": [REDIRECT],
        "postLogoutRedirectUris": [AFTER],
        "sector": "portail.exemple.test",
        "scopes": ["profile"],
        "asksConsent": True,
        "keys": ["2026"],
    }
    assert listed(capsys) == [told]
    assert main(["portal", "list"]) == 0
    assert "2026" in capsys.readouterr().out
    assert main(["portal", "remove", "portail"]) == 0
    assert listed(capsys) == []
    assert main(["portal", "remove", "portail"]) == 3
    assert add(installation) == 3, "an id is never given again"


def test_keys_are_replaced_whole(installation, capsys):
    assert add(installation) == 0
    renewed = jwk_set(
        ECKey.generate_key("P-256", {"kid": "next"}), RSAKey.generate_key(3072, {"kid": "rsa"})
    )
    assert main(["portal", "keys", "portail", written(installation, renewed)]) == 0
    assert listed(capsys)[0]["keys"] == ["next", "rsa"]
    assert main(["portal", "keys", "autre", written(installation, renewed)]) == 3


def test_a_portal_may_ask_for_nothing_that_was_not_registered(installation, capsys):
    assert add(installation) == 0
    assert listed(capsys)[0]["scopes"] == []
    stated = ("--scope=profile", "--scope=siseri_worker", "--scope=siseri")
    assert main(["portal", "scopes", "portail", *stated]) == 0
    assert listed(capsys)[0]["scopes"] == ["siseri", "siseri_worker", "profile"]
    assert main(["portal", "scopes", "portail", "--scope=email"]) == 3
    assert main(["portal", "scopes", "autre"]) == 3
    assert main(["portal", "scopes", "portail"]) == 0
    assert listed(capsys)[0]["scopes"] == []
    assert add(installation, "--scope=SISERI", portal_id="autre") == 3


def moved(*stated, code=0):
    assert main(["portal", "addresses", "portail", *stated]) == code


def test_addresses_are_replaced_and_the_portal_keeps_its_people_keys_and_name(installation, capsys):
    assert add(installation, f"--post-logout-redirect-uri={AFTER}") == 0
    (before,) = listed(capsys)
    with opened_store(configuration()) as store:
        subjects = SqlPairwiseSubjects(engine=store.engine, writer=store.writer)
        known = subjects.subject("anne", sector=store.portals.portal("portail").sector)
    new, other = f"{REDIRECT}/2", f"{REDIRECT}/3"
    moved(f"--redirect-uri={new}", f"--redirect-uri={other}")
    assert listed(capsys) == [before | {"redirectUris": [new, other]}]
    moved(f"--post-logout-redirect-uri={AFTER}/2", "--json")
    after = before | {"redirectUris": [new, other], "postLogoutRedirectUris": [f"{AFTER}/2"]}
    assert json.loads(capsys.readouterr().out) == after
    moved("--no-post-logout-redirect-uri")
    assert listed(capsys) == [after | {"postLogoutRedirectUris": []}]
    with opened_store(configuration()) as store:
        subjects = SqlPairwiseSubjects(engine=store.engine, writer=store.writer)
        sector = store.portals.portal("portail").sector
        assert subjects.subject("anne", sector=sector) == known


def test_a_portal_moves_to_another_host_with_its_sector_stated_and_to_no_other_sector(
    installation, capsys
):
    assert add(installation) == 0
    elsewhere = "https://ailleurs.exemple.test/retour"
    moved(f"--redirect-uri={elsewhere}", code=3)
    assert "--sector" in capsys.readouterr().err
    moved(f"--redirect-uri={elsewhere}", "--sector=ailleurs.exemple.test", code=3)
    assert "portail.exemple.test" in capsys.readouterr().err
    moved(f"--redirect-uri={REDIRECT}", f"--redirect-uri={elsewhere}", code=3)
    assert listed(capsys)[0]["redirectUris"] == [REDIRECT]
    moved(f"--redirect-uri={elsewhere}", "--sector=portail.exemple.test")
    (portal,) = listed(capsys)
    assert (portal["redirectUris"], portal["sector"]) == ([elsewhere], "portail.exemple.test")
    moved(f"--redirect-uri={elsewhere}/2")
    moved(f"--redirect-uri={REDIRECT}")
    assert listed(capsys)[0]["sector"] == "portail.exemple.test"


@pytest.mark.parametrize("stated", [(), ("--sector=portail.exemple.test",)], ids=["", "sector"])
@pytest.mark.usefixtures("installation")
def test_a_portal_moves_off_an_address_that_would_not_be_taken_any_more(capsys, stated):
    with opened_store(configuration()) as store:
        store.portals.add(a_portal(redirect_uris=(f"{REDIRECT}?state=fixed",)))
    moved(f"--redirect-uri={REDIRECT}?state=other", *stated, code=3)
    moved(f"--redirect-uri={REDIRECT}", *stated)
    assert listed(capsys)[0]["redirectUris"] == [REDIRECT]


def test_addresses_of_nobody_none_or_both_ways_replace_nothing(installation, capsys):
    assert add(installation) == 0
    before = listed(capsys)
    moved(code=3)
    moved("--sector=portail.exemple.test", code=3)
    moved("--no-post-logout-redirect-uri", f"--post-logout-redirect-uri={AFTER}", code=3)
    assert main(["portal", "addresses", "autre", f"--redirect-uri={REDIRECT}"]) == 3
    assert listed(capsys) == before


def test_a_key_without_a_name_has_its_thumbprint(installation):
    key = ECKey.generate_key("P-256")
    public = {name: key.as_dict(private=False)[name] for name in ("kty", "crv", "x", "y")}
    assert add(installation, keys={"keys": [public]}) == 0
    with opened_store(configuration()) as store:
        (kept,) = store.portals.portal("portail").keys
    assert kept.kid == key.thumbprint()


@pytest.mark.parametrize(
    "address",
    [
        "http://portail.exemple.test/retour",
        "https://user@portail.exemple.test/retour",
        "https://portail.exemple.test/retour#x",
        "https://portail.exemple.test/a/../retour",
        "https://portail.exemple.test/%72etour",
        "https://PORTAIL.exemple.test/retour",
        "https://portail.exemple.test",
        "https://portail.exemple.test:0/retour",
        "https://portail.exemple.test:99999/retour",
        "https://portail.exemple.test/ retour",
        "https:\\\\portail.exemple.test/retour",
        "javascript:alert(1)",
        "fr.exemple.portail:/retour",
        "//portail.exemple.test/retour",
        "https://portail.exemple.test/é",
        "https://portail.exemple.test/" + "x" * 2000,
        "https://portail.exemple.test/retour?état=1",
        "https://portail.exemple.test/retour?a=%62",
    ],
)
def test_an_address_that_two_programs_could_read_in_two_ways_is_not_registered(
    installation, capsys, address
):
    assert add(installation, redirect=address) == 3
    assert add(installation, f"--post-logout-redirect-uri={address}") == 3
    assert listed(capsys) == []
    assert add(installation) == 0
    moved(f"--redirect-uri={address}", "--sector=portail.exemple.test", code=3)
    moved(f"--post-logout-redirect-uri={address}", code=3)
    assert listed(capsys)[0]["redirectUris"] == [REDIRECT]


@pytest.mark.parametrize("query", ["code", "a=1&state=", "error=x;b", "b;iss=1", "error_uri=/"])
def test_an_address_whose_query_has_a_name_of_our_answers_is_not_registered(
    installation, capsys, query
):
    address = f"https://portail.exemple.test/retour?{query}"
    assert add(installation, redirect=address) == 3
    assert "query has a" in capsys.readouterr().err
    assert add(installation, f"--post-logout-redirect-uri={address}") == 3
    assert listed(capsys) == []
    assert add(installation) == 0
    moved(f"--redirect-uri={address}", "--sector=portail.exemple.test", code=3)
    moved(f"--post-logout-redirect-uri={address}", code=3)
    assert listed(capsys)[0]["redirectUris"] == [REDIRECT]


@pytest.mark.parametrize(
    "address",
    [
        "https://portail.exemple.test/",
        "https://portail.exemple.test/retour?codes=1&a=state&b=code",
        "https://portail.exemple.test:8443/retour?chemin=a",
        "http://127.0.0.1:3000/retour",
        "http://localhost:3000/retour",
    ],
)
def test_a_plain_one_is(installation, address):
    assert add(installation, redirect=address) == 0


def test_several_hosts_need_a_sector(installation, capsys):
    other = "--redirect-uri=https://autre.exemple.test/retour"
    assert add(installation, other) == 3
    assert add(installation, other, "--sector=exemple.test") == 0
    assert listed(capsys)[0]["sector"] == "exemple.test"


def _private():
    return {"keys": [ECKey.generate_key("P-256", {"kid": "a"}).as_dict(private=True)]}


def _of(key):
    public = key.as_dict(private=False)
    return {"keys": [{name: value for name, value in public.items() if name != "kid"}]}


BAD = {
    "private": _private,
    "none": lambda: {"keys": []},
    "no set": lambda: {"kty": "EC"},
    "no JSON": lambda: "{",
    "of one kid": lambda: {"keys": portal_keys()["keys"] * 2},
    "short RSA": lambda: _of(RSAKey.generate_key(2048)),
    "of ES384": lambda: _of(ECKey.generate_key("P-384")),
    "of Ed25519": lambda: _of(OKPKey.generate_key("Ed25519")),
    "a secret": lambda: {"keys": [{"kty": "oct", "k": "c2VjcmV0"}]},
    "a list": lambda: {"keys": ["x"]},
}


@pytest.mark.parametrize("keys", BAD.values(), ids=BAD)
def test_a_key_that_is_not_taken_registers_nothing(installation, capsys, keys):
    assert add(installation, keys=keys()) == 3
    assert listed(capsys) == []


@pytest.mark.parametrize("portal_id", ["", "Portail", "a b", "x" * 65, "../x"])
def test_an_id_is_plain(installation, portal_id):
    assert add(installation, portal_id=portal_id) == 3


def test_a_name_is_one_line_and_a_file_must_be_there(installation):
    file = written(installation, portal_keys())
    stated = ["--id=portail", f"--redirect-uri={REDIRECT}"]
    assert main(["portal", "add", " Portail", *stated, "--keys", file]) == 3
    assert main(["portal", "add", "Portail", *stated, "--keys", f"{file}.none"]) == 3
    assert main(["portal", "add", "Portail", *stated, "--keys", file]) == 0
