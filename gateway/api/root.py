"""The one ASGI application: which door serves a path, and what is refused before any does."""

from collections.abc import Awaitable, Callable
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from gateway.api.documentation import Documentation
from gateway.api.exchange import Exchange
from gateway.api.identity_pages import PREFIXES, IdentityPages
from gateway.api.limits import App, challenge
from gateway.api.log import LogDoors
from gateway.api.problems import METHOD, problem_of, problem_of_code
from gateway.api.soap import SoapDoor
from gateway.errors import GatewayError


def root(
    *,
    rest: App,
    soap: SoapDoor,
    documentation: Documentation,
    log: LogDoors,
    identity: IdentityPages | None = None,
) -> App:
    """SOAP, documentation, log and pages as plain routes, connexion for the rest (design.md §2).

    `identity`: None where nobody signs in; its paths do not exist then.
    """

    async def home(_request: Any) -> RedirectResponse:
        return RedirectResponse("/docs")

    async def soap_door(request: Any) -> Response:
        serve = soap.serve if request.method == "POST" else documentation.wsdl
        return await serve(request)

    door = Route("/soap/v1", soap_door, methods=["GET", "POST"])
    door.methods = {"GET", "POST"}  # HEAD is of no use to a SOAP client
    page: Callable[[Any], Awaitable[Any]] = documentation.page
    checkpoint: Callable[[Any], Awaitable[Any]] = log.checkpoint
    tile: Callable[[Any], Awaitable[Any]] = log.tile
    starlette = Starlette(
        exception_handlers={GatewayError: _refused, HTTPException: _refused},
        routes=[
            door,
            Route("/docs", page, methods=["GET"]),
            Route("/docs/{name}", page, methods=["GET"]),
            Route("/", home, methods=["GET"]),
            Route("/log/checkpoint", checkpoint, methods=["GET"]),
            Route("/log/tile/{path:path}", tile, methods=["GET"]),
            *_pages(identity),
        ],
    )
    starlette.router.redirect_slashes = False
    starlette.router.default = rest  # a Mount at `/` would take other methods of our routes
    app: App = starlette
    return app


def _pages(identity: IdentityPages | None) -> list[Route]:
    """Whole paths, no mounts: the pages read the path as it came."""
    if identity is None:
        return []
    return [Route(prefix + rest, identity) for prefix in PREFIXES for rest in ("", "/{rest:path}")]


async def _refused(request: Any, error: Exception) -> Response:
    is_of_method = isinstance(error, HTTPException)
    problem = problem_of_code(METHOD) if is_of_method else problem_of(error)
    exchange: Exchange = request.scope[Exchange.KEY]
    if is_of_method:
        headers = {"allow": ", ".join(sorted(request.scope["route"].methods))}
    else:  # its route may take every method
        headers = {name.decode(): value.decode() for name, value in challenge(problem)}
    body = problem.json(exchange.language)
    return Response(body, problem.status, headers, "application/problem+json")
