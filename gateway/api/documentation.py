"""The contract as served: WSDL and schemas under our configured address, and the REST page.

Files are read once at start, from an allow-list: no name of a request ever reaches the disk.
"""

import hashlib
import html
import re
from pathlib import Path
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

import specs
from gateway.api.exchange import Exchange
from gateway.api.problems import REFUSALS
from gateway.errors import NotFound

_PAGES: Final = Path(__file__).parent.parent / "pages" / "documentation"
_CONTENT_TYPES: Final = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".yaml": "application/yaml",
}
POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
    " connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_WSDL: Final = "wsdl/gateway.wsdl"
_SCHEMAS: Final = {
    "service": "xsd/service/1.0/service.xsd",
    "transmission": "xsd/transmission/1.0/transmission.xsd",
    "acknowledgement": "xsd/acknowledgement/1.0/acknowledgement.xsd",
    "xmldsig": "xsd/vendor/xmldsig-core-schema.xsd",
}
_LOCATION: Final = re.compile(r'schemaLocation="[^"]*?([^/"]+)\.xsd"')
_ADDRESS: Final = re.compile(r'location="https://gateway\.invalid/soap/v1"')
_BY_FILE: Final = {Path(file).stem: name for name, file in _SCHEMAS.items()}


class Documentation:
    """What anyone may read: the contract, which says nothing of anybody."""

    def __init__(self, *, public_address: str) -> None:
        """`public_address` is where partners reach us: never taken from a request."""
        soap = f"{public_address}/soap/v1"
        self._wsdl = _ADDRESS.sub(f'location="{soap}"', _located(_WSDL, soap)).encode()
        self._schemas = {name: _located(file, soap).encode() for name, file in _SCHEMAS.items()}
        self._pages = {
            name: (_PAGES / name).read_bytes()
            for name in (
                *("index.fr.html", "index.en.html"),
                *("start.js", "swagger-ui-bundle.js", "swagger-ui.css"),
            )
        }
        self._pages["errors.html"] = _errors_page().encode()
        self._pages["openapi.yaml"] = specs.path("openapi/gateway.yaml").read_bytes()

    async def wsdl(self, request: Request) -> Response:
        """`GET /soap/v1?wsdl` and `?xsd=NAME`."""
        query = request.url.query
        if query.lower() == "wsdl":
            return _file(request, self._wsdl, "text/xml; charset=utf-8")
        name, _, value = query.partition("=")
        if name.lower() == "xsd" and value in self._schemas:
            return _file(request, self._schemas[value], "text/xml; charset=utf-8")
        raise NotFound

    async def page(self, request: Request) -> Response:
        """`GET /docs` and what it needs."""
        exchange: Exchange = request.scope[Exchange.KEY]
        name = request.path_params.get("name", "index.html")
        language = exchange.language if name == "index.html" else ""
        name = {"index.html": f"index.{language}.html", "errors": "errors.html"}.get(name, name)
        if name not in self._pages:
            raise NotFound
        response = _file(request, self._pages[name], _CONTENT_TYPES[Path(name).suffix])
        response.headers["content-security-policy"] = POLICY
        response.headers["vary"] = "Accept-Language"
        if language:
            response.headers["content-language"] = language
        elif name == "errors.html":
            response.headers["content-language"] = "fr, en"
        return response


def _errors_page() -> str:
    """Every unsigned refusal, in French and English, each at the anchor that `type` names."""
    rows = "".join(
        f'<tr id="{code}"><th scope="row">{code}</th><td>{said.status}</td>'
        f'<td>{html.escape(said.fr)}</td><td lang="en">{html.escape(said.en)}</td></tr>'
        for code, said in sorted(REFUSALS.items())
    )
    return (
        '<!DOCTYPE html><html lang="fr"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        "<title>Refus non signés — Unsigned refusals</title></head><body><main>"
        '<h1>Refus non signés <span lang="en">— Unsigned refusals</span></h1><table>'
        '<thead><tr><th scope="col">Code</th><th scope="col">HTTP</th>'
        f'<th scope="col">Français</th><th scope="col">English</th></tr></thead><tbody>{rows}'
        "</tbody></table></main></body></html>"
    )


def _located(file: str, soap: str) -> str:
    """A contract file whose imports are addresses of ours."""
    text = specs.path(file).read_text(encoding="utf-8")
    return _LOCATION.sub(
        lambda found: (
            f'schemaLocation="{soap}?xsd={_BY_FILE[found[1]]}"'
            if found[1] in _BY_FILE
            else found[0]
        ),
        text,
    )


def _file(request: Request, content: bytes, media_type: str) -> Response:
    tag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    headers = {"etag": tag, "cache-control": "public, max-age=300"}
    if request.headers.get("if-none-match") == tag:
        return Response(None, 304, headers)
    return Response(content, 200, headers, media_type)
