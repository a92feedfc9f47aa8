"""The compiled contract of a transmission: its schemas, loaded once from `specs/`."""

import threading
from typing import Final

from lxml import etree

import specs
from gateway.wire import json, xml
from gateway.wire.shape import Shape, Shapes

_SCHEMA: Final = "xsd/transmission/1.0/transmission.xsd"
_HEADER: Final = (
    '<xs:element name="header"><xs:complexType><xs:group ref="t:Header"/></xs:complexType>'
    "</xs:element>"
)
MAX_LINES: Final = 5_000
"""Lines of a transmission judged within its request (design.md §6)."""


class _Compiled(threading.local):
    """libxml2 keeps the errors of a validation on the schema: each thread has its own."""

    def __init__(self) -> None:
        self.schema = xml.driver_schema(specs.path(_SCHEMA), _HEADER)


class TransmissionContract:
    """Version 1.0: XSD for XML and SOAP, OpenAPI schemas for JSON, and the types of both."""

    def __init__(self) -> None:
        shapes = Shapes(specs.path(_SCHEMA))
        self.namespace = shapes.namespace
        self.root_tag = f"{{{shapes.namespace}}}transmission"
        self.results_tag = f"{{{shapes.namespace}}}results"
        self.result_tag = f"{{{shapes.namespace}}}result"
        self.nir_path = f"{{{shapes.namespace}}}worker/{{{shapes.namespace}}}nir"
        self.header_tag = f"{{{shapes.namespace}}}header"
        self.version_tag = f"{{{shapes.namespace}}}version"
        self.header_shape: Shape = shapes["Header"]
        self.line_shape: Shape = shapes["Result"]
        self._compiled = _Compiled()
        document = json.openapi()
        self.json_header = json.validator(document, "TransmissionHeader")
        self.json_line = json.validator(document, "Result")

    @property
    def xsd(self) -> etree.XMLSchema:
        """The schema with global elements `header` and `result`, this thread's own."""
        return self._compiled.schema
