"""What every page has: both languages, one reference, and what the browser is told to allow."""

import re
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from gateway.model.accounts import NoAccount
from gateway.model.federation import SignInFailure
from gateway.pages.identity import headers
from gateway.pages.identity.app import create_app
from gateway.pages.identity.refusals import STATUSES, Trouble
from gateway.pages.identity.refusals_en import ENGLISH
from gateway.pages.identity.refusals_fr import FRENCH
from gateway.pages.identity.shell import Shell
from tests.unit.pages.identity.conftest import ADDRESS, REGISTER, Visitor

EVERY = [*SignInFailure, *NoAccount, *Trouble]
TEMPLATES = Path(headers.__file__).parent / "templates"
LANGUAGES = ["fr", "en"]


class Brought:
    """Stands for `shell.refused` of every explanation: a door that no page has."""

    def __init__(self, portal):
        self.shell = Shell(signing_in=portal.flow, public_address=ADDRESS, register=REGISTER)
        self.app = create_app(shell=self.shell)

    def page(self, what, language):
        with self.app.test_request_context(f"/identite?lang={language}", base_url=ADDRESS):
            return self.app.process_response(self.shell.refused(what, step="a-step"))


def test_everything_that_may_go_wrong_is_explained_in_both_languages():
    assert set(EVERY) == FRENCH.keys() == ENGLISH.keys() == STATUSES.keys()
    for what in EVERY:
        assert len(FRENCH[what].remedies) == len(ENGLISH[what].remedies) > 0
        assert FRENCH[what].title != ENGLISH[what].title


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("what", EVERY)
def test_a_refusal_says_what_to_do_and_bears_the_reference_of_the_log(portal, what, language):
    with capture_logs() as logged:
        page = Brought(portal).page(what, language)
    (record,) = logged
    assert page.status_code == STATUSES[what] == record["status"]
    assert record["event"] == "pages.refused"
    assert (record["why"], record["step"]) == (what.value, "a-step")
    reference = record["reference"]
    text = page.get_data(as_text=True)
    assert f"{reference[:4]}-{reference[4:]}" in text
    assert f'<html lang="{language}">' in text
    explanation = {"fr": FRENCH, "en": ENGLISH}[language][what]
    assert len(re.findall(r"<li>", text)) == len(explanation.remedies)
    assert "a-step" not in text


def test_no_two_references_are_the_same(portal):
    brought = Brought(portal)
    with capture_logs() as logged:
        for _ in range(50):
            brought.page(Trouble.BROKEN, "fr")
    assert len({record["reference"] for record in logged}) == 50


PATHS = [
    *("/identite", "/identite/aide", "/identite/sessions", "/identite/rattachement"),
    *("/identite/deconnexion", "/identite/deconnexion/retour", "/identite/proconnect"),
    *("/identite/proconnect/retour", "/identite/franceconnect/retour", "/identite/nulle-part"),
    *("/identite/style.css", "/identite/icone.svg", "/identite?suite=x", "/identite?a=1&a=2"),
    *("/identite/sessions/fin", "/op/nothing", "/identite/aide?erreur=BROKEN"),
]


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("is_signed_in", [True, False])
@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "OPTIONS", "HEAD"])
def test_every_answer_says_what_a_browser_may_do_with_it(visitor, path, method, is_signed_in):
    if is_signed_in:
        visitor.sign_in()
    answer = visitor._client.open(path, method=method, base_url=ADDRESS)
    said = answer.headers
    assert said["content-security-policy"] == (
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self';"
        " frame-ancestors 'none'; base-uri 'none'"
    )
    assert said["referrer-policy"] == "no-referrer"
    assert said["x-content-type-options"] == "nosniff"
    assert said["cross-origin-opener-policy"] == "same-origin"
    assert said["cross-origin-resource-policy"] == "same-origin"
    assert said["strict-transport-security"].startswith("max-age=63072000")
    assert "camera=()" in said["permissions-policy"]
    is_file = path.endswith((".css", ".svg")) and method in {"GET", "HEAD"}
    assert said["cache-control"] == ("public, max-age=300" if is_file else "no-store")
    assert answer.status_code < 500
    for name in ("server", "x-powered-by", "access-control-allow-origin"):
        assert name not in said


