"""What the mail of a notice says: French first, nothing of a person, the same each time."""

from datetime import UTC, date, datetime

import pytest

from gateway.model.partner_notices import DueNotice, MailAddress, NoticeKind, PartnerNotice
from gateway.partners.notice_texts import message_of

ADDRESS = MailAddress.parse("siseri@labo.example")


def due(kind, *, attempts=1, **changes):
    stated = {
        "partner_id": "oa-1",
        "kind": kind,
        "day": date(2027, 3, 1),
        "decided_at": datetime(2027, 2, 9, 6, tzinfo=UTC),
        "subject": "t" * 43,
        "days": 20,
    }
    return DueNotice(
        notice=PartnerNotice(**{**stated, **changes}), attempts=attempts, recipients=(ADDRESS,)
    )


@pytest.mark.parametrize("kind", NoticeKind)
def test_every_notice_is_in_french_then_in_english_and_names_the_account(kind):
    message = message_of(due(kind), environment="test")
    french, english = message.text.split("-" * 60)
    assert message.subject.startswith("[SISERI test] ")
    assert "oa-1" in french
    assert "oa-1" in english
    assert "n'y répondez pas" in french
    assert "do not reply" in english
    assert "{" not in message.subject + message.text
    assert str(ADDRESS) not in message.text


def test_a_mail_follows_from_its_notice_alone():
    kind = NoticeKind.CREDENTIAL_EXPIRES
    first = message_of(due(kind), environment="test")
    assert message_of(due(kind, attempts=7), environment="test") == first
    assert first.id == due(kind, decided_at=datetime(2027, 2, 10, tzinfo=UTC)).notice.id
    assert first.id != due(kind, days=10).notice.id


def test_the_day_is_said_as_people_say_it():
    message = message_of(due(NoticeKind.CREDENTIAL_EXPIRES), environment="test")
    assert "expire le 1er mars 2027" in message.text
    assert "expires on 1 March 2027" in message.text
    assert "20 jours avant" in message.text
    last = message_of(due(NoticeKind.CREDENTIAL_EXPIRES, days=1), environment="test")
    assert "1 jour avant" in last.text
