"""INSi asked through zeep: one question, one answer that is proved, or why there is none.

1. Status, media type, well-formedness and faults are judged in the transport. 2. The body is proved
by the schema; zeep does not enforce patterns. 3. What zeep or the schema is too strict for is read
by our own reader, and logged, never silently. 4. What zeep read is read once more in our own terms.
"""

import logging
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC
from pathlib import Path
from typing import Any, Final, Generic, TypeVar
from uuid import uuid4

import structlog
import zeep
import zeep.exceptions
from lxml import etree

from adapters.ameli import reading
from adapters.ameli.context import Caller, Contexts
from adapters.ameli.envelope import ENVELOPE, Unreadable
from adapters.ameli.people import Found, Ins, Person
from adapters.ameli.transport import Exchange, Unanswered, UpstreamTransport
from adapters.http import Upstream
from gateway.errors import ConfigurationFault
from gateway.model.verification import Cause, NotAnswered, Urgency
from gateway.ports import Clock

_Read = TypeVar("_Read")
_QUOTE_VALUES: Final = ("zeep.xsd.types.simple", "zeep.xsd.elements.attribute")
"""Loggers of zeep that tell, with the fault of a conversion, the value that was to be converted."""
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Contract:
    """The files of `specs/ameli`, or of the official kit in their place."""

    wsdl: Path
    messages: Path
    """A schema that imports all that bodies are proved by."""


class InsiClient:
    """Built once for a process; safe to share between threads."""

    def __init__(
        self, *, upstream: Upstream, contract: Contract, caller: Caller, clock: Clock
    ) -> None:
        """Reads the contract's files: 0.1 s.

        Raises:
            ConfigurationFault: they are missing, or are no contract.
        """
        for name in _QUOTE_VALUES:
            logging.getLogger(name).addFilter(_nothing)
        self._transport = UpstreamTransport(upstream)
        settings = zeep.Settings(strict=True, forbid_dtd=True, forbid_external=True)
        try:
            self._client = zeep.Client(
                str(contract.wsdl), transport=self._transport, settings=settings
            )
            self._service = self._client.service
            self._contexts = Contexts(self._client, caller)
            self._schema = etree.XMLSchema(file=str(contract.messages))
        except Exception:  # noqa: BLE001 - on a file that it did not expect, zeep raises anything
            raise _not_a_contract() from None
        self._schema_lock = threading.Lock()
        self._clock = clock

    def prove(self, *, search: Mapping[str, Any], verification: Mapping[str, Any] | None) -> None:
        """Make both requests, sending nothing, and prove their bodies by the schema.

        Raises:
            ConfigurationFault: the contract's files name things otherwise than we do.
        """
        for operation, content in ((_SEARCH, search), (_VERIFICATION, verification)):
            if content is not None and not self._can_ask(operation.name, content):
                raise _not_a_contract()

    def _can_ask(self, operation: str, content: Mapping[str, Any]) -> bool:
        try:
            header = self._contexts.header(operation, message_id="uuid:0", at=self._clock.now())
            request = self._client.create_message(
                self._service, operation, _soapheaders=header, **content
            )
        except Exception:  # noqa: BLE001 - likewise
            return False
        body = request.find(f"{ENVELOPE}Body/*")
        return body is not None and self._holds(body)

    def search(
        self, traits: Mapping[str, Any], *, urgency: Urgency, deadline_s: float
    ) -> Found | NotAnswered:
        """Who has these traits, by the names of `RECSANSVITALE`."""
        return self._asked(_SEARCH, traits, self._exchange(urgency, deadline_s))

    def confirms(
        self, individual: Mapping[str, Any], *, urgency: Urgency, deadline_s: float
    ) -> bool | NotAnswered:
        """Whether number and traits are of one person, by the names of `IndividuVerifie`."""
        return self._asked(_VERIFICATION, individual, self._exchange(urgency, deadline_s))

    def _exchange(self, urgency: Urgency, deadline_s: float) -> Exchange:
        return Exchange(urgency, deadline_s, message_id=f"uuid:{uuid4()}")

    def _asked(
        self, operation: "_Operation[_Read]", content: Mapping[str, Any], exchange: Exchange
    ) -> _Read | NotAnswered:
        try:
            said = self._said(operation.name, content, exchange)
            return self._read(operation, said, exchange)
        except Unanswered as unanswered:
            return unanswered.why
        except zeep.exceptions.Fault:  # one of the sender's: our question is refused, not we
            return NotAnswered(cause=Cause.MISCONFIGURED)
        except Unreadable as unreadable:
            log.warning("ameli.unreadable", kind=str(unreadable))
            return NotAnswered(cause=Cause.UNREADABLE)

    def _said(self, operation: str, content: Mapping[str, Any], exchange: Exchange) -> Any:
        """What zeep makes of the answer; None where it cannot."""
        header = self._contexts.header(
            operation, message_id=exchange.message_id, at=self._clock.now().astimezone(UTC)
        )
        with self._transport.during(exchange):
            try:
                return self._service[operation](_soapheaders=header, **content)
            except (Unanswered, zeep.exceptions.Fault):
                raise
            except Exception as error:  # noqa: BLE001 - zeep raises anything on the unexpected
                if exchange.envelope is None:  # before anything was said: the contract's files
                    log.error("ameli.cannot-ask", kind=type(error).__name__)  # noqa: TRY400 - its text may hold values
                    raise Unanswered(NotAnswered(cause=Cause.MISCONFIGURED)) from None
                log.warning("ameli.zeep-cannot-read", kind=type(error).__name__)
                return None

    def _read(self, operation: "_Operation[_Read]", said: Any, exchange: Exchange) -> _Read:
        """(2), (3): what zeep read where the schema takes it, else what our own reader reads."""
        if exchange.envelope is None:
            raise Unreadable("nothing came")
        body = exchange.envelope.body
        is_by_schema = self._holds(body)
        if said is None or not is_by_schema:
            return operation.of_element(body)
        return operation.of_zeep(said)

    def _holds(self, body: etree._Element) -> bool:
        """Whether the schema takes it; told by kinds of defects, which quote no value."""
        with self._schema_lock:
            if self._schema.validate(body):
                return True
            kinds = sorted({error.type_name for error in self._schema.error_log})
        log.warning("ameli.not-by-schema", kinds=kinds)
        return False


