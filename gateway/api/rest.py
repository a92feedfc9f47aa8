"""The REST door: connexion routes, documents and secures what `specs/openapi/gateway.yaml` says.

All parsing is ours (design.md D4): a validator that lets every body through is registered for each
media type, and connexion's own texts, which echo the offending value, never reach an answer.
"""

import logging
import re
from typing import Any, Final

import connexion
from connexion.datastructures import MediaTypeDict
from connexion.exceptions import (
    BadRequestProblem,
    OAuthProblem,
    ProblemException,
    UnsupportedMediaTypeProblem,
)
from connexion.lifecycle import ConnexionRequest, ConnexionResponse
from connexion.middleware.context import ContextMiddleware
from connexion.middleware.exceptions import ExceptionMiddleware
from connexion.middleware.lifespan import LifespanMiddleware
from connexion.middleware.request_validation import RequestValidationMiddleware
from connexion.middleware.routing import RoutingMiddleware
from connexion.middleware.security import SecurityMiddleware
from connexion.resolver import Resolver
from connexion.security import AbstractSecurityHandler
from connexion.validators import AbstractRequestBodyValidator
from connexion.validators.parameter import ParameterValidator
from starlette.exceptions import HTTPException

from gateway.api.exchange import Exchange
from gateway.api.lanes import Admission, Lanes
from gateway.api.limits import App, challenge
from gateway.api.operations import Operations
from gateway.api.problems import METHOD, Problem, problem_of, problem_of_code
from gateway.errors import (
    BadRequest,
    GatewayError,
    NotAuthenticated,
    NotAuthorised,
    NotFound,
    UnsupportedMediaType,
)
from gateway.model.directory import Partner
from gateway.model.partners import RequestFacts
from gateway.model.scopes import Scope
from gateway.partners.authentication import Authentication
from gateway.partners.openings import Openings
from gateway.wire import json
from gateway.wire.shape import Json

_BY_STATUS: Final[dict[int, type[GatewayError]]] = {
    400: BadRequest,
    401: NotAuthenticated,
    403: NotAuthorised,
    404: NotFound,
    415: UnsupportedMediaType,
}


_MEDIA_TYPES: Final = (
    *("application/json", "application/xml", "application/x-www-form-urlencoded"),
    *("text/xml", "*/*"),
)
_LOG: Final = "/log/"
_ENROLMENT: Final = "siseri-enrolment"
_REVOCATION: Final = "siseri-revocation"
"""`bearerFormat` of the two schemes that open enrolment rather than the flow."""


class _LetThrough(AbstractRequestBodyValidator):  # type: ignore[misc]
    """Reads nothing: the flow does, within our bounds."""

    async def wrap_receive(self, receive: Any, *, scope: Any) -> tuple[Any, Any]:
        return receive, scope


def _security(
    authentication: Authentication, openings: Openings, lanes: Lanes, admission: Admission
) -> type[AbstractSecurityHandler]:
    def proven(facts: RequestFacts) -> tuple[Partner, frozenset[Scope], dict[str, Any]]:
        submitter = authentication.of(facts)
        return submitter.partner, submitter.scopes, {"submitter": submitter}

    def opened(facts: RequestFacts) -> tuple[Partner, frozenset[Scope], dict[str, Any]]:
        opening = openings.opened(facts)
        return opening.partner, frozenset(), {"opening": opening}

    def revoking(facts: RequestFacts) -> tuple[Partner, frozenset[Scope], dict[str, Any]]:
        opening = openings.revoking(facts)
        return opening.partner, frozenset(), {"opening": opening}

    by_format = {_ENROLMENT: opened, _REVOCATION: revoking}

    class Proven(AbstractSecurityHandler):  # type: ignore[misc]
        """The schemes of the contract, by our own steps; then the scopes of the operation."""

        def get_fn(self, scheme: Any, scopes: list[str]) -> Any:
            step = by_format.get(scheme.get("bearerFormat"), proven)
            needed = frozenset(map(Scope, scopes))

            async def verify(request: ConnexionRequest) -> dict[str, Any]:
                exchange: Exchange = request.scope[Exchange.KEY]
                try:
                    partner, granted, known = await lanes.read(lambda: step(exchange.facts))
                except NotAuthenticated:
                    raise OAuthProblem from None
                if not needed <= granted:
                    raise NotAuthorised
                admission.admit(partner.id, exchange)
                return {"sub": partner.id, **known}

            return verify

    return Proven


