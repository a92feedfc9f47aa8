"""The application of the operator's listener."""

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route

from gateway.api.administration.directory import DirectoryDoor
from gateway.api.administration.metrics import Metrics
from gateway.api.exchange import PUBLISHED_PACE, Exchange, Pace
from gateway.api.limits import App, Limits, challenge
from gateway.api.problems import METHOD, problem_of, problem_of_code
from gateway.errors import GatewayError, NotFound


def administration(
    *,
    metrics: Metrics,
    directory: DirectoryDoor,
    hosts: frozenset[str],
    pace: Pace = PUBLISHED_PACE,
) -> App:
    """`/metrics` and `PUT /v1/directory/…`; what is not there is 404, nothing is to be stored.

    Its document is `specs/openapi/administration.yaml`.

    `hosts` are the names by which the directory may be addressed; figures answer to any.
    """

    async def measured(_request: Request) -> Response:
        text = await run_in_threadpool(metrics.text)
        return Response(text, headers={"cache-control": "no-store"}, media_type=metrics.MEDIA_TYPE)

    writing = Starlette(
        exception_handlers={GatewayError: _refused, HTTPException: _refused},
        routes=[
            Route("/workers", directory.workers, methods=["PUT"]),
            Route("/contacts", directory.contacts, methods=["PUT"]),
            Route("/decisions", directory.decisions, methods=["PUT"]),
        ],
    )
    writing.router.redirect_slashes = False
    app: App = Starlette(
        routes=[
            Route("/metrics", measured, methods=["GET"]),
            Mount("/v1/directory", Limits(writing, hosts=hosts, pace=pace)),
        ]
    )
    return app


async def _refused(request: Request, error: Exception) -> Response:
    if isinstance(error, HTTPException):
        is_of_method = error.status_code == 405  # noqa: PLR2004
        problem = problem_of_code(METHOD) if is_of_method else problem_of(NotFound())
    else:
        problem = problem_of(error)
    exchange: Exchange = request.scope[Exchange.KEY]
    headers = {name.decode(): value.decode() for name, value in challenge(problem)}
    if problem.status == 405:  # noqa: PLR2004
        headers["allow"] = "PUT"
    text = problem.json(exchange.language)
    return Response(text, problem.status, headers, "application/problem+json")
