"""A client comes back after the fault: each id has exactly one outcome, found in one retry."""

import json
import time

from gateway.commands.verify import prove_evidence, trusted
from tests.chaos.sending import ACCEPTED, HELD, REJECTED
from tests.doors.reading import form_of, parsed
from tests.running import Running

ACCEPTS = {
    "json": "application/json",
    "xml": "application/xml",
    "soap11": "application/xml",
    "soap12": "application/xml",
}


class Resolved:
    """What became of what clients had no answer to."""

    def __init__(self):
        self.found = 0
        """Recorded before the fault, and answered by the first receipt."""
        self.absent = 0
        """Unknown after the fault: the retry was judged."""
        self.in_flight = 0
        """Told once or more that the first attempt was still under way."""


def resolve(client, unanswered):
    """Ask by id, then send again, once; assert that both agree."""
    resolved = Resolved()
    for sent in unanswered:
        found = standing(client, sent)
        status, headers = _retry(client, sent, resolved)
        assert status in {200, 422}, (sent.id, sent.refusals)
        acknowledgement = acknowledgement_of(sent.receipt)
        if found is None:
            resolved.absent += 1
        else:
            resolved.found += 1
            assert found == acknowledgement["id"], f"two outcomes for {sent.id}"
            is_soap = sent.door.startswith("soap")
            assert is_soap or headers["idempotent-replayed"] == "true"
        assert standing(client, sent) == acknowledgement["id"]
    return resolved


def standing(client, sent):
    """The id of the acknowledgement that stands under the id of a transmission, or None."""
    status, _, content = client.get(f"/v1/transmissions/{sent.id}")
    if status == 404:
        return None
    assert status == 200, (status, content)
    return json.loads(content)["receipt"]["acknowledgement"]["id"]


def _retry(client, sent, resolved):
    """Again, once; but as often as it is told that it is in flight, for that is no outcome."""
    is_told = False
    for _ in range(400):
        status, headers = client.submit(sent)
        if status != 409 and not (sent.door.startswith("soap") and is_in_flight(sent, status)):
            return status, headers
        resolved.in_flight += not is_told
        is_told = True
        time.sleep(0.05)
    raise AssertionError("in flight for ever")


def is_in_flight(sent, status):
    """Faults of SOAP 1.1 are 500 whatever they are; of 1.2, the sender's or the receiver's."""
    return sent.receipt is None and status == 500


def assert_receipts_hold(client, every, register):
    """What clients hold is what the gateway gives for ever, is true, and says what was sent.

    Proved as partners prove it, by the published `register`: signature, inclusion in the evidence
    log, checkpoint.
    """
    believed = trusted(register.read_bytes())
    for sent in every:
        proved = prove_evidence(sent.receipt, believed)
        assert proved.logged is not None, f"no proof in the receipt of {sent.id}"
        stated = json.loads(proved.receipt.acknowledgement)
        assert stated["transmission"]["id"] == sent.id
        acknowledgement = acknowledgement_of(sent.receipt)
        assert_verdicts(sent, acknowledgement)
        address = f"/v1/receipts/{acknowledgement['id']}"
        status, _, content = client.get(address, ACCEPTS[sent.door])
        assert status == 200
        assert content == sent.receipt, f"another receipt for {sent.id}"


def assert_verdicts(sent, acknowledgement):
    """The verdicts that were known beforehand: in particular, never that of a duplicate."""
    counts = acknowledgement["counts"]
    assert counts["results"] == len(sent.expected)
    for name, verdict in (("accepted", ACCEPTED), ("held", HELD), ("rejected", REJECTED)):
        assert counts[name] == sent.expected.count(verdict), acknowledgement


def acknowledgement_of(receipt):
    """In JSON form."""
    assert Running.is_receipt(receipt)
    form = form_of(parsed(receipt)) if receipt.startswith(b"<") else json.loads(receipt)
    return form["acknowledgement"]
