"""The Flask application of the pages: which door serves a path, and what is said when none can."""

import hashlib
from pathlib import Path
from typing import Final, cast

import jinja2
import structlog
from flask import Blueprint, Flask, Response, request
from werkzeug.exceptions import HTTPException, MethodNotAllowed

from gateway.errors import (
    BadRequest,
    NotAuthorised,
    NotFound,
    Overloaded,
    Refusal,
    SignInRefused,
    place_of,
)
from gateway.model.federation import SignInFailure
from gateway.pages.identity.headers import with_safe_headers
from gateway.pages.identity.own_sessions import LEAVE, OwnSessionDoors, WayBack
from gateway.pages.identity.parameters import MAX_BYTES, query_of
from gateway.pages.identity.refusals import Trouble, What
from gateway.pages.identity.shell import EXPLANATIONS, HELP, Shell, plainly_broken
from gateway.pages.identity.signing_in import (
    CHOICE,
    SLUGS,
    PortalName,
    PortalWish,
    SigningInDoors,
)
from gateway.pages.typography import typeset

_HERE: Final = Path(__file__).parent
_SLUG: Final = f"<any({', '.join(SLUGS)}):slug>"
_TROUBLES: Final[dict[int, What]] = {
    404: Trouble.NOT_FOUND,
    405: Trouble.NOT_ALLOWED,
    413: Trouble.TOO_LARGE,
}
_REFUSALS: Final[dict[type[Refusal], What]] = {
    NotFound: Trouble.NOT_FOUND,
    NotAuthorised: Trouble.FORM_REFUSED,
    BadRequest: Trouble.UNREADABLE,
    Overloaded: Trouble.FULL,
}
log = structlog.get_logger(__name__)


def create_app(
    *,
    shell: Shell,
    portal: Blueprint | None = None,
    portal_wish: PortalWish | None = None,
    portal_name: PortalName | None = None,
    way_back: WayBack | None = None,
) -> Flask:
    """The pages under `/identite`, with those of the portal's provider under `/op` beside them.

    `portal` is that blueprint, made with the same `shell`; `portal_wish` says what its requests
    that wait ask for, `portal_name` whose they are; `way_back` leads to a portal that asked to sign
    out. It serves whole paths: who mounts it leaves the path as it came. It keeps no
    session of its own and is never in debug.
    """
    app = Flask("gateway.pages.identity", static_folder=None, root_path=str(_HERE))
    app.config.update(
        MAX_CONTENT_LENGTH=MAX_BYTES, MAX_FORM_MEMORY_SIZE=MAX_BYTES, MAX_FORM_PARTS=16
    )
    app.logger.disabled = True  # what Flask would log holds what was sent
    app.jinja_env.autoescape = True
    app.jinja_env.undefined = jinja2.StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.filters["typeset"] = typeset
    signing_in = SigningInDoors(
        shell=shell, portal_wish=portal_wish or _nothing, portal_name=portal_name or _nothing
    )
    _add_doors(app, shell, signing_in, OwnSessionDoors(shell, way_back=way_back or _nothing))
    _add_files(app)
    if portal is not None:
        app.register_blueprint(portal)
    _add_refusals(app, shell)
    is_over_tls = shell.public_address.startswith("https://")
    app.after_request(
        lambda given: cast("Response", with_safe_headers(given, is_over_tls=is_over_tls))
    )
    return app


def _nothing(_id: str) -> None:
    """Where no portal is served, none asks for anything."""


def _add_doors(app: Flask, shell: Shell, signing_in: SigningInDoors, own: OwnSessionDoors) -> None:

    def explained() -> Response:
        """`GET /identite/aide`: every error page, in words."""
        known = {what.value: what for what in EXPLANATIONS["fr"]}
        asked = known.get(query_of(request, {"erreur": 32}).get("erreur", ""))
        return shell.page(
            "identity/help.html.j2",
            other_language=HELP if asked is None else f"{HELP}?erreur={asked.value}",
            explanations=EXPLANATIONS[shell.language],
            asked=asked,
        )

    for path, method, door in (
        (CHOICE, "GET", signing_in.choose),
        (f"{CHOICE}/{_SLUG}", "POST", signing_in.depart),
        (f"{CHOICE}/{_SLUG}/retour", "GET", signing_in.arrive),
        (f"{CHOICE}/rattachement", "GET", signing_in.second_path),
        (f"{CHOICE}/rattachement", "POST", signing_in.type_nir),
        (f"{CHOICE}/sessions", "GET", own.sessions),
        (f"{CHOICE}/sessions/fin", "POST", own.end),
        (LEAVE, "GET", own.confirm),
        (LEAVE, "POST", own.leave),
        (f"{LEAVE}/retour", "GET", own.left),
        (HELP, "GET", explained),
    ):
        app.add_url_rule(
            path,
            endpoint=door.__name__,
            view_func=door,
            methods=[method],
            provide_automatic_options=False,
        )


def _add_files(app: Flask) -> None:
    """What is the same for everybody, read once."""
    files = {
        "style.css": ((_HERE / "style.css").read_bytes(), "text/css; charset=utf-8"),
        "icone.svg": ((_HERE / "icon.svg").read_bytes(), "image/svg+xml"),
    }

    def file(name: str) -> Response:
        content, media_type = files[name]
        response = Response(content, content_type=media_type)
        response.set_etag(hashlib.sha256(content).hexdigest()[:32])
        response.headers["Cache-Control"] = "public, max-age=300"
        response.headers["Vary"] = "Accept-Encoding"
        return cast("Response", response.make_conditional(request))

    for name in files:
        app.add_url_rule(
            f"{CHOICE}/{name}",
            endpoint=name.replace(".", "-"),
            view_func=file,
            defaults={"name": name},
            methods=["GET"],
            provide_automatic_options=False,
        )


def _add_refusals(app: Flask, shell: Shell) -> None:
    def not_taken(error: Exception) -> Response:
        try:
            return _refusal(shell, error)
        except Exception as fault:  # noqa: BLE001 - the page itself fails: nothing may leak
            log.error("pages.failed", error=type(fault).__name__, at=place_of(fault))  # noqa: TRY400
            return plainly_broken()

    app.register_error_handler(Exception, not_taken)


def _refusal(shell: Shell, error: Exception) -> Response:
    if isinstance(error, HTTPException):
        response = shell.refused(_TROUBLES.get(error.code or 500, Trouble.UNREADABLE))
        if isinstance(error, MethodNotAllowed) and error.valid_methods:
            response.headers["Allow"] = ", ".join(sorted(error.valid_methods))
        return response
    if isinstance(error, SignInRefused):
        return shell.refused(SignInFailure(error.failure), step=error.step)
    for kind, trouble in _REFUSALS.items():
        if isinstance(error, Refusal) and isinstance(error, kind):
            return shell.refused(trouble, step=error.detail)
    return shell.refused(Trouble.BROKEN, error=type(error).__name__, at=place_of(error))
