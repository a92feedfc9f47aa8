"""Forms as clients of OAuth send them: RFC 6749 appendix B, strictly.

(1) UTF-8 within its bound, in the alphabet of `application/x-www-form-urlencoded`;
(2) each parameter once (§3.1, §3.2); one without a value is as if omitted.
"""

import re
from collections.abc import Mapping
from typing import Final
from urllib.parse import parse_qsl

MAX_FORM_BYTES: Final = 16 * 1024
MAX_PARAMETERS: Final = 16
_FORM: Final = re.compile(rb"(?:[A-Za-z0-9*._~+!$'(),:;@/?=&-]|%[0-9A-Fa-f]{2})*")


class MalformedForm(ValueError):
    """The body is no form of the profile."""


def parse_form(body: bytes, *, max_parameters: int = MAX_PARAMETERS) -> Mapping[str, str]:
    """The parameters that have a value; raise `MalformedForm` on any other body than a form's."""
    # (1) a form
    if len(body) > MAX_FORM_BYTES or not _FORM.fullmatch(body):
        raise MalformedForm
    if not body:
        return {}
    try:
        pairs = parse_qsl(
            body.decode("ascii"),
            keep_blank_values=True,
            strict_parsing=True,
            encoding="utf-8",
            errors="strict",
            max_num_fields=max_parameters,
        )
    except ValueError:
        raise MalformedForm from None
    # (2) each once
    if len({name for name, _ in pairs}) != len(pairs):
        raise MalformedForm
    return {name: value for name, value in pairs if value}
