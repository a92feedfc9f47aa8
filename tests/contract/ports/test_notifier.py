"""What `ports.Notifier` promises, over every implementation: it tells, and names no person."""

from datetime import UTC, datetime

import pytest
import structlog

from gateway.model.enrolment import RefusedEnrolment
from gateway.partners.installed import LoggedNotices

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)


@pytest.mark.parametrize("notifier", [LoggedNotices()], ids=["log"])
def test_what_becomes_of_a_credential_is_told(notifier: LoggedNotices) -> None:
    with structlog.testing.capture_logs() as told:
        notifier.enrolled("oa-1", "t" * 43, NOON)
        notifier.revoked("oa-1", "t" * 43, NOON)
        notifier.refused(RefusedEnrolment(partner_id="oa-1", at=NOON, code="K002"))
    assert [one["event"] for one in told] == [
        "credential enrolled", "credential revoked", "credential refused",
    ]  # fmt: skip
    assert all(one["partner"] == "oa-1" for one in told)
    assert told[2]["code"] == "K002"
