"""The same id and content give the same receipt for ever; other content changes nothing."""

import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests import builders
from tests.builders import a_line, a_transmission, an_operational_transmission
from tests.running import DOORS

REPLAYED = "idempotent-replayed"


def held(**changes):
    """A transmission whose line waits: it never meets the record."""
    return a_transmission(results=[a_line(worker=builders.a_worker(9))], **changes)


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize(
    "form",
    [
        a_transmission(),
        a_transmission(results=[a_line(worker__nir="123")]),
        a_transmission(results=[a_line(worker=builders.a_worker(77))]),
        a_transmission(totals={"results": 2, "measurements": 1, "sumMsv": "0.15"}),
        a_transmission(flow="RADON"),
        a_transmission(sender__siret=builders.STRANGER),
        a_transmission(version="9.9"),
        a_transmission(results=[a_line(operation="UNHEARD_OF"), a_line(ref="P-2")]),
        a_transmission(test=True),
    ],
    ids=["accepted", "rejected", "held", "S006", "H002", "H003", "S003", "S002", "test"],
)
def test_the_same_message_again_gives_the_same_receipt_byte_for_byte(gateway, form, door):
    first = gateway.submit(form, door=door, by="laboratory")
    again = gateway.submit(form, door=door, by="laboratory")
    assert again.content == first.content
    assert again.status == first.status
    assert REPLAYED not in first.headers
    if not door.startswith("soap"):
        assert again.headers[REPLAYED] == "true"
        address = f"/v1/receipts/{first.acknowledgement['id']}"
        assert again.headers["location"] == address
        assert again.headers["link"] == f'<{address}>; rel="latest-version"'
    assert gateway.counted("transmissions") == 1


@pytest.mark.parametrize("first_door", DOORS)
@pytest.mark.parametrize("other_door", DOORS)
def test_a_replay_by_another_door_is_the_same_acknowledgement(gateway, first_door, other_door):
    form = a_transmission()
    first = gateway.submit(form, door=first_door)
    again = gateway.submit(form, door=other_door)
    assert again.acknowledgement == first.acknowledgement
    assert gateway.submit(form, door=other_door).content == again.content
    assert gateway.counted("transmissions") == 1


@pytest.mark.parametrize("accept", ["application/json", "application/xml", "application/jose"])
def test_a_representation_is_signed_once_and_kept(gateway, accept):
    form = a_transmission()
    gateway.submit(form)
    replayed = gateway.submit(form, headers={"accept": accept})
    read = gateway.get(f"/v1/receipts/{replayed.headers['location'][-36:]}", accept=accept)
    assert replayed.content == read.content
    assert replayed.headers["content-type"].startswith(accept)
    assert gateway.submit(form, headers={"accept": accept}).content == read.content


def test_members_in_another_order_and_another_spelling_are_the_same_content(gateway):
    form = a_transmission(id=str(uuid.uuid4()))
    first = gateway.submit(form)
    form["id"] = form["id"].upper()
    form["test"] = False
    form["results"][0]["measurements"][0]["value"] = "0.150"
    form["results"][0]["worker"]["idType"] = "NIR"
    form["issuedAt"] = "2026-11-20T09:00:00+01:00"
    again = gateway.submit(dict(reversed(form.items())))
    assert again.content == first.content
    assert again.headers[REPLAYED] == "true"


@pytest.mark.parametrize("door", DOORS)
def test_other_content_under_a_judged_id_is_a_conflict_signed_once(gateway, door):
    form = a_transmission()
    first = gateway.submit(form)
    other = {**form, "issuedAt": "2026-11-20T08:00:01.000Z"}
    conflict = gateway.submit(other, door=door)
    assert conflict.disposition == "CONFLICT"
    assert "returnCode" not in conflict.acknowledgement
    assert conflict.findings == [("S007", "/id")]
    assert conflict.acknowledgement["standing"] == {
        "id": first.acknowledgement["id"],
        "canonicalSha256": first.form["canonicalSha256"],
    }
    assert gateway.submit(other, door=door).content == conflict.content
    assert gateway.counted("transmissions") == 2
    assert gateway.submit(form).content == first.content
    third = gateway.submit({**form, "issuedAt": "2026-11-20T08:00:02.000Z"}, door=door)
    assert third.disposition == "CONFLICT"
    assert third.acknowledgement["id"] != conflict.acknowledgement["id"]
    assert gateway.counted("lines") == 1


