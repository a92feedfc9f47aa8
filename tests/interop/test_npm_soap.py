"""The npm package `soap`, run by node and generated from our WSDL, submits and reads back."""

import re

import pytest

from tests import builders
from tests.interop.conftest import wrapped

STRANGER = "not-a-token"
ENVELOPES = {False: builders.SOAP["1.1"], True: builders.SOAP["1.2"]}


@pytest.fixture(params=[False, True], ids=["soap11", "soap12"])
def soap12(request):
    return request.param


@pytest.fixture
def call(npm_soap, gateway, soap12):
    """Calls of one client, with the partner's bearer token or another."""

    def run(*calls, token=None):
        return npm_soap(
            wsdl=gateway.wsdl, token=token or gateway.token, soap12=soap12, calls=list(calls)
        )

    return run


def in_order(form):
    """This client writes members as they come, so they must come in the contract's order."""
    lines = form.pop("results")
    return wrapped({**form, "results": lines})


def test_a_submission_reads_its_partial_verdict(call, gateway, soap12):
    transmission = in_order(gateway.half_good())
    (answer,) = call(["SubmitTransmission", {"transmission": transmission}])
    assert ENVELOPES[soap12] in answer["sent"]
    assert ENVELOPES[soap12] in answer["raw"]
    acknowledgement = answer["result"]["receipt"]["acknowledgement"]
    assert acknowledgement["disposition"] == "PARTLY_ACCEPTED"
    line = acknowledgement["lines"]["line"]
    line = line[0] if isinstance(line, list) else line
    assert (line["ref"], line["verdict"]) == ("misplaced", "REJECTED")
    assert "D004" in str(line["findings"])


def test_a_receipt_is_fetched_again_and_is_the_same(call, gateway):
    transmission = in_order(gateway.half_good())
    (first,) = call(["SubmitTransmission", {"transmission": transmission}])
    receipt = first["result"]["receipt"]
    asked = {"acknowledgement": receipt["acknowledgement"]["id"]}
    (again,) = call(["GetReceipt", asked])
    assert again["result"]["receipt"]["canonicalSha256"] == receipt["canonicalSha256"]
    cut = re.compile(r"<receipt .*</receipt>", re.DOTALL)
    assert cut.search(again["raw"])[0] == cut.search(first["raw"])[0]


def test_a_stranger_gets_a_fault(call):
    (answer,) = call(["Ping", {}], token=STRANGER)
    assert answer["fault"] is not None, answer
    assert "A001" in str(answer["fault"])
