"""operationId → handler. A verb of the contract without a handler fails at start, not at a call."""

from collections.abc import Awaitable, Callable
from typing import Any

import connexion
from starlette.responses import Response

from gateway.api.enquiries import Enquiries
from gateway.api.enrolment import EnrolmentDoors
from gateway.api.establishments import Establishments
from gateway.api.exchange import Exchange
from gateway.api.oauth import OAuthDoors
from gateway.api.reference import Reference
from gateway.api.submissions import Submissions
from gateway.api.verifications import Verifications
from gateway.errors import BadRequest
from gateway.model.partners import Submitter
from gateway.partners.openings import ByCredential, Opening

Handler = Callable[..., Awaitable[Response]]


def _exchange() -> Exchange:
    exchange: Exchange = connexion.request.scope[Exchange.KEY]
    return exchange


def _submitter() -> Submitter:
    submitter: Submitter = connexion.context.context["token_info"]["submitter"]
    return submitter


def _opening() -> Opening:
    opening: Opening = connexion.context.context["token_info"]["opening"]
    return opening


def _revoking() -> ByCredential:
    opening: ByCredential = connexion.context.context["token_info"]["opening"]
    return opening


def _path(name: str) -> str:
    return str(connexion.request.path_params[name])


def _query(name: str) -> str | None:
    values: list[str] = connexion.request.query_params.getlist(name)
    if len(values) > 1:
        raise BadRequest(name)
    return values[0] if values else None


class Operations:
    """Every operation of `specs/openapi/gateway.yaml` but those of the log, by its operationId."""

    def __init__(
        self,
        *,
        submissions: Submissions,
        enquiries: Enquiries,
        reference: Reference,
        enrolment: EnrolmentDoors,
        oauth: OAuthDoors,
        establishments: Establishments,
        verifications: Verifications,
    ) -> None:
        self._handlers: dict[str, Handler] = {
            "submitTransmission": lambda: submissions.submit(_exchange(), _submitter()),
            "checkTransmission": lambda: submissions.check(_exchange(), _submitter()),
            "listTransmissions": lambda: enquiries.listed(
                _exchange(), _submitter(), _query("after"), sender=_query("sender") or ""
            ),
            "readTransmission": lambda: enquiries.transmission(
                _exchange(),
                _submitter(),
                _path("id"),
                test=_query("test") == "true",
                sender=_query("sender") or "",
            ),
            "readReceipt": lambda: enquiries.receipt(_exchange(), _submitter(), _path("ackId")),
            "readReceiptLines": lambda: enquiries.lines(_exchange(), _submitter(), _path("ackId")),
            "listRules": lambda: reference.rules(_exchange()),
            "readRule": lambda: reference.rule(_exchange(), _path("code")),
            "readMe": lambda: reference.me(_exchange(), _submitter()),
            "readContacts": lambda: establishments.contacts(
                _exchange(), _submitter(), _path("siret")
            ),
            "readEstablishment": lambda: verifications.establishment(
                _exchange(), _submitter(), _path("siret"), _query("date")
            ),
            "verifyWorker": lambda: verifications.worker(_exchange(), _submitter()),
            "ping": lambda: reference.ping(_exchange(), _submitter()),
            "readEnrolment": lambda: enrolment.root_of_trust(_exchange()),
            "enrol": lambda: enrolment.enrol(_exchange(), _opening()),
            "revokeCredential": lambda: enrolment.revoke(_exchange(), _revoking()),
            "readRevocationList": lambda: enrolment.revocation_list(
                _exchange(), _path("authority")
            ),
            "readSigningKeys": lambda: reference.signing_keys(_exchange()),
            "requestToken": lambda: oauth.token(_exchange()),
            "readServerMetadata": lambda: oauth.metadata(_exchange()),
            "readTokenKeys": lambda: oauth.keys(_exchange()),
            "readLiveness": lambda: reference.live(_exchange()),
            "readReadiness": lambda: reference.ready(_exchange()),
        }

    def names(self) -> frozenset[str]:
        """The operationIds that have a handler."""
        return frozenset(self._handlers)

    def find(self, operation_id: str) -> Handler:
        """The handler of an operationId; connexion's arguments are read from the exchange instead.

        Raises:
            ValueError: there is none, so that the gateway does not start.
        """
        if operation_id not in self._handlers:
            raise ValueError(operation_id)
        handler = self._handlers[operation_id]

        async def handle(**_arguments: Any) -> Response:
            return await handler()

        handle.__name__ = operation_id
        return handle
