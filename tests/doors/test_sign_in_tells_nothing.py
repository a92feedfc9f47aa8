"""Marked people sign in: of them, of what they typed and of their tokens nothing is told or logged.

Through the whole gateway, by real HTTP to providers that tell the truth and every lie; the watch is
that of `test_nothing_personal_leaks`, which shows that it finds what is planted.
"""

import json
import logging
import re
import secrets
import time
from collections import Counter
from contextlib import ExitStack
from html import unescape
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

import pytest
from joserfc import jws
from joserfc.jwk import ECKey

from gateway.commands.logs import Answered
from gateway.identity.op.server import ASSERTION_TYPE
from gateway.store import SystemClock
from signing.oauth.decryption_keys import new_decryption_key
from signing.oauth.identity_keys import new_identity_key
from tests.contract.ports.people import number
from tests.doors.watching import Watch
from tests.hostile.test_lying_providers import OF_BOTH
from tests.partners.identity_provider_example import ABSENT, Lie, LyingProvider, Truth
from tests.portal import REDIRECT, VERIFIER, a_portal, challenge_of, portal_key
from tests.running import a_row

NAME, GIVEN, SECOND = "ZQXMARKEDBIRTH", "ZQXMARKEDGIVEN", "ZQXMARKEDSECOND"
EMAIL, UID = "zqxmarked@exemple.test", "zqx-marked-uid"
SUBJECT = "zqx-marked-subject-0123456789"
NIR = number("2771175107431")
TYPED = (str(NIR.reveal()), "290069912345619", "199ZQXMARKEDTYPED")
DESCRIPTION = "zqx-marked-description"
PROFESSIONAL = {
    "given_name": GIVEN,
    "usual_name": NAME,
    "email": EMAIL,
    "uid": UID,
    "siret": "78467169500012",
}
PERSON = {
    "given_name": f"{GIVEN} {SECOND}",
    "family_name": NAME,
    "birthdate": "1977-11-03",
    "gender": "female",
    "birthplace": "75107",
    "birthcountry": "99100",
    "email": EMAIL,
}
PERSONAL = (NAME, GIVEN, SECOND, EMAIL, UID, SUBJECT, DESCRIPTION, *TYPED)
TABLES = (
    *("sign_in_sessions", "account_links", "accounts", "spent_identity_tokens"),
    "sign_in_attempts",
)
"""From the end of a sign-in to its beginning."""
SLUGS = ("proconnect", "franceconnect")


class MarkingProvider(LyingProvider):
    """Remembers every code and token that it gave out."""

    def __init__(self, watches, **given):
        super().__init__(**given)
        self.told, self.logged = watches
        self.subject = SUBJECT

    def authorize(self, url):
        told = super().authorize(url)
        self.logged.mark_as_is(*(self.authorized[-1][name] for name in ("state", "nonce")))
        if isinstance(told.get("code"), str) and len(told["code"]) > 20:
            self.told.mark_as_is(told["code"])
        return told

    def answer(self, handler):
        status, media_type, content = super().answer(handler)
        if media_type == "application/json" and b"access_token" in content:
            granted = json.loads(content)
            for name in ("access_token", "id_token"):
                if len(str(granted.get(name, ""))) > 20:
                    watch = self.told if name == "access_token" else self.logged
                    watch.mark_as_is(granted[name])
        elif media_type == "application/jwt":
            self.told.mark_as_is(content.decode())
        return status, media_type, content


class Person:
    """A browser, as far as links, forms and cookies go."""

    def __init__(self, running, providers, watches):
        self._running, self._providers = running, providers
        self._told, self._logged = watches
        self.jar = {}
        self.answer = None

    def ask(self, method, path, fields=None, *, is_watched=True):
        sent = {"cookie": "; ".join(f"{name}={value}" for name, value in self.jar.items())}
        content = b"" if fields is None else urlencode(fields).encode()
        if fields is not None:
            sent["content-type"] = "application/x-www-form-urlencoded"
        self.answer = self._running.request(method, path, headers=sent, content=content)
        if is_watched:
            self._told.answer(self.answer)
        for line in self.answer.headers.get_list("set-cookie"):
            name, _, value = line.partition(";")[0].partition("=")
            self.jar.pop(name, None)
            if value:
                self.jar[name] = value
                self._logged.mark_as_is(*(part for part in value.split(".") if len(part) > 20))
        return self.answer

    def send(self, path, *, is_watched=True, **fields):
        """The form of the page that was last shown."""
        stated = {**self.fields(path), **fields}
        return self.ask("POST", path, stated, is_watched=is_watched)

    def fields(self, path):
        form = re.search(
            rf'<form method="post" action="{path}".*?</form>', self.answer.text, re.DOTALL
        )
        return dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form[0]))

    def leave_for(self, slug):
        self.ask("GET", "/identite")
        self.send(f"/identite/{slug}")
        return unescape(self.answer.headers.get("refresh", "")).partition("url=")[2]

    def come_back(self, slug, told):
        query = urlencode({name: value for name, value in told.items() if isinstance(value, str)})
        return self.ask("GET", f"/identite/{slug}/retour?{query}")

    def sign_in(self, slug):
        address = self.leave_for(slug)
        if not address:
            return self.answer
        return self.come_back(slug, self._providers[slug].authorize(address))


