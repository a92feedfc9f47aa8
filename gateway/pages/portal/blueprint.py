"""The endpoints of `/op` as Flask serves them; what they mean is `gateway.identity.op`'s."""

from pathlib import Path
from typing import Final

from flask import Blueprint

from gateway.identity.op import OpenIdProvider
from gateway.pages.identity.shell import Shell
from gateway.pages.portal.browser_doors import BrowserDoors
from gateway.pages.portal.machine_doors import PREFIX, MachineDoors, without_a_page

_TEMPLATES: Final = Path(__file__).parent / "templates"


def portal_blueprint(*, provider: OpenIdProvider, shell: Shell) -> Blueprint:
    """The doors of `provider`, of which the issuer is our public address and `/op`."""
    blueprint = Blueprint("portal", __name__, url_prefix=PREFIX, template_folder=str(_TEMPLATES))
    browsers = BrowserDoors(provider=provider, shell=shell)
    machines = MachineDoors(provider)
    for path, methods, door in (
        ("/.well-known/openid-configuration", ["GET"], machines.metadata),
        ("/jwks.json", ["GET"], machines.keys),
        ("/token", ["POST"], machines.token),
        ("/userinfo", ["GET", "POST"], machines.userinfo),
        ("/authorize", ["GET", "POST"], browsers.authorize),
        ("/authorize/suite", ["GET"], browsers.resume),
        ("/authorize/suite", ["POST"], browsers.consent),
        ("/logout", ["GET", "POST"], browsers.sign_out),
        ("/logout/suite", ["POST"], browsers.sign_out_agreed),
    ):
        blueprint.add_url_rule(
            path,
            endpoint=door.__name__,
            view_func=door,
            methods=methods,
            provide_automatic_options=False,
        )
    blueprint.after_app_request(without_a_page)
    return blueprint
