"""The OpenAPI document as a client's generator reads it."""

import re
from functools import cache

import schemathesis

import specs
from gateway.wire import json

OPERATIONS = {
    operation["operationId"]: (method.upper(), path, operation)
    for path, item in json.openapi()["paths"].items()
    for method, operation in item.items()
}
DOCUMENTED = sorted(
    (name, int(status))
    for name, (_, _, operation) in OPERATIONS.items()
    for status in operation["responses"]
)
"""Every operation with every status that the document lists for it."""


@schemathesis.deserializer("application/jose")
def _jws(_context, response):
    return response.content.decode("ascii")


@cache
def document():
    """The document, read once."""
    return schemathesis.openapi.from_path(specs.path("openapi/gateway.yaml"))


def read(**given):
    """The document for generated calls, read anew.

    Without `Idempotency-Key`, of which schemathesis takes any number for a sound value, so that
    every call would stop at it: `tests/vectors` and `test_idempotency` are of that header.
    """
    form = json.openapi()
    for path in ("/v1/transmissions", "/v1/checks"):
        parameters = form["paths"][path]["post"]["parameters"]
        parameters.remove({"$ref": "#/components/parameters/IdempotencyKey"})
    return schemathesis.openapi.from_dict(form, **given)


def address(path, **parameters):
    """The path with its parameters filled in."""
    return re.sub(r"\{(\w+)\}", lambda name: parameters[name[1]], path)
