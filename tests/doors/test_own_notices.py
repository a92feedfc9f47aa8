"""What a partner was told by mail is read in `/v1/me`, by that partner alone."""

from datetime import date

import pytest

from gateway.model.partner_notices import NoticeKind, NoticeState, PartnerNotice
from tests import running


@pytest.fixture
def gateway(tmp_path):
    with running.loop() as portal:
        found = running.Running(tmp_path, portal=portal)
        yield found
        found.close()


def test_a_partner_reads_its_notices_and_no_other_does(gateway):
    notice = PartnerNotice(
        partner_id="laboratory",
        kind=NoticeKind.CREDENTIAL_EXPIRES,
        day=date(2026, 12, 30),
        decided_at=running.NOW,
        subject="t" * 43,
        days=40,
    )
    gateway.store.notices.decide([notice])
    stated = {
        "kind": "CREDENTIAL_EXPIRES",
        "day": "2026-12-30",
        "decidedAt": "2026-11-20T09:00:00.000Z",
        "mail": "WAITING",
        "thumbprint": "t" * 43,
        "daysAhead": 40,
    }
    assert gateway.get("/v1/me").form["notices"] == [stated]
    assert "notices" not in gateway.get("/v1/me", by="operator").form
    gateway.store.notices.settle(notice.id, NoticeState.SENT, at=running.NOW)
    assert gateway.get("/v1/me").form["notices"] == [{**stated, "mail": "SENT"}]


def test_who_asks_has_come_that_day(gateway):
    gateway.get("/v1/me")
    seen = dict(gateway.store.life.last_seen())
    assert seen["laboratory"] == running.NOW.date()
