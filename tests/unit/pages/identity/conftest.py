"""A browser without a script, as far as Flask's test client is one, over the pages."""

import re
from urllib.parse import parse_qs, urlsplit

import pytest

from gateway.identifiers import Nir
from gateway.model.accounts import Candidate
from gateway.model.acknowledgement import Issuer
from gateway.model.directory import KnownWorker
from gateway.model.federation import Provider
from gateway.pages.identity.app import create_app
from gateway.pages.identity.shell import Shell
from tests.identities import a_person, a_professional
from tests.signing_in import Portal

ADDRESS = "https://passerelle.invalid"
PORTAL_ID = "p" * 43
NIR = "262087510712345"
REGISTER = Issuer(
    name="Autorité d'essai",
    siret="13002524200013",
    service="SISERI",
    address="1 rue de l'Essai, 75000 Paris",
    email="siseri@exemple.test",
    phone="0100000000",
)
SIGNS_IN = {"proconnect": ("anne", a_professional()), "franceconnect": ("angela", a_person())}


def a_worker(first_name="ANGELA"):
    """Whom `a_person` is in the directory; by the number alone where another name comes first."""
    others = [name for name in ("ANGELA", "CLAIRE", "LOUISE") if name != first_name]
    nir = f"{NIR[:13]}{97 - int(NIR[:13]) % 97:02d}"
    return Candidate(
        worker=KnownWorker(
            id="w-1",
            birth_name="DUBOIS",
            first_name=first_name,
            other_first_names=" ".join(others),
            birth_date="1962-08-24",
            sex="F",
        ),
        nir=Nir.parse(nir),
    )


class Visitor:
    """One browser: its cookies are its own."""

    def __init__(self, app):
        self._client = app.test_client()
        self.headers = {}
        self.answers = []

    def get(self, path, **named):
        return self._heard(self._client.get(path, base_url=ADDRESS, **self._with(named)))

    def post(self, path, fields=None, **named):
        """A form as it is given, without a token of ours."""
        named = {"data": fields or {}, **self._with(named)}
        return self._heard(self._client.post(path, base_url=ADDRESS, **named))

    def send(self, page, path, **fields):
        """The form of `page` that goes to `path`, filled in."""
        return self.post(path, {**form_of(page, path), **fields})

    def depart(self, slug="proconnect", suite=None):
        """The `state` with which it left."""
        page = self.get("/identite" if suite is None else f"/identite?suite={suite}")
        return state_of(self.send(page, f"/identite/{slug}"))

    def back(self, state, *, slug="proconnect", code="good", **members):
        """What the provider sends it back with."""
        issuer = f"https://{slug}.invalid/api/v2"
        said = {"state": state, "iss": issuer, "code": code, **members}
        query = {name: value for name, value in said.items() if value is not None}
        return self.get(f"/identite/{slug}/retour", query_string=query)

    def sign_in(self, slug="proconnect"):
        """The session that this browser then holds."""
        answer = self.back(self.depart(slug), slug=slug)
        assert answer.status_code == 303, answer.text
        return self.cookie("__Host-siseri")

    def cookie(self, name):
        found = self._client.get_cookie(name, domain="passerelle.invalid")
        return None if found is None else found.value

    def cookies(self):
        return {cookie.key: cookie for cookie in self._client._cookies.values()}

    def hold(self, name, value):
        self._client.set_cookie(
            name, value, domain="passerelle.invalid", secure=True, httponly=True, samesite="Lax"
        )

    def _with(self, named):
        return {**named, "headers": {**self.headers, **named.get("headers", {})}}

    def _heard(self, answer):
        self.answers.append(answer)
        return answer


def form_of(page, path):
    """The hidden fields of the first form that goes to `path`."""
    form = re.search(rf'<form method="post" action="{path}".*?</form>', page.text, re.DOTALL)
    assert form is not None, page.text
    return dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form[0]))


def state_of(gone):
    assert gone.status_code == 200, gone.text
    address = gone.headers["refresh"].partition("url=")[2]
    return parse_qs(urlsplit(address).query)["state"][0]


@pytest.fixture
def portal():
    """The whole flow in memory; the code `good` signs in somebody whom the directory knows."""
    standing = Portal()
    standing.people.workers.append(a_worker())
    for slug, who in SIGNS_IN.items():
        standing.providers[Provider(slug.upper())].people["good"] = who
    return standing


@pytest.fixture
def wishes():
    """What requests of the portal wait for, by their id."""
    return {}


@pytest.fixture
def app(portal, wishes):
    shell = Shell(signing_in=portal.flow, public_address=ADDRESS, register=REGISTER)
    return create_app(shell=shell, portal_wish=wishes.get)


@pytest.fixture
def visitor(app):
    return Visitor(app)


@pytest.fixture
def another(app):
    """A second browser."""
    return Visitor(app)
