"""`specs/openapi/administration.yaml` is what the operator's listener does, status by status."""

import re
import warnings

import anyio
import jsonschema_rs
import pytest
import yaml
from openapi_spec_validator import OpenAPIV30SpecValidator
from starlette.routing import Mount

import specs
from gateway.api.exchange import Pace
from tests import builders
from tests.doors.test_directory_writing import ADMIN, FILE, WORKERS, put
from tests.running import Running

DOCUMENT = yaml.safe_load(specs.path("openapi/administration.yaml").read_text("utf-8"))
PUTS = {path: item["put"] for path, item in DOCUMENT["paths"].items() if "put" in item}
CONTACTS = f"employer_siret;role;name;phone\n{builders.EMPLOYER};CRP;MOREAU Anne;0123456789\n"
DECISIONS = "sender_siret;transmission;ref;decision;decided_on;rpps\n"
CONTENT = {
    "/v1/directory/workers": FILE,
    "/v1/directory/contacts": CONTACTS,
    "/v1/directory/decisions": DECISIONS + "1;2;3;4;5;6\n",
}
MANY = "X;;;;;;;;;\n" * 1001


def resolved(node):
    """The document without references, as nullable types of JSON Schema."""
    if isinstance(node, list):
        return [resolved(one) for one in node]
    if not isinstance(node, dict):
        return node
    if "$ref" in node:
        found = DOCUMENT
        for part in node["$ref"].removeprefix("#/").split("/"):
            found = found[part]
        return resolved(found)
    made = {name: resolved(one) for name, one in node.items()}
    if made.pop("nullable", False):
        made["type"] = [made["type"], "null"]
    return made


@pytest.fixture(scope="module")
def own(tmp_path_factory, portal):
    running = Running(
        tmp_path_factory.mktemp("home"),
        portal=portal,
        admin_bind=ADMIN,
        pace=Pace(deadline_s=2.0, grace_s=1.0, min_bytes_per_s=1024),
    )
    yield running
    running.close()


async def _that_does_not_come():
    yield b"nir;"
    await anyio.sleep(30)


def _under_way(own, call):
    with own.store.directory.importing():
        return call()


PROVOKED = {
    200: lambda _own, call: call(),
    400: lambda _own, call: call(host="rebound.example:9480"),
    401: lambda _own, call: call(token="x" * 43),
    408: lambda _own, call: call(content=_that_does_not_come()),
    413: lambda _own, call: call(content=" " * (5 * 1024 * 1024 + 1)),
    415: lambda _own, call: call(headers={"content-type": "application/json"}),
    503: _under_way,
}


def test_the_document_is_valid_openapi():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        OpenAPIV30SpecValidator(DOCUMENT).validate()


def test_it_names_every_route_of_the_listener_and_no_other(own):
    def routes(app, before=""):
        for route in app.routes:
            if isinstance(route, Mount):
                yield from routes(route.app._app, before + route.path)
            else:
                yield before + route.path, route.methods - {"HEAD"}

    documented = {
        path: {method.upper() for method in item} for path, item in DOCUMENT["paths"].items()
    }
    assert dict(routes(own.gateway.administration)) == documented


@pytest.mark.parametrize("status", PROVOKED)
@pytest.mark.parametrize("path", PUTS)
def test_each_status_is_given_as_it_is_documented(own, path, status):
    told = PUTS[path]["responses"]
    assert {int(stated) for stated in told} == PROVOKED.keys()
    token = own.store.register_tokens.renew()

    def call(**changes):
        return put(own, path, **{"token": token, "content": CONTENT[path], **changes})

    answer = PROVOKED[status](own, call)
    assert answer.status_code == status, answer.text
    stated = resolved(told[str(status)])
    for name, header in stated.get("headers", {}).items():
        assert re.search(header["schema"].get("pattern", "."), answer.headers[name])
    (media_type, content), *_ = stated["content"].items()
    assert answer.headers["content-type"].startswith(media_type)
    jsonschema_rs.validate(content["schema"], answer.json())


def test_a_thousand_bad_rows_are_named_and_all_are_counted(own):
    token = own.store.register_tokens.renew()
    answer = put(own, WORKERS, token=token, content=FILE + MANY)
    assert (answer.json()["refused"], len(answer.json()["bad"])) == (1001, 1000)
    schema = resolved(PUTS[WORKERS]["responses"]["200"])["content"]["application/json"]["schema"]
    jsonschema_rs.validate(schema, answer.json())
