"""French, unless English is asked for: by a link, by one followed before, or by the browser."""

from typing import Final

from flask import Request
from werkzeug.wrappers import Response

from gateway.pages.identity import cookies

PARAMETER: Final = "lang"
_ONES: Final = ("fr", "en")


def language_of(request: Request) -> str:
    """`fr` or `en`."""
    for chosen in (request.args.get(PARAMETER), request.cookies.get(cookies.LANGUAGE)):
        if chosen in _ONES:
            return str(chosen)
    return request.accept_languages.best_match(_ONES, default="fr")


def remember(request: Request, response: Response) -> None:
    """What a link asked for holds on the way back from a provider too."""
    chosen = request.args.get(PARAMETER)
    if chosen in _ONES and request.cookies.get(cookies.LANGUAGE) != chosen:
        cookies.put(response, cookies.LANGUAGE, str(chosen))
