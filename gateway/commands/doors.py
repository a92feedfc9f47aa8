"""The four doors as a sender meets them: how a body is dressed, how an answer is undressed."""

from enum import Enum
from typing import Final

import orjson
from lxml import etree

from gateway.commands.receipts import NotAReceipt, acknowledgement_of, receipt_in_envelope
from gateway.commands.terminal import CannotDo
from gateway.errors import Inadmissible
from gateway.wire import xml
from gateway.wire.soap import SERVICE, SOAP_11, SOAP_12
from gateway.wire.v1.acknowledgement import NAMESPACE

_BOM: Final = b"\xef\xbb\xbf"
_ACTION: Final = f"{SERVICE}:SubmitTransmission"


class Door(Enum):
    """A way in: its name, path and media type."""

    REST_JSON = ("REST-JSON", "/v1/transmissions", "application/json")
    REST_XML = ("REST-XML", "/v1/transmissions", "application/xml")
    SOAP_11 = ("SOAP 1.1", "/soap/v1", "text/xml")
    SOAP_12 = ("SOAP 1.2", "/soap/v1", "application/soap+xml")

    def __init__(self, title: str, path: str, media_type: str) -> None:
        self.title = title
        self.path = path
        self.media_type = media_type

    @property
    def is_soap(self) -> bool:
        """Whether the body travels in an envelope."""
        return self.path.startswith("/soap")

    def headers(self) -> dict[str, str]:
        """What the request states beside its credential."""
        if self is Door.SOAP_12:
            return {"Content-Type": f'{self.media_type}; charset=utf-8; action="{_ACTION}"'}
        headers = {"Content-Type": f"{self.media_type}; charset=utf-8"}
        if self is Door.SOAP_11:
            return {**headers, "SOAPAction": f'"{_ACTION}"'}
        return {**headers, "Accept": self.media_type}

    def dressed(self, body: bytes) -> bytes:
        """The body as it travels: as it is, or in the envelope of a SubmitTransmission."""
        if not self.is_soap:
            return body
        namespace = SOAP_11 if self is Door.SOAP_11 else SOAP_12
        content = body.removeprefix(_BOM).lstrip()
        if content.startswith(b"<?xml"):
            content = content.partition(b"?>")[2].lstrip()
        return (
            f'<soap:Envelope xmlns:soap="{namespace}"><soap:Body>'
            f'<s:SubmitTransmission xmlns:s="{SERVICE}">'
        ).encode() + (content + b"</s:SubmitTransmission></soap:Body></soap:Envelope>")

    def receipt(self, answer: bytes) -> bytes:
        """The receipt of an answer.

        Raises:
            NotAReceipt: the answer is of the unsigned class.
        """
        receipt = receipt_in_envelope(answer) if self.is_soap else answer
        acknowledgement_of(receipt)
        return receipt


class Unsigned(CannotDo):
    """An answer of the unsigned class: nothing was recorded."""

    def __init__(self, *, code: str, fr: str, en: str) -> None:
        super().__init__(f"{fr} [{code}]", f"{en} [{code}]")
        self.code = code


def unsigned(status: int, answer: bytes) -> Unsigned:
    """What an answer without a receipt says: a problem, a fault, or neither."""
    try:
        if answer.lstrip()[:1] == b"<":
            detail = xml.read(answer).find(f".//{{{NAMESPACE}}}fault")
            if detail is not None:
                return Unsigned(
                    code=_said(detail, "code"),
                    fr=_said(detail, "text", "fr"),
                    en=_said(detail, "text", "en"),
                )
        else:
            form = orjson.loads(answer)
            text = form["text"]
            return Unsigned(code=str(form["code"]), fr=str(text["fr"]), en=str(text["en"]))
    except (Inadmissible, ValueError, LookupError, TypeError):
        pass
    return Unsigned(
        code=f"HTTP {status}",
        fr="La réponse ne vient pas d'une passerelle SISERI : vérifiez l'adresse.",
        en="The answer is not that of a SISERI gateway: check the address.",
    )


def _said(detail: etree._Element, *path: str) -> str:
    return detail.findtext("/".join(f"{{{NAMESPACE}}}{name}" for name in path)) or "?"


__all__ = ["Door", "NotAReceipt", "Unsigned", "unsigned"]