@pytest.mark.parametrize("defect", [{"flow": "RADON"}, {"issuedAt": "today"}, {"version": "2.0"}])
def test_an_inadmissible_transmission_is_repaired_under_the_same_id(gateway, defect):
    form = a_transmission()
    assert gateway.submit({**form, **defect}).disposition == "INADMISSIBLE"
    assert gateway.submit(form).disposition == "ACCEPTED"
    assert gateway.submit({**form, **defect}).headers[REPLAYED] == "true"
    assert gateway.submit(form).headers[REPLAYED] == "true"


def test_control_totals_are_repaired_under_the_same_id(gateway):
    wrong = a_transmission(totals={"results": 1, "measurements": 1, "sumMsv": "9"})
    right = {**wrong, "totals": builders.totals_of(wrong["results"])}
    assert gateway.submit(wrong).disposition == "INADMISSIBLE"
    assert gateway.submit(right).disposition == "ACCEPTED"


def test_test_ids_live_apart_and_tests_are_never_recorded(gateway):
    form = a_transmission()
    rehearsal = gateway.submit({**form, "test": True})
    assert rehearsal.disposition == "ACCEPTED"
    assert rehearsal.acknowledgement["test"] is True
    assert (gateway.counted("lines"), gateway.counted("measurements")) == (0, 0)
    real = gateway.submit(form)
    assert real.disposition == "ACCEPTED"
    assert "test" not in real.acknowledgement
    assert gateway.counted("lines") == 1
    duplicate = gateway.submit(a_transmission(test=True))
    assert duplicate.codes == {"U001"}
    assert gateway.counted("lines") == 1


def test_a_test_is_read_back_under_its_own_name_only(gateway):
    form = a_transmission(test=True)
    gateway.submit(form)
    address = f"/v1/transmissions/{form['id']}"
    assert gateway.get(address).status == 404
    assert gateway.get(f"{address}?test=true").form["test"] is True


def test_two_senders_may_choose_the_same_id(gateway):
    name = str(uuid.uuid4())
    ours = gateway.submit(a_transmission(id=name))
    theirs = gateway.submit(an_operational_transmission(id=name))
    assert (ours.disposition, theirs.disposition) == ("ACCEPTED", "ACCEPTED")
    assert ours.acknowledgement["id"] != theirs.acknowledgement["id"]


@pytest.mark.parametrize("door", ["json", "xml"])
def test_an_idempotency_key_must_be_the_id_of_the_transmission(gateway, door):
    form = a_transmission()
    key = {"idempotency-key": str(uuid.uuid4())}
    refused = gateway.submit(form, door=door, headers=key)
    assert (refused.status, refused.findings) == (422, [("S011", "/id")])
    assert gateway.submit(form, door=door, headers=key).content == refused.content
    same = {"idempotency-key": form["id"].upper()}
    assert gateway.submit(form, door=door, headers=same).disposition == "ACCEPTED"
    assert gateway.submit(form, door=door).headers[REPLAYED] == "true"


@pytest.mark.parametrize("path", ["/v1/transmissions", "/v1/checks"])
def test_an_idempotency_key_may_stand_in_quotes_for_a_check_as_for_a_submission(gateway, path):
    form = a_transmission()
    headers = {"content-type": "application/json", "idempotency-key": f'"{form["id"]}"'}
    answer = gateway.post(builders.in_json(form), headers=headers, path=path)
    assert answer.status == 200
    other = {**headers, "idempotency-key": f'"{uuid.uuid4()}"'}
    assert gateway.post(builders.in_json(form), headers=other, path=path).status == 422