@pytest.fixture
def watches(tmp_path):
    """What may leave in no way, and what may leave to its own browser or provider alone."""
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    told = Watch(PERSONAL, temporary=temporary)
    logged = Watch((), temporary=temporary)
    with told.listening(), logged.listening():
        yield told, logged


@pytest.fixture
def providers(watches):
    truths = {
        "proconnect": Truth(person=PROFESSIONAL),
        "franceconnect": Truth(person=PERSON, encrypted_by="ECDH-ES", amr=("fc",)),
    }
    with ExitStack() as stack:
        yield {
            slug: stack.enter_context(MarkingProvider(watches, truth=truth))
            for slug, truth in truths.items()
        }


@pytest.fixture
def running(start, providers):
    stated = {
        f"{slug}_{name}": value
        for slug, one in providers.items()
        for name, value in (
            ("issuer", one.issuer),
            ("client_id", one.client_id),
            ("client_secret", one.client_secret),
        )
    }
    marked = {"birth_name": NAME, "first_name": GIVEN, "other_first_names": SECOND}
    marked |= {"birth_date": "1977-11-03", "sex": "F"}
    running = start(
        clock=SystemClock(),
        rows=[a_row(nir=NIR, **marked)],
        proconnect_userinfo="SIGNED",
        franceconnect_asks="amr",
        **stated,
    )
    now, plan = SystemClock().now(), running.config.federation
    new_decryption_key(plan.franceconnect.keys, alg="ECDH-ES", now=now)
    new_identity_key(plan.portal_keys, now=now)
    running.serve(Answered(running.gateway.asgi))
    keys = running.request("GET", "/identite/franceconnect/jwks.json").json()["keys"]
    providers["franceconnect"].recipient = ECKey.import_key(keys[0])
    return running


@pytest.fixture
def person(running, providers, watches):
    return Person(running, providers, watches)


@pytest.fixture
def silent(watches, running, capfd):
    """Asserts that nothing was said."""
    told, logged = watches

    def check():
        captured = capfd.readouterr()
        for watch in (told, logged):
            watch.output(captured)
            assert watch.records > 0
        assert told.leaks() == []
        assert logged.leaks() == []
        assert Watch(PERSONAL, temporary=running.home).leaks_at_rest(running.home) == []

    return check


@pytest.mark.parametrize("slug", SLUGS)
def test_a_sign_in_its_sessions_and_its_end_are_told_to_nobody(person, silent, slug):
    assert person.sign_in(slug).status_code == 303
    for path in ("/identite/sessions", "/identite", "/identite/sessions?lang=en"):
        assert person.ask("GET", path).status_code == 200
    person.ask("GET", "/identite/deconnexion")
    # the identity token goes back to who gave it, by this browser (RP-Initiated Logout 1.0 §2)
    left = person.send("/identite/deconnexion", is_watched=False)
    address = left.headers["refresh"].partition("url=")[2]
    asked = parse_qs(urlsplit(address).query)
    assert asked.keys() == {"id_token_hint", "state", "post_logout_redirect_uri"}
    assert not any(mark in left.text + str(left.headers) for mark in PERSONAL)
    back = f"/identite/deconnexion/retour?state={asked['state'][0]}"
    assert person.ask("GET", back).status_code == 200
    silent()


