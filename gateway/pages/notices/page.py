"""A notice as one HTML page: self-contained, without a script, under a policy that allows none."""

import base64
import hashlib
from pathlib import Path
from typing import Final

import jinja2
from markupsafe import Markup

from gateway.model.notice import Notice
from gateway.model.verdict import Verdict
from gateway.pages.notices import titles
from gateway.pages.notices.layout import Layout, said
from gateway.pages.notices.sheet import sheet
from gateway.pages.notices.wording import wording
from gateway.pages.typography import typeset

_HERE: Final = Path(__file__).parent


class NoticeRenderer:
    """Renders notices for people; whoever serves them says which, to whom and in what language."""

    def __init__(self, *, public_address: str) -> None:
        """`public_address` is where partners reach us: addresses on a page are read on paper."""
        self._public_address = public_address
        style = (_HERE / "notice.css").read_text(encoding="utf-8")
        digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
        self._allowed = (
            f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
        )
        environment = jinja2.Environment(
            loader=jinja2.FileSystemLoader(_HERE),
            autoescape=True,
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
        )
        environment.filters["typeset"] = typeset
        # the file is ours; its digest stands in the policy, so that no other style applies
        environment.globals["style"] = Markup(style)  # noqa: S704
        self._template = environment.get_template("notice.html.j2")

    @property
    def policy(self) -> str:
        """The Content-Security-Policy of the page as served."""
        return f"{self._allowed}; frame-ancestors 'none'"

    def html(self, notice: Notice, language: str) -> bytes:
        """The page, UTF-8. It keeps its policy when it is saved (CSP 3 §3.3)."""
        words, layout = wording(language), Layout(notice, language)
        acknowledgement = notice.acknowledgement
        is_signed = notice.canonical_sha256 is not None
        counts = acknowledgement.counts
        page = self._template.render(
            w=words,
            t=titles,
            said=lambda text: said(text, words.language),
            policy=self._allowed,
            address=self._public_address,
            title=titles.title_of(acknowledgement) if is_signed else titles.title_of_check(),
            happened=titles.title_of(acknowledgement).what,
            is_signed=is_signed,
            a=acknowledgement,
            canonical_sha256=notice.canonical_sha256,
            given=notice.given,
            tasks=layout.tasks(),
            whole=layout.findings(acknowledgement.findings),
            has_verdicts=counts is not None,
            can_be_fixed=is_signed
            and any(line.verdict is Verdict.REJECTED for line in notice.lines),
            lines=layout.lines(),
            lines_known=len(notice.lines),
            lines_total=acknowledgement.lines_total or 0,
        )
        return page.encode()

    def csv(self, notice: Notice, language: str, *, lines_alone: bool = False) -> bytes:
        """The sheet, UTF-8: see `sheet`."""
        return sheet(notice, language, lines_alone=lines_alone)