@pytest.mark.parametrize(
    "key", ["abc", "", "1" * 36, f"{uuid.UUID(int=1)}x", f"x{uuid.UUID(int=1)}"]
)
def test_an_idempotency_key_that_is_not_a_uuid_is_refused_unsigned(gateway, key):
    refused = gateway.submit(a_transmission(), headers={"idempotency-key": key})
    assert (refused.status, refused.fault_code) == (400, "B001")
    assert gateway.counted("transmissions") == 0


def test_an_idempotency_key_names_a_body_that_cannot_be_read(gateway):
    key = str(uuid.uuid4())
    headers = {"content-type": "application/json", "idempotency-key": key}
    broken = gateway.post(b"{", headers=headers)
    assert broken.acknowledgement["transmission"] == {"id": key}
    assert gateway.post(b"{", headers=headers).content == broken.content
    otherwise = gateway.post(b"{{", headers=headers)
    assert otherwise.acknowledgement["id"] != broken.acknowledgement["id"]
    nameless = gateway.post(b"{", headers={"content-type": "application/json"})
    assert nameless.acknowledgement["transmission"] == {}
    assert nameless.acknowledgement["id"] != broken.acknowledgement["id"]


def test_who_may_not_speak_for_a_sender_learns_nothing_of_what_it_sent(gateway):
    form = a_transmission()
    first = gateway.submit(form)
    usurped = gateway.submit(form, by="operator")
    assert (usurped.disposition, usurped.findings) == ("INADMISSIBLE", [("H003", "/sender/siret")])
    assert first.acknowledgement["id"] not in usurped.content.decode()
    assert REPLAYED not in usurped.headers
    other = gateway.submit({**form, "issuedAt": "2026-11-20T08:00:09Z"}, by="operator")
    assert other.codes == {"H003"}
    assert gateway.submit(form).content == first.content


def test_one_of_many_submissions_at_once_is_stored_and_the_others_agree(gateway):
    form = a_transmission(
        results=[
            a_line(ref=f"P-{n}", period__end="2026-10-31", worker=builders.a_worker(100 + n))
            for n in range(200)
        ]
    )
    with ThreadPoolExecutor(16) as threads:
        answers = list(threads.map(lambda _: gateway.submit(form), range(16)))
    receipts = {answer.content for answer in answers if answer.status == 200}
    in_flight = [answer for answer in answers if answer.status != 200]
    assert len(receipts) == 1
    assert {(a.status, a.fault_code) for a in in_flight} <= {(409, "B004")}
    assert all(int(a.headers["retry-after"]) > 0 for a in in_flight)
    assert gateway.counted("transmissions") == 1
    assert gateway.counted("lines") == 200
    assert {gateway.submit(form).content} == receipts


def test_different_contents_under_one_id_at_once_leave_one_verdict(gateway):
    forms = [
        held(id=str(uuid.UUID(int=5)), issuedAt=f"2026-11-20T08:00:{n:02d}Z") for n in range(16)
    ]
    with ThreadPoolExecutor(16) as threads:
        answers = list(threads.map(gateway.submit, forms))
    judged = [answer for answer in answers if answer.status == 200]
    assert [answer.disposition for answer in judged] == ["HELD"]
    for form, answer in zip(forms, answers, strict=True):
        if answer.status == 409:
            assert gateway.submit(form).disposition == "CONFLICT"
        elif answer.status != 200:
            assert answer.disposition == "CONFLICT"
    assert gateway.counted("lines") == 1


def test_the_same_dose_sent_at_once_under_many_ids_counts_once(gateway):
    forms = [a_transmission() for _ in range(16)]
    with ThreadPoolExecutor(16) as threads:
        answers = list(threads.map(gateway.submit, forms))
    while any(answer.status == 503 for answer in answers):
        answers = [gateway.submit(form) for form in forms]
    dispositions = sorted(answer.disposition for answer in answers)
    assert dispositions == ["ACCEPTED", *["REJECTED"] * 15]
    assert {code for answer in answers for code in answer.codes} == {"U001"}
