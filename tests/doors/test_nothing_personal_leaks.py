"""A marked number, name, dose and text: in no log, answer, output or file, whatever goes wrong.

The same watch finds each of them where they are planted on purpose.
"""

import logging
import tempfile

import pytest

from tests import builders
from tests.builders import a_line, a_transmission, an_operational_line
from tests.doors.watching import Watch
from tests.running import DOORS, a_row
from tests.vectors import hostile_http, hostile_json, hostile_soap, hostile_xml
from tests.vectors.hostile import MARKS, NAME, NIR, SERIAL, marked

DOSE = "7771.35"
FIRST_NAME = "ZQXMARKEDFIRST"
WORK = "ZQX marked work"
PERSONAL = (*MARKS, FIRST_NAME, WORK)
SAID = (*PERSONAL, DOSE, "7771350")
"""What may be said nowhere; doses alone may be at rest in the clear, joined by a pseudonym."""
FAMILIES = {
    "json": hostile_json.ATTACKS,
    "xml": hostile_xml.ATTACKS,
    "soap": hostile_soap.ATTACKS,
    "http": hostile_http.ATTACKS,
}
HEAVY = {"oversize", "5001-lines"}
NOTICES = ("text/html", "text/csv")


@pytest.fixture
def watch(tmp_path, monkeypatch):
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setenv("TMPDIR", str(temporary))
    monkeypatch.setattr(tempfile, "tempdir", None)
    with Watch(SAID, temporary=temporary).listening() as listening:
        yield listening


@pytest.fixture
def gateway(start, watch, monkeypatch):
    """With SQLAlchemy telling all it may; its tokens are marks too."""
    running = start(rows=[a_row(birth_name=NAME, first_name=FIRST_NAME), a_row(2)])
    running.store.engine.echo = "debug"
    watch.mark(*running.tokens.values())
    request = running.request

    def watched(*given, **named):
        response = request(*given, **named)
        watch.answer(response)
        return response

    monkeypatch.setattr(running, "request", watched)
    return running


def a_marked_line(**changes):
    worker = builders.a_worker(birthName=NAME, firstName=FIRST_NAME)
    site = {"siret": builders.OPERATOR, "work": WORK}
    stated = {"worker": worker, "dosimeter__serial": SERIAL, "site": site}
    return a_line(**{**stated, "measurements": [builders.a_measurement(value=DOSE)], **changes})


VERDICTS = {
    "ACCEPTED_WITH_RESERVATIONS": {},
    "REJECTED": {"period__end": "2026-12-31"},
    "HELD": {"employer__siret": "90000003500023"},
}


def refused_in_every_way():
    """Lines in which a marked value is itself what is wrong."""
    return [
        a_marked_line(ref="1", worker__nir=NIR[:14]),
        a_marked_line(ref="2", worker__nir=NIR[:13] + "00"),
        a_marked_line(ref="3", worker__birthName=f"{NAME} "),
        a_marked_line(ref="4", worker__birthName=NAME * 9),
        a_marked_line(ref="5", worker__birthDate=NIR[:10]),
        a_marked_line(ref=NIR[:13]),
        a_marked_line(ref=f"X/{NIR}"),
        a_marked_line(ref="8", operation=NAME),
        a_marked_line(ref="9", measurements=[builders.a_measurement(value=f"{DOSE}1")]),
        a_marked_line(ref="10", measurements=[builders.a_measurement(value=f"{DOSE}x")]),
        a_marked_line(ref="11", employer__siret=NIR),
        a_marked_line(ref="12", dosimeter__type=SERIAL),
        a_marked_line(ref="13", worker=builders.a_worker(2, birthName=NAME)),
        a_marked_line(ref="14", **{NAME: NAME}),
        a_marked_line(ref="15", period__start=NIR),
    ]


def assert_silent(watch, capfd):
    watch.output(capfd.readouterr())
    assert watch.records > 0
    assert watch.leaks() == []


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("disposition", VERDICTS)
def test_a_judged_line_leaves_no_trace_but_sealed(gateway, watch, capfd, disposition, door):
    form = a_transmission(results=[a_marked_line(**VERDICTS[disposition])])
    answer = gateway.submit(form, door=door)
    assert answer.disposition == disposition
    name = answer.acknowledgement["id"]
    for accept in ("application/json", "application/xml", *NOTICES):
        gateway.get(f"/v1/receipts/{name}/lines", accept=accept)
    for accept in NOTICES:
        assert gateway.get(f"/v1/receipts/{name}", accept=accept).status == 200
        assert gateway.get(f"/v1/transmissions/{form['id']}", accept=accept).status == 200
    gateway.submit({**form, "issuedAt": "2026-11-20T08:00:01Z"}, door=door)
    gateway.get(f"/v1/transmissions/{form['id']}")
    assert_silent(watch, capfd)
    assert Watch(PERSONAL, temporary=gateway.home).leaks_at_rest(gateway.home) == []


