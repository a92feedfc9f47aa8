"""On a developer's machine a test without its means is skipped; in CI it has failed.

`CI` is what the machine says of itself: a suite that silently tests less is worse than a red one.
"""

import logging
import os

import hypothesis
import pytest

# An example's time is the machine's load, not a behaviour: no test fails for it.
hypothesis.settings.register_profile(
    "untimed", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("untimed")


@pytest.fixture(autouse=True)
def _log_as_before():
    """A command sends the records of its process to the error output, which ends with its test."""
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    yield
    root.handlers, root.level = handlers, level


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