def test_no_promise_of_tls_is_made_where_there_is_none(portal):
    shell = Shell(signing_in=portal.flow, public_address="http://127.0.0.1:8480", register=REGISTER)
    answer = create_app(shell=shell).test_client().get("/identite")
    assert "strict-transport-security" not in answer.headers


def test_pages_hold_no_script_no_style_of_their_own_and_nothing_from_elsewhere():
    sources = [path.read_text("utf-8") for path in TEMPLATES.rglob("*.j2")]
    assert len(sources) >= 8
    for source in sources:
        assert not re.search(r"<script|<style|\bstyle=|\bon\w+=|javascript:|https?://", source)


def test_flask_keeps_no_session_and_is_never_in_debug(app, visitor):
    visitor.sign_in()
    assert not app.debug
    assert app.secret_key is None
    assert all(name.startswith("__Host-siseri") for name in visitor.cookies())


@pytest.mark.parametrize(
    ("accepts", "language"),
    [("", "fr"), ("en-GB,en;q=0.9,fr;q=0.1", "en"), ("de", "fr"), ("fr;q=0.2, en;q=0.1", "fr")],
)
def test_the_language_is_french_unless_the_browser_prefers_english(visitor, accepts, language):
    page = visitor.get("/identite", headers={"accept-language": accepts})
    assert page.headers["content-language"] == language
    assert f'<html lang="{language}">' in page.text


def test_the_language_that_somebody_chose_holds_on_the_way_back(visitor):
    page = visitor.get("/identite?lang=en", headers={"accept-language": "fr"})
    assert "Sign in" in page.text
    state = visitor.depart()
    told = visitor.back(state, error="access_denied", code=None)
    assert "The sign-in was not completed" in told.text
    assert "Se connecter" in visitor.get("/identite?lang=fr").text
    assert "Se connecter" in visitor.get("/identite?lang=xx").text


def test_each_page_leads_to_itself_in_the_other_language(visitor):
    visitor.sign_in()
    for path in ("/identite", "/identite/sessions", "/identite/deconnexion", "/identite/aide"):
        assert f'href="{path}?lang=en" lang="en"' in visitor.get(path).text
    refused = visitor.get("/identite/proconnect/retour")
    assert 'href="/identite/aide?erreur=NOT_OURS&amp;lang=en"' in refused.text


def test_a_page_that_cannot_be_made_says_so_without_a_word_of_why(portal, app):
    app.jinja_env.loader = None
    with capture_logs() as logged:
        answer = Visitor(app).get("/identite")
    assert answer.status_code == 500
    assert answer.headers["content-security-policy"] == headers.POLICY
    assert logged[-1]["event"] == "pages.failed"
    assert portal is not None


def test_a_defect_is_one_neutral_page(visitor, portal):
    def broken(_session_id):
        raise ValueError("a value of somebody")

    visitor.sign_in()
    portal.sessions.find = broken
    with capture_logs() as logged:
        answer = visitor.get("/identite/sessions")
    assert answer.status_code == 500
    assert "somebody" not in answer.text
    assert "Traceback" not in answer.text
    assert "a value" not in str(logged)
    assert logged[0]["error"] == "ValueError"
    assert logged[0]["at"].startswith("tests.unit.pages.identity.test_pages:")


def test_what_never_changes_is_not_sent_twice(visitor):
    first = visitor.get("/identite/style.css")
    again = visitor.get("/identite/style.css", headers={"if-none-match": first.headers["etag"]})
    assert again.status_code == 304
    assert again.data == b""
