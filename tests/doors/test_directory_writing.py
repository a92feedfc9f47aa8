"""The register writes its directory on the operator's listener, and partners never do."""

import json

import httpx
import pytest

from gateway.commands.background_work import judge_again_task
from gateway.directory import DirectoryImport
from gateway.identifiers import Nir
from gateway.model.background import Task
from tests import builders
from tests.durable import engine_tables, opener
from tests.unit.background.looking import until

ADMIN = "127.0.0.1:9480"
WORKERS = "/v1/directory/workers"
CSV = {"content-type": "text/csv; charset=utf-8"}
FILE = (
    "nir;birth_name;first_name;birth_date;sex;employer_siret;nuclear_domain;contract_start;oa_sirets;category\n"
    f"{builders.nir_of(7)};LEFEBVRE;HELENE;1990-06-15;F;{builders.EMPLOYER};yes;2020-01-01;"
    f"{builders.LABORATORY};A\n"
)


@pytest.fixture
def own(start):
    return start(admin_bind=ADMIN)


def standing(answer):
    """What stands of a transmission."""
    return answer.form["receipt"]["acknowledgement"]["disposition"]


def put(running, path=WORKERS, *, token, content=FILE, host=ADMIN, headers=CSV, method="PUT"):
    client = httpx.AsyncClient(
        transport=httpx.ASGITransport(running.gateway.administration), base_url=f"http://{host}"
    )
    sent = {**headers, **({"authorization": f"Bearer {token}"} if token else {})}
    octets = content.encode() if isinstance(content, str) else content

    async def exchange():
        async with client:
            return await client.request(method, path, headers=sent, content=octets)

    return running._portal.call(exchange)


def test_what_is_put_is_imported_as_the_file_would_be_and_once(own, tmp_path):
    token = own.store.register_tokens.renew()
    first = put(own, token=token, content=FILE + "SECRET;;;;;;;;;\n")
    assert first.status_code == 200, first.text
    form = first.json()
    assert (form["added"], form["refused"], form["bad"][0]["line"]) == (1, 1, 3)
    assert "SECRET" not in first.text
    assert put(own, token=token, content=FILE + "SECRET;;;;;;;;;\n").json()["unchanged"] == 1
    nir = Nir.parse(builders.nir_of(7))
    by_put = own.store.directory.look_up([nir])[nir]
    file = tmp_path / "same.csv"
    file.write_text(FILE, "utf-8")
    importing = DirectoryImport(store=own.store.directory, clock=own.clock)
    assert importing.run(file, on_bad=lambda _: None).saved.unchanged == 1
    assert own.store.directory.look_up([nir])[nir] == by_put


def test_contacts_are_put_alike(own):
    token = own.store.register_tokens.renew()
    content = f"employer_siret;role;name;phone\n{builders.EMPLOYER};CRP;MOREAU Anne;0123456789\n"
    answer = put(own, "/v1/directory/contacts", token=token, content=content)
    assert answer.json()["added"] == 1
    told = own.request("GET", f"/v1/establishments/{builders.EMPLOYER}/contacts", by="laboratory")
    assert told.json()["contacts"][0]["name"] == "MOREAU Anne"


class Noted:
    """What is wanted soon is noted, and never done."""

    def __init__(self):
        self.work = []

    def soon(self, task):
        self.work.append(task)


class Later:
    """The background work of an engine that is opened after the gateway."""

    engine = None

    def soon(self, task):
        self.engine.enqueue_occurrence(task, key=f"{task}@soon")


def test_workers_that_are_put_have_the_held_lines_judged_again_and_contacts_do_not(start):
    asked = Noted()
    own = start(admin_bind=ADMIN, background=asked)
    token = own.store.register_tokens.renew()
    contacts = f"employer_siret;role;name;phone\n{builders.EMPLOYER};CRP;MOREAU Anne;0123456789\n"
    assert put(own, "/v1/directory/contacts", token=token, content=contacts).status_code == 200
    assert put(own, token=token, content=FILE.partition("\n")[0] + "\n").status_code == 200
    assert asked.work == []
    for _ in range(2):
        assert put(own, token=token).status_code == 200
    assert asked.work == [Task.JUDGE_AGAIN] * 2


