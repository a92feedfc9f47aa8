"""What the flow is compared with: the least that XML takes, and the least that connexion takes."""

import sys

import connexion
from connexion.resolver import Resolver
from lxml import etree

import specs
from tests.bench.calling import App

_EMPTY = {
    "openapi": "3.0.3",
    "info": {"title": "empty", "version": "1"},
    "paths": {
        "/v1/transmissions": {
            "post": {
                "operationId": "accept",
                "requestBody": {
                    "content": {
                        "application/json": {"schema": {"type": "object"}},
                        "application/xml": {"schema": {"type": "string"}},
                        "text/xml": {"schema": {"type": "string"}},
                    }
                },
                "responses": {"200": {"description": "accepted"}},
            }
        }
    },
}


class Bare:
    """lxml's parse and the schema of each line, of the same content as XML."""

    def __init__(self) -> None:
        self._schema = etree.XMLSchema(
            etree.parse(str(specs.path("xsd/transmission/1.0/transmission.xsd")))
        )

    def __call__(self, body: bytes) -> None:
        for line in etree.fromstring(body)[-1]:
            if not self._schema.validate(line):
                sys.exit("the bare work refuses a good line")


def empty_route() -> App:
    """An AsyncApp as connexion makes it, with one route that takes a body and answers `{}`."""

    async def accept(body: object) -> dict[str, object]:
        del body
        return {}

    application = connexion.AsyncApp(__name__)
    application.add_api(_EMPTY, resolver=Resolver(lambda _: accept))
    app: App = application
    return app