def test_numbers_that_are_typed_are_told_to_nobody(person, providers, silent):
    unsure = {**PERSON, "gender": "unspecified"}
    told = Truth(person=unsure, encrypted_by="ECDH-ES", amr=("fc",))
    providers["franceconnect"].truth = told
    path = "/identite/rattachement"
    assert person.sign_in("franceconnect").headers["location"] == path
    person.ask("GET", path)
    for typed in (*TYPED[1:], f"{TYPED[0][:13]}00"):
        assert person.send(path, nir=typed).status_code == 422
    fields = person.fields(path)
    assert person.ask("POST", path, {"nir": TYPED[0]}).status_code == 403
    assert person.ask("POST", path, {**fields, "nir": TYPED[0] * 5}).status_code == 400
    assert person.ask("POST", path, {**fields, "autre": TYPED[0]}).status_code == 400
    person.ask("GET", f"{path}?nir={TYPED[0]}")
    assert person.send(path, nir=TYPED[0]).status_code == 200
    assert person.answer.headers["refresh"] == "0; url=/identite/sessions"
    silent()


@pytest.mark.parametrize("slug", SLUGS)
def test_no_lie_of_a_provider_makes_the_gateway_talk(person, providers, silent, slug):
    """Half of them for each; those who do not answer come last: then nobody is asked for a while.

    Addresses and keys are looked up seldom: a lie about them would not be heard here.
    """
    of_addresses = {"discovery", "jwks"}
    lies = [
        lie
        for lie, _ in OF_BOTH.values()
        if not lie.discovery and not of_addresses & (lie.away | lie.garbage)
    ][SLUGS.index(slug) :: 2]
    lies += [
        Lie(callback={"error": "access_denied", "error_description": DESCRIPTION, "code": ABSENT}),
        Lie(callback={"code": f"{TYPED[0]}-{'c' * 3_000}"}),
        Lie(userinfo={"given_name": f"{GIVEN}\n{SECOND}"}),
        Lie(id_token={"acr": NAME}),
        Lie(id_token={"amr": [EMAIL, 1]}),
        Lie(header={"typ": NAME}),
        Lie(token={"token_type": NAME}),
        Lie(userinfo={"siret": NAME, "birthdate": NAME, "gender": NAME}),
    ]
    lies.sort(key=lambda lie: bool(lie.away or lie.garbage))
    assert person.sign_in(slug).status_code == 303
    person.jar.clear()
    statuses = Counter()
    for lie in lies:
        providers[slug].lie = lie
        answer = person.sign_in(slug)
        statuses[answer.status_code] += 1
        if answer.status_code == 303:  # what no right is drawn from may be anything
            assert lie.userinfo
            person.jar.pop("__Host-siseri")
        assert "__Host-siseri" not in person.jar
    assert statuses.keys() <= {303, 400, 403, 502, 503}
    assert statuses[403] > 12
    silent()


@pytest.mark.parametrize("slug", SLUGS)
def test_a_failing_storage_does_not_tell_what_it_was_given(person, running, silent, slug):
    """Each fails earlier on the way than the one before: what is gone stays gone."""
    assert person.sign_in(slug).status_code == 303
    for table in TABLES:
        statement = f"ALTER TABLE {table} RENAME TO gone_{table}"
        running.store.writer.run(lambda to_do, said=statement: to_do.exec_driver_sql(said))
        answers = [person.ask("GET", "/identite/sessions")]
        person.jar.clear()  # who holds a session is asked about at the choice too
        answers.append(person.sign_in(slug))
        assert {answer.status_code for answer in answers} & {500, 503}, table
    silent()


