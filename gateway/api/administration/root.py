"""The application of the operator's listener."""

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from gateway.api.administration.metrics import Metrics
from gateway.api.limits import App


def administration(*, metrics: Metrics) -> App:
    """`/metrics`; what is not there is 404, and every answer is never to be stored."""

    async def measured(_request: Request) -> Response:
        text = await run_in_threadpool(metrics.text)
        return Response(text, headers={"cache-control": "no-store"}, media_type=metrics.MEDIA_TYPE)

    app: App = Starlette(routes=[Route("/metrics", measured, methods=["GET"])])
    return app