def test_the_durable_engine_judges_what_was_held_before_the_put(start, tmp_path):
    later = Later()
    own = start(admin_bind=ADMIN, rows=(), background=later)
    held = builders.a_transmission(results=[builders.a_line(worker=builders.a_worker(7))])
    assert own.submit(held).disposition == "HELD"
    with engine_tables("sqlite", tmp_path) as tables, opener(tables) as open_with:
        later.engine = open_with(JUDGE_AGAIN=judge_again_task(own.gateway))
        assert put(own, token=own.store.register_tokens.renew()).status_code == 200
        address = f"/v1/transmissions/{held['id']}"
        until(lambda: standing(own.get(address)) != "HELD")
        assert standing(own.get(address)) == "ACCEPTED"


def test_no_other_credential_opens_it_and_nothing_is_written(own):
    token = own.store.register_tokens.renew()
    for other in (None, "x" * 43, own.tokens["laboratory"], token[:-1], ""):
        answer = put(own, token=other)
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"].startswith("Bearer")
    own.store.register_tokens.withdraw()
    assert put(own, token=token).status_code == 401
    assert own.store.directory.look_up([Nir.parse(builders.nir_of(7))]) == {}


def test_what_is_put_is_entered_in_the_audit_trail_by_the_token_and_without_a_name(own):
    token = own.store.register_tokens.renew()
    known = len(own.store.trail.entries())
    content = f"employer_siret;role;name;phone\n{builders.EMPLOYER};CRP;MOREAU Anne;0123456789\n"
    put(own, token=token)
    put(own, "/v1/directory/contacts", token=token, content=content)
    put(own, token=token + "x")
    given, *told = [json.loads(one.octets) for one in own.store.trail.entries()[known - 1 :]]
    by = {"kind": "REGISTER", "name": own.store.register_tokens.name_of(token)}
    assert [one["actor"] for one in told] == [by] * 4
    assert given["details"] == {"token": by["name"]}
    assert [(one["act"], one["details"].get("added")) for one in told] == [
        ("DIRECTORY_WRITTEN", "1"),
        ("DIRECTORY_IMPORTED", None),
        ("DIRECTORY_CONTACTS_WRITTEN", "1"),
        ("DIRECTORY_CONTACTS_IMPORTED", None),
    ]
    whole = json.dumps(told)
    nir = builders.nir_of(7)
    for secret in (token, nir, nir[:13], "LEFEBVRE", "HELENE", "MOREAU", "0123456789"):
        assert secret not in whole


def test_it_answers_to_its_own_name_alone(own):
    token = own.store.register_tokens.renew()
    assert put(own, token=token, host="rebound.example:9480").status_code in {400, 421}


def test_what_is_no_csv_or_another_method_or_path_is_refused(own):
    token = own.store.register_tokens.renew()
    as_json = {"content-type": "application/json"}
    assert put(own, token=token, headers=as_json).status_code == 415
    refused = put(own, token=token, method="POST")
    assert (refused.status_code, refused.headers["allow"]) == (405, "PUT")
    assert put(own, "/v1/directory/partners", token=token).status_code == 404


def test_neither_listener_has_a_door_of_the_other(own):
    token = own.store.register_tokens.renew()
    for by in (token, "laboratory"):
        for path in (WORKERS, "/v1/directory/contacts", "/v1/directory/decisions"):
            answer = own.request("PUT", path, by=by, headers=CSV, content=FILE.encode())
            assert answer.status_code == 404
    assert own.request("GET", "/v1/me", by=token).status_code == 401
    for path in ("/v1/transmissions", "/v1/me", "/soap/v1", "/health/live"):
        assert put(own, path, token=own.tokens["laboratory"]).status_code == 404
