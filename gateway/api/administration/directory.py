"""The register writes its directory: `PUT /v1/directory/…`, on the operator's listener alone.

(1) One Host, and one of this listener's (RFC 9112 §3.2): a page in an operator's browser does not
reach it by a name of its own. (2) The register's own bearer token (RFC 6750 §2.1), which is no
partner's. (3) Then the media type, then the body within its bounds. Nothing is read before (1, 2).
"""

from collections.abc import Callable
from functools import partial
from typing import Final, TypeAlias

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from gateway.api.exchange import Exchange
from gateway.api.replies import JSON, reply
from gateway.directory import BadRow, ContactImport, DecisionImport, DirectoryImport
from gateway.directory.report_form import report_form
from gateway.errors import NotAuthenticated
from gateway.model.audit import Actor, ActorKind
from gateway.model.background import Task
from gateway.ports.background import Soon
from gateway.ports.directory_writing import RegisterTokens
from gateway.wire.canonical import jcs

MAX_BAD_ROWS: Final = 1000
"""Bad rows named in an answer; `refused` counts them all."""
_CSV: Final = frozenset({"text/csv"})
Importing: TypeAlias = DirectoryImport | ContactImport | DecisionImport
ImportingBy: TypeAlias = Callable[[Actor], Importing]
"""An import in the name of whom the audit trail is to tell."""


class DirectoryDoor:
    """Bodies in the form of `directory import`, by the same code."""

    def __init__(
        self,
        *,
        tokens: RegisterTokens,
        workers: ImportingBy,
        contacts: ImportingBy,
        decisions: ImportingBy,
        background: Soon | None = None,
    ) -> None:
        """`background` is asked to judge again, once verdicts may change; None, nobody is."""
        self._tokens = tokens
        self._background = background
        self._workers = workers
        self._contacts = contacts
        self._decisions = decisions

    async def workers(self, request: Request) -> Response:
        """`PUT /v1/directory/workers`: workers, contracts, attachments."""
        return await self._serve(request, self._workers)

    async def contacts(self, request: Request) -> Response:
        """`PUT /v1/directory/contacts`: who stands for an establishment."""
        return await self._serve(request, self._contacts)

    async def decisions(self, request: Request) -> Response:
        """`PUT /v1/directory/decisions`: what physicians decided on doses."""
        return await self._serve(request, self._decisions)

    async def _serve(self, request: Request, importing: ImportingBy) -> Response:
        exchange: Exchange = request.scope[Exchange.KEY]
        scheme, _, token = (exchange.header("authorization") or "").partition(" ")
        is_bearer = scheme.lower() == "bearer"
        name = await run_in_threadpool(partial(self._tokens.name_of, token)) if is_bearer else None
        if name is None:
            raise NotAuthenticated
        exchange.media_type(_CSV)
        body = await exchange.body()
        own = importing(Actor(ActorKind.REGISTER, name))
        return await run_in_threadpool(partial(self._take_in, own, body))

    def _take_in(self, importing: Importing, body: bytes) -> Response:
        """Import `body`; one at a time, whatever the process (`ImportUnderWay`)."""
        bad: list[BadRow] = []

        def note(row: BadRow) -> None:
            if len(bad) < MAX_BAD_ROWS:
                bad.append(row)

        report = importing.run(body, on_bad=note)
        if report.version is not None:
            self._have_held_lines_judged()
        return reply(jcs(report_form(report, bad)), JSON)

    def _have_held_lines_judged(self) -> None:
        """Soon, by whichever process is free."""
        if self._background is not None:
            self._background.soon(Task.JUDGE_AGAIN)
