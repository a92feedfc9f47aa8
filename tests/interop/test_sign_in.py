"""From a portal through a provider and back, over HTTP: sign-in, step-up, refusal, logout.

Every party is a real server: oidc-provider as ProConnect (7.14.3 and 9.13.3) and as FranceConnect+
(both ways of encrypting), the gateway, and a portal on authlib's client.
"""

import json
from urllib.parse import urlsplit

import pytest

from gateway.commands.audit import exported
from gateway.model.accounts import AccountKind
from signing.errors import SignatureInvalid
from signing.log.audit import verify_audit
from signing.log.policy import NO_WITNESS
from signing.register import load_register
from tests.contract.ports.people import HERS, HIS
from tests.federated import ANGELA, ANNE, BRUNO, LUC
from tests.partners.portal_example.portal import CLIENT_ID
from tests.visitor import Visitor


@pytest.fixture(autouse=True)
def honest(federated):
    federated.believe()


def test_a_professional_is_handed_over_with_what_the_directory_gives(federated):
    visitor = Visitor()
    page = federated.hand_over(visitor, ANNE)
    assert page.url == f"{federated.portal.address}/"
    assert (page.said("acr"), page.said("given_name")) == ("eidas1-mfa", "Anne")
    assert json.loads(page.said("siseri_roles")) == [], "too weak a level for an adviser"
    assert page.said("siseri_worker_id") is None


def test_a_portal_steps_up_and_is_given_the_role(federated):
    visitor = Visitor()
    before = federated.hand_over(visitor, ANNE)
    page = federated.hand_over(visitor, ANNE, by="more")
    (role,) = json.loads(page.said("siseri_roles"))
    assert (page.said("acr"), role["role"]) == ("eidas2", "CRP")
    assert role["establishments"] == ["35600000000048", "78467169500012"]
    assert page.said("sub") == before.said("sub")


def test_each_hand_over_is_entered_once_and_an_export_tells_nobody_who_it_was(federated):
    opened = federated.store.users.hand_overs.opened
    before = [*opened()]
    subject = federated.hand_over(Visitor(), ANNE).said("sub")
    federated.hand_over(Visitor(), ANGELA)
    anne, angela = [*opened()][len(before) :]
    assert (anne.portal_id, anne.acr) == (CLIENT_ID, "eidas1-mfa")
    assert (angela.portal_id, angela.acr) == (CLIENT_ID, "eidas2")
    assert anne.is_true
    assert angela.is_true
    assert anne.account_id != angela.account_id
    known = federated.store.users.accounts.get(angela.account_id)
    assert known.kind is AccountKind.WORKER
    lines = exported(federated.config, federated.store, since=None, before=None)
    log = load_register(federated.config.signing_keys).log
    assert verify_audit(lines, log=log, policy=NO_WITNESS).last >= angela.number
    whole = b"\n".join(lines).decode()
    for personal in (anne.account_id, angela.account_id, subject, known.worker_id, HERS.reveal()):
        assert personal not in whole
    at = next(i for i, line in enumerate(lines) if json.loads(line).get("number") == anne.number)
    lines[at] = lines[at].replace(CLIENT_ID.encode(), b"un-autre-portail")
    with pytest.raises(SignatureInvalid):
        verify_audit(lines, log=log, policy=NO_WITNESS)


def test_who_cannot_step_up_is_told_and_the_portal_gets_no_weaker_level(federated):
    visitor = Visitor()
    federated.hand_over(visitor, BRUNO)
    page = federated.hand_over(visitor, BRUNO, by="more")
    assert urlsplit(page.url).netloc == federated.host
    assert page.status == 403
    shown = visitor.go(federated.portal.address)
    assert shown.said("acr") == "eidas1-mfa"


def test_a_worker_is_handed_over_under_the_register_s_pseudonym(federated):
    page = federated.hand_over(Visitor(), ANGELA)
    (role,) = json.loads(page.said("siseri_roles"))
    assert role == {"role": "WORKER", "establishments": []}
    assert page.said("acr") == "eidas2"
    assert page.said("siseri_worker_id")
    for personal in ("DUBOIS", "Angela", "1962", "angela@", HERS.reveal()):
        assert personal not in page.text.replace("Angela Dubois", "")


def test_a_worker_of_a_doubtful_civil_status_types_the_number(federated):
    visitor = Visitor()
    page = federated.hand_over(visitor, LUC)
    if urlsplit(page.url).path == "/identite/rattachement":  # unless the number was typed before
        page = visitor.send("/rattachement", nir=HERS.reveal())
        assert page.status == 422
        assert HERS.reveal() not in page.text
        page = visitor.send("/rattachement", nir=HIS.reveal())
    assert page.url == f"{federated.portal.address}/", page.text
    known = federated.store.users.people.worker_of(HIS)
    assert page.said("siseri_worker_id") == known.worker.id


def test_a_person_who_goes_back_is_told_and_may_begin_again(federated):
    visitor = Visitor()
    visitor.go(f"{federated.address}/identite")
    visitor.send("/identite/proconnect")
    visitor.send(person="nobody")
    assert urlsplit(visitor.page.url).path == "/identite/proconnect/retour"
    assert visitor.named("__Host-siseri") is None or not visitor.cookies[federated.address].get(
        "__Host-siseri"
    )
    assert urlsplit(federated.sign_in(visitor, ANNE).url).path == "/identite/sessions"


def test_signing_out_at_the_portal_ends_the_gateway_s_session_and_the_provider_s(federated):
    visitor = Visitor()
    federated.hand_over(visitor, ANGELA)
    held = visitor.cookies[federated.address]["__Host-siseri"]
    visitor.go(visitor.page.link("leave"))
    assert visitor.page.url.startswith(federated.franceconnect.issuer)
    page = visitor.send("/session/end/confirm", logout="yes")
    assert page.url.startswith(f"{federated.portal.address}/")
    assert page.said("sub") is None
    stolen = Visitor()
    stolen.cookies[federated.address] = {"__Host-siseri": held}
    stolen.go(f"{federated.address}/identite/sessions")
    assert urlsplit(stolen.page.url).path == "/identite"


def test_our_keys_are_fetched_by_the_provider_and_open_what_it_sends(federated):
    answer = Visitor().go(f"{federated.address}/identite/franceconnect/jwks.json")
    keys = json.loads(answer.content)["keys"]
    assert answer.headers["content-type"] == "application/jwk-set+json"
    assert all(key["use"] == "enc" and "d" not in key for key in keys)