def _nothing(_: logging.LogRecord) -> bool:
    """A filter that lets no record through."""
    return False


def _not_a_contract() -> ConfigurationFault:
    return ConfigurationFault(
        "le contrat d'Ameli (WSDL et XSD) est absent, ou n'est pas celui que la passerelle connaît",
        "Ameli's contract (WSDL and XSD) is missing, or is not the one that the gateway knows",
    )


def _found(said: Any) -> Found:
    return reading.of_code(said.CR.CodeCR, said.INDIVIDU and _person(said.INDIVIDU))


def _person(individual: Any) -> Person:
    traits = individual.TIQ
    return reading.person(
        active=_ins(individual.INSACTIF),
        former=tuple(map(_ins, individual.INSHISTO)),
        birth_name=traits.NomNaissance,
        first_names=traits.ListePrenom,
        sex=traits.Sexe,
        birth_date=traits.DateNaissance,
        birthplace=traits.LieuNaissance,
    )


def _ins(said: Any) -> Ins:
    identifier = said.IdIndividu
    return reading.ins(number=identifier.NumIdentifiant, key=identifier.Cle, oid=said.OID)


def _confirmed(said: Any) -> bool:
    return reading.of_verification(said.CR.CodeCR, said.Verification)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Operation(Generic[_Read]):
    """An operation, and both ways to read its answer."""

    name: str
    of_zeep: Callable[[Any], _Read]
    of_element: Callable[[etree._Element], _Read]


_SEARCH: Final = _Operation(
    name="rechercherInsAvecTraitsIdentite", of_zeep=_found, of_element=reading.found
)
_VERIFICATION: Final = _Operation(
    name="verifierInsAvecTraitsIdentite", of_zeep=_confirmed, of_element=reading.confirmed
)