class AtPortal:
    """A portal's own half: every secret that passes between it and `/op` is one never to log."""

    def __init__(self, running, person, logged):
        self._running, self._person, self._logged = running, person, logged
        self._key = ECKey.generate_key("P-256", {"kid": "of-the-portal"})
        self._issuer = f"{running.config.public_address}/op"
        running.store.portals.add(a_portal(keys=(portal_key(self._key),)))

    def authorize(self, **changes):
        asked = {
            "response_type": "code",
            "client_id": "portail",
            "redirect_uri": REDIRECT,
            "scope": "openid siseri siseri_worker profile",
            "state": secrets.token_urlsafe(32),
            "nonce": secrets.token_urlsafe(32),
            "code_challenge": challenge_of(VERIFIER),
            "code_challenge_method": "S256",
        } | changes
        self._logged.mark_as_is(asked["state"], asked["nonce"])
        answer = self._person.ask("GET", f"/op/authorize?{urlencode(asked)}")
        told = dict(parse_qsl(urlsplit(answer.headers.get("location", "")).query))
        if "code" in told:
            self._logged.mark_as_is(told["code"])
        return told

    def exchange(self, code, **changes):
        now = int(time.time())
        said = {
            "iss": "portail",
            "sub": "portail",
            "aud": self._issuer,
            "iat": now,
            "exp": now + 60,
        }
        said["jti"] = secrets.token_urlsafe(16)
        header = {"alg": "ES256", "kid": "of-the-portal"}
        assertion = jws.serialize_compact(header, json.dumps(said), self._key)
        fields = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": REDIRECT,
            "code_verifier": VERIFIER,
            "client_assertion_type": ASSERTION_TYPE,
            "client_assertion": assertion,
        } | changes
        self._logged.mark_as_is(assertion, VERIFIER)
        answer = self._person.ask("POST", "/op/token", fields)
        given = answer.json()
        for name in ("access_token", "id_token"):
            if name in given:
                self._logged.mark_as_is(given[name])
        return answer.status_code, given

    def userinfo(self, token):
        sent = {"authorization": f"Bearer {token}"}
        answer = self._running.request("GET", "/op/userinfo", headers=sent, content=b"")
        return answer.status_code, answer.json()


@pytest.fixture
def at_portal(running, person, watches):
    return AtPortal(running, person, watches[1])


HANDED_OVER = {
    "proconnect": {"sub", "siseri_roles", "given_name", "family_name"},
    "franceconnect": {"sub", "siseri_roles", "siseri_worker_id"},
}


@pytest.mark.parametrize("slug", SLUGS)
def test_a_hand_over_its_refusals_and_its_end_are_logged_nowhere(person, at_portal, silent, slug):
    assert person.sign_in(slug).status_code == 303
    code = at_portal.authorize()["code"]
    status, given = at_portal.exchange(code)
    assert status == 200
    status, claims = at_portal.userinfo(given["access_token"])
    assert (status, claims.keys()) == (200, HANDED_OVER[slug])
    # refused
    assert at_portal.authorize(response_type=NAME)["error"] == "unsupported_response_type"
    assert at_portal.authorize(claims=f'{{"id_token":"{EMAIL}"}}')["error"] == "invalid_request"
    assert at_portal.authorize(acr_values=NAME)["error"] == "unmet_authentication_requirements"
    assert at_portal.authorize(redirect_uri=f"https://{EMAIL}/") == {}
    other = at_portal.authorize()["code"]
    assert at_portal.exchange(other, client_assertion=f"{NAME}.{NAME}.{NAME}")[0] == 401
    assert at_portal.exchange(other, code_verifier="w" * 64)[0] == 400
    assert at_portal.exchange(code)[0] == 400, "spent, and what it gave is over"
    assert at_portal.userinfo(given["access_token"])[0] == 401
    assert at_portal.userinfo(f"{NAME}{EMAIL}")[0] == 401
    # its end: the provider's own token goes back to who gave it, by this browser
    query = urlencode({"id_token_hint": given["id_token"], "state": secrets.token_urlsafe(32)})
    left = person.ask("GET", f"/op/logout?{query}", is_watched=False)
    assert left.status_code == 303
    assert not any(mark in str(left.headers) for mark in PERSONAL)
    silent()


def test_a_storage_that_fails_under_a_hand_over_does_not_tell_what_it_was_given(
    person, running, at_portal, silent
):
    assert person.sign_in("proconnect").status_code == 303
    token = at_portal.exchange(at_portal.authorize()["code"])[1]["access_token"]
    code = at_portal.authorize()["code"]
    for table in ("portal_accesses", "portal_codes", "pairwise_subjects", "portals"):
        statement = f"ALTER TABLE {table} RENAME TO gone_{table}"
        running.store.writer.run(lambda to_do, said=statement: to_do.exec_driver_sql(said))
        assert at_portal.exchange(code)[0] in {500, 503}
        assert at_portal.userinfo(token)[0] in {500, 503}
        at_portal.authorize()
    assert person.answer.status_code in {500, 503}
    silent()


def test_the_watch_hears_what_is_planted(person, watches):
    assert person.sign_in("franceconnect").status_code == 303
    told, logged = watches
    logging.getLogger("planted").debug("signed in: %s", NAME)
    logging.getLogger("planted").debug("session: %s", person.jar["__Host-siseri"])
    assert told.leaks() == ["log planted"]
    assert logged.leaks().count("log planted") == 1
