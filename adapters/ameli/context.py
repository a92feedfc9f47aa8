"""Who asks: the header blocks of a request, as INSi wants them."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import uuid4

import zeep
from lxml import etree

from adapters.ameli.envelope import ADDRESSING

ACTIONS: Final = "urn:ServiceIdentiteCertifiee:1.0.0:"
_BAM: Final = "{urn:siram:bam:ctxbam}ContexteBAM"
_LPS: Final = "{urn:siram:lps:ctxlps}ContexteLPS"
_IDAM_IS: Final = "4"


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Who asks, as the agreement and the certificate name it."""

    idam: str = field(repr=False)
    """Number under which the software is authorised."""
    emitter: str
    """OU of the certificate, repeated as `Emetteur`."""
    software: str
    """Name of the software in that authorisation."""
    version: str
    instance: str
    """UUID of this installation, chosen once."""


class Contexts:
    """Makes the header of each request; safe to share between threads."""

    def __init__(self, client: zeep.Client, caller: Caller) -> None:
        self._bam = client.get_element(_BAM)
        self._lps = client.get_element(_LPS)
        self._caller = caller

    def header(self, operation: str, *, message_id: str, at: datetime) -> list[Any]:
        """ContexteLPS, MessageID, Action, ContexteBAM. zeep adds no Action for this WSDL."""
        caller = self._caller
        stated = {
            "Temps": at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03d}Z",
            "Emetteur": caller.emitter,
        }
        software = {
            "IDAM": {"_value_1": caller.idam, "R": _IDAM_IS},
            "Version": caller.version,
            "Instance": caller.instance,
            "Nom": f"urn:lps:{caller.software}:{caller.version}",
        }
        return [
            self._lps(Id=str(uuid4()), LPS=software, Nature="CTXLPS", Version="01_00", **stated),
            _addressing("MessageID", message_id),
            _addressing("Action", ACTIONS + operation),
            self._bam(Id=str(uuid4()), COUVERTURE={}, Nature="CTXBAM", Version="01_02", **stated),
        ]


def _addressing(name: str, text: str) -> etree._Element:
    element = etree.Element(f"{ADDRESSING}{name}")
    element.text = text
    return element
