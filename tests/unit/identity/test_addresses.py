"""The address by which a professional is known: as ProConnect says it, and as it is compared."""

import pytest

from adapters.proconnect import ProConnect
from gateway.model.contacts import folded_email
from tests.identities import an_authentication


def said(email):
    claims = {"given_name": "Karl", "usual_name": "Moreau", "email": email, "uid": "u-1"}
    return ProConnect().identity(claims, an_authentication()).email


@pytest.mark.parametrize("email", ["karl@exemple.fr", "KARL@Exemple.FR"])
def test_capitals_tell_no_mailboxes_apart(email):
    assert said(email) == folded_email(email) == "karl@exemple.fr"


@pytest.mark.parametrize("email", ["\u212aarl@exemple.fr", "\uff4barl@exemple.fr"])
def test_a_letter_that_only_looks_like_one_of_ascii_is_another_mailbox(email):
    assert folded_email(said(email)) == folded_email(email) == email
