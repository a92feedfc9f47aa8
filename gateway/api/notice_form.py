"""A notice as its partner reads it in `Me`."""

from gateway.model.partner_notices import NoticeState, PartnerNotice
from gateway.model.parts import instant
from gateway.wire.shape import Json


def notice_form(notice: PartnerNotice, state: NoticeState) -> Json:
    """What it tells, and what became of its mail."""
    form: dict[str, Json] = {
        "kind": notice.kind.value,
        "day": notice.day.isoformat(),
        "decidedAt": instant(notice.decided_at),
        "mail": state.value,
    }
    if notice.subject:
        form["thumbprint"] = notice.subject
    if notice.days:
        form["daysAhead"] = notice.days
    return form