def _error_of(error: Exception) -> Problem:
    if isinstance(error, OAuthProblem):
        return problem_of(NotAuthenticated())
    if isinstance(error, BadRequestProblem):
        return problem_of(BadRequest())
    if isinstance(error, UnsupportedMediaTypeProblem):
        return problem_of(UnsupportedMediaType())
    status = getattr(error, "status", getattr(error, "status_code", None))
    if status == 405:  # noqa: PLR2004
        return problem_of_code(METHOD)
    if isinstance(error, (ProblemException, HTTPException)) and status in _BY_STATUS:
        return problem_of(_BY_STATUS[status]())
    return problem_of(error)


def _methods(document: dict[str, Json]) -> list[tuple[re.Pattern[str], str]]:
    """By path, what the `Allow` of a 405 says (RFC 9110 §15.5.6); who has GET has HEAD."""
    return [
        (
            re.compile(re.sub(r"\\{\w+\\}", "[^/]+", re.escape(path))),
            ", ".join(sorted({*map(str.upper, item), *(["HEAD"] if "get" in item else ())})),
        )
        for path, item in document["paths"].items()
    ]


def _routed_here() -> dict[str, Json]:
    """The document without the evidence log, which `root` serves as files are served."""
    document = json.openapi()
    paths = document["paths"].items()
    return {**document, "paths": {at: item for at, item in paths if not at.startswith(_LOG)}}


def _renderer(methods: list[tuple[re.Pattern[str], str]]) -> Any:
    async def render(request: ConnexionRequest, error: Exception) -> ConnexionResponse:
        exchange: Exchange = request.scope[Exchange.KEY]
        problem = _error_of(error)
        headers = {name.decode(): value.decode() for name, value in challenge(problem)}
        if problem.code == METHOD:
            path = request.scope["path"]
            headers["allow"] = next(
                (allowed for known, allowed in methods if known.fullmatch(path)), ""
            )
        return ConnexionResponse(
            status_code=problem.status,
            mimetype="application/problem+json",
            content_type="application/problem+json",
            body=problem.json(exchange.language),
            headers={**headers, "connection": "close"},
        )

    return render


def rest_app(
    *,
    operations: Operations,
    authentication: Authentication,
    openings: Openings,
    lanes: Lanes,
    admission: Admission,
) -> App:
    """The ASGI application of the REST door.

    Raises:
        ValueError: the contract names an operation that has no handler.
    """
    logger = logging.getLogger("connexion")  # its records hold offending values
    logger.addHandler(logging.NullHandler())
    logger.propagate = False
    logger.setLevel(logging.CRITICAL + 1)
    application = connexion.AsyncApp(
        __name__,
        middlewares=[
            ExceptionMiddleware,
            RoutingMiddleware,
            SecurityMiddleware,
            RequestValidationMiddleware,
            LifespanMiddleware,
            ContextMiddleware,
        ],
    )
    document = _routed_here()
    render = _renderer(_methods(document))
    security = _security(authentication, openings, lanes, admission)
    application.add_api(
        document,
        resolver=Resolver(operations.find),
        strict_validation=True,
        validate_responses=False,
        validator_map={
            "body": MediaTypeDict(dict.fromkeys(_MEDIA_TYPES, _LetThrough)),
            "parameter": ParameterValidator,
        },
        security_map={"oauth2": security, "bearer": security},
    )
    for kind in (ProblemException, HTTPException, GatewayError, Exception):
        application.add_error_handler(kind, render)
    app: App = application
    return app
