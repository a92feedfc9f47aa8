"""On a developer's machine a test without its means is skipped; in CI it has failed.

`CI` is what the machine says of itself: a suite that silently tests less is worse than a red one.
"""

import os

import hypothesis
import pytest

# An example's time is the machine's load, not a behaviour: no test fails for it.
hypothesis.settings.register_profile(
    "untimed", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("untimed")

MAY_BE_SKIPPED: dict[str, str] = {}
"""In CI too: the beginning of a test's id, and why."""


def _is_missed(report) -> bool:
    return (
        "CI" in os.environ
        and report.outcome == "skipped"
        and not hasattr(report, "wasxfail")
        and not report.nodeid.startswith(tuple(MAY_BE_SKIPPED))
    )


def _failed(report):
    if _is_missed(report):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        report.outcome = "failed"
        report.longrepr = f"{report.nodeid}: a test may not be skipped in CI: {reason}"
    return report


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport():
    """A test that skips itself."""
    return _failed((yield))


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report():
    """A module that skips itself."""
    return _failed((yield))
