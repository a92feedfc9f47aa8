"""What every answer of the pages says to the browser (ASVS 5.0, 3.4)."""

from typing import Final

from werkzeug.wrappers import Response

POLICY: Final = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self';"
    " frame-ancestors 'none'; base-uri 'none'"
)
"""No script, no frame, nothing from elsewhere; a form goes nowhere but to us.

Chromium holds every redirect that answers a form against `form-action`, and a provider may pass the
person on to a third address: what answers a form is therefore a page that leads there, no redirect.
"""
_UNUSED: Final = (
    *("accelerometer", "autoplay", "camera", "display-capture", "encrypted-media", "fullscreen"),
    *("geolocation", "gyroscope", "hid", "idle-detection", "magnetometer", "microphone", "midi"),
    *("payment", "publickey-credentials-get", "screen-wake-lock", "serial", "usb"),
)
_ALWAYS: Final = {
    "Content-Security-Policy": POLICY,
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": ", ".join(f"{name}=()" for name in _UNUSED),
    "Cache-Control": "no-store",
    "Vary": "Accept-Language, Cookie",
}
_OVER_TLS: Final = {"Strict-Transport-Security": "max-age=63072000; includeSubDomains"}


def with_safe_headers(response: Response, *, is_over_tls: bool) -> Response:
    """The answer with each of them; what a door stated itself stands."""
    for name, value in (_ALWAYS | (_OVER_TLS if is_over_tls else {})).items():
        response.headers.setdefault(name, value)
    return response