@pytest.mark.parametrize("door", DOORS)
def test_a_line_refused_for_a_personal_value_does_not_tell_it(gateway, watch, capfd, door):
    lines = refused_in_every_way()
    totals = {"results": len(lines), "measurements": 99, "sumMsv": "999999"}
    form = a_transmission(results=lines, totals=totals)
    answer = gateway.submit(form, door=door)
    assert answer.acknowledgement["counts"]["rejected"] == len(lines)
    for body, kind in ((builders.in_json(form), "json"), (builders.in_xml(form), "xml")):
        headers = {"content-type": f"application/{kind}"}
        report = gateway.post(body, headers=headers, path="/v1/checks")
        assert report.form["details"]
        for accept in NOTICES:
            for path in ("/v1/checks", "/v1/transmissions"):
                told = gateway.post(body, headers={**headers, "accept": accept}, path=path)
                # by another door than the first, unreadable lines make other content: a conflict
                assert told.content.count({200: b"S002", 422: b"S007"}[told.status])
    assert_silent(watch, capfd)
    assert Watch(PERSONAL, temporary=gateway.home).leaks_at_rest(gateway.home) == []


@pytest.mark.parametrize("family", FAMILIES)
def test_no_hostile_request_makes_the_gateway_talk(gateway, watch, capfd, family):
    for attack in FAMILIES[family]:
        if attack.name.rpartition("1-")[2] in HEAVY:
            continue
        gateway.request(
            attack.method,
            attack.path,
            by="laboratory",
            headers=attack.headers,
            content=attack.spoil(marked()),
        )
    for path in (f"/v1/receipts/{NIR}", f"/v1/transmissions/{NIR}", f"/{NAME}", f"/docs/{NIR}"):
        gateway.get(path)
        gateway.get(path, by=None)
    assert_silent(watch, capfd)
    assert Watch(PERSONAL, temporary=gateway.home).leaks_at_rest(gateway.home) == []


FAILURES = {
    "a-table-gone": "ALTER TABLE measurements RENAME TO gone",
    "the-directory-gone": "ALTER TABLE directory_workers RENAME TO gone",
    "the-record-gone": "ALTER TABLE transmissions RENAME TO gone",
    "a-row-refused": (
        "CREATE TRIGGER refuse BEFORE INSERT ON lines BEGIN SELECT RAISE(ABORT, 'no'); END"
    ),
    "a-row-refused-by-its-value": (
        "CREATE TRIGGER refuse BEFORE INSERT ON measurements BEGIN"
        " SELECT RAISE(ROLLBACK, 'no'); END"
    ),
}


@pytest.mark.parametrize("door", ["json", "soap11"])
@pytest.mark.parametrize("failure", FAILURES)
def test_a_failing_storage_does_not_tell_what_it_was_given(gateway, watch, capfd, failure, door):
    gateway.store.writer.run(lambda connection: connection.exec_driver_sql(FAILURES[failure]))
    answer = gateway.submit(a_transmission(results=[a_marked_line()]), door=door)
    assert answer.status in {500, 503}
    assert answer.fault_code in {"B000", "B008"}
    assert_silent(watch, capfd)
    assert Watch(PERSONAL, temporary=gateway.home).leaks_at_rest(gateway.home) == []


def test_the_watch_hears_a_body_that_is_logged(watch, capfd):
    body = builders.in_json(a_transmission(results=[a_marked_line()]))
    logging.getLogger("planted.late").debug("received %s", body)
    assert watch.leaks() == ["log planted.late"]
    watch.output(capfd.readouterr())


@pytest.mark.parametrize("mark", SAID)
def test_the_watch_hears_an_exception_that_tells(watch, mark):
    try:
        int(mark + "x")
    except ValueError:
        logging.getLogger("planted").exception("it failed")
    assert watch.leaks() == ["log planted"]


@pytest.mark.parametrize("mark", SAID)
def test_the_watch_sees_what_is_printed_and_what_is_left_in_a_file(watch, capfd, mark):
    with tempfile.NamedTemporaryFile(delete=False) as file:
        file.write(f"x{mark}x".encode())
    print(mark)
    watch.output(capfd.readouterr())
    assert watch.leaks() == ["output", file.name.rpartition("/")[2]]


def test_the_watch_sees_an_answer_that_echoes(start, watch):
    running = start()

    async def echo(_scope, receive, send):
        message = await receive()
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": message["body"]})

    running.serve(echo)
    body = builders.in_json(a_transmission(results=[a_marked_line()]))
    watch.answer(running.request("POST", "/v1/checks", content=body))
    assert watch.leaks() == ["answer to /v1/checks"]


@pytest.mark.parametrize("mark", PERSONAL)
@pytest.mark.parametrize("column", ["name", "accreditation"])
def test_the_watch_sees_a_row_that_stores_in_the_clear(gateway, mark, column):
    assert Watch(PERSONAL, temporary=gateway.home).leaks_at_rest(gateway.home) == []
    statement = f"UPDATE partners SET {column} = ?"  # noqa: S608 - a column of this test
    gateway.store.writer.run(lambda connection: connection.exec_driver_sql(statement, (mark,)))
    assert Watch(PERSONAL, temporary=gateway.home).leaks_at_rest(gateway.home)


def test_an_operational_line_leaves_no_trace_but_sealed(gateway, watch, capfd):
    line = an_operational_line(
        worker=builders.a_worker(birthName=NAME, firstName=FIRST_NAME),
        dosimeter__serial=SERIAL,
        site__work=WORK,
    )
    answer = gateway.submit(builders.an_operational_transmission(results=[line]))
    assert answer.disposition == "ACCEPTED"
    assert_silent(watch, capfd)
    assert Watch(PERSONAL, temporary=gateway.home).leaks_at_rest(gateway.home) == []
