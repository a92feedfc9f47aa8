"""A provider that is down, slow, of a wrong clock or of too weak a word: a page, and no way in."""

from datetime import timedelta
from urllib.parse import urlsplit

import pytest

from tests.federated import ANGELA, ANNE, PEOPLE
from tests.visitor import Visitor

WHO = {"proconnect": ANNE, "franceconnect": ANGELA}
ON_ONE = pytest.mark.parametrize(
    "federated", [(9, "ES256", "ECDH-ES")], indirect=True, ids=["proconnect-9-ecdh"]
)
"""Where a test waits, and which kind of providers it is makes no difference."""


@pytest.fixture(params=WHO)
def away(request, federated):
    """Somebody on the way to a provider, which then fails."""
    federated.believe()
    yield Away(federated, request.param)
    federated.believe()
    page = federated.sign_in(Visitor(), WHO[request.param])
    assert urlsplit(page.url).path == "/identite/sessions", "it is believed again"


class Away:
    """One attempt at the provider of that kind."""

    def __init__(self, federated, kind):
        self._federated, self._kind = federated, kind
        self.provider = getattr(federated, kind)
        self.clock = federated.clock
        self.visitor = Visitor()

    def is_refused(self, status, *words):
        """The attempt ends on a page of ours that says what to do, and opens nothing."""
        federated, visitor = self._federated, self.visitor
        page = federated.sign_in(visitor, WHO[self._kind])
        assert urlsplit(page.url).path == f"/identite/{self._kind}/retour"
        assert page.status == status
        assert all(word in page.text for word in words)
        assert "__Host-siseri" not in visitor.cookies[federated.address]
        visitor.go(f"{federated.address}/identite/sessions")
        assert urlsplit(visitor.page.url).path == "/identite"


@pytest.mark.parametrize("path", ["/token", "/userinfo"])
def test_a_provider_that_is_down_is_told_as_such(away, path):
    away.provider.says(away=[path])
    away.is_refused(503, "<h1>")


@pytest.mark.parametrize("minutes", [-2, 6])
def test_a_wrong_clock_lets_nobody_in(away, minutes):
    away.clock.offset = timedelta(minutes=minutes)
    away.is_refused(503, "<h1>")


@ON_ONE
def test_a_provider_that_is_slow_is_waited_for_no_longer_than_ten_seconds(federated):
    federated.believe()
    visitor = Visitor()
    back = f"{federated.address}/identite/proconnect/retour"
    visitor.go(f"{federated.address}/identite")
    visitor.send("/identite/proconnect")
    visitor.send(person=ANNE, until=back)
    federated.proconnect.says(delayMs=12_000)
    page = visitor.go(visitor.held_back)
    federated.believe()
    assert (page.status, "<h1>" in page.text) == (503, True)
    assert "__Host-siseri" not in visitor.cookies[federated.address]


def test_a_level_below_what_was_asked_for_is_never_taken_for_it(federated):
    federated.believe()
    visitor = Visitor()
    assert federated.hand_over(visitor, ANGELA).said("acr") == "eidas2"
    lying = {**PEOPLE[ANGELA], "acrs": ["eidas2"]}  # whatever is asked for
    federated.franceconnect.says(people={ANGELA: lying})
    page = federated.hand_over(visitor, ANGELA, by="most")
    assert urlsplit(page.url).path == "/identite/franceconnect/retour"
    assert page.status == 403
    assert visitor.go(federated.portal.address).said("acr") == "eidas2"
    federated.believe()
    assert federated.hand_over(visitor, ANGELA, by="most").said("acr") == "eidas3"
