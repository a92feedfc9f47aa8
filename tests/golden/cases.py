"""What a case of the kit is: messages, and the setting in which the last of them is judged."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from lxml import etree

from gateway.model.directory import Partner
from gateway.model.verification import Verified
from tests import builders

MEDIA_TYPES = {"json": "application/json", "xml": "application/xml"}
DECLARATION = b'<?xml version="1.0" encoding="UTF-8"?>\n'


@dataclass(frozen=True, kw_only=True)
class Message:
    """One transmission as it travels, by whom; in XML, in JSON or in both."""

    path: str
    """Of its files, relative to `specs/examples/`, without the suffix."""
    bodies: dict[str, bytes]
    """By suffix."""
    by: Partner
    headers: tuple[tuple[str, str], ...] = ()

    def file(self, form: str) -> str:
        return f"{self.path}.{form}"


@dataclass(frozen=True, kw_only=True)
class Case:
    """A message to judge, and all that the verdict depends on."""

    name: str
    """Its place below `cases/`: a folder and a file's stem."""
    says: Literal["good", "benign", "defect"]
    about: str
    """What it shows."""
    source: str
    """The text of law or of the contract behind it."""
    message: Message
    before: tuple[Message, ...] = ()
    """Judged before, in this order, into an empty record."""
    directory: str
    """Path of the register's directory, relative to `specs/examples/`."""
    decisions: str | None = None
    """Path of physicians' decisions on doses, taken in once those before are judged, if any."""
    received_at: datetime
    verified: Verified | None = None
    """What outside registers say of the worker and the establishment; None: none is configured."""
    form: dict[str, Any] | None = None
    """The transmission, where it can be read."""
    differs_at: str | None = None
    """Where it differs from its twin: a member, a field of the enrolment, or the bytes."""

    @property
    def forms(self) -> tuple[str, ...]:
        return tuple(sorted(self.message.bodies))

    def acknowledgement(self, form: str) -> str:
        return f"cases/{self.name}.acknowledgement.{form}"


def bodies_of(form: dict[str, Any]) -> dict[str, bytes]:
    """A transmission in JSON and in XML, indented for the eye."""
    return {"json": as_json(form), "xml": as_xml(etree.fromstring(builders.in_xml(form)))}


def as_json(form: Any) -> bytes:
    return (json.dumps(form, ensure_ascii=False, indent=2) + "\n").encode()


def as_xml(root: etree._Element) -> bytes:
    etree.indent(root)
    return DECLARATION + etree.tostring(root, encoding="UTF-8") + b"\n"
