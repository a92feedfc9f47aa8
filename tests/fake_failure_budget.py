"""A failure budget in memory, honest to `gateway/ports/partners.py`."""

import threading
from datetime import datetime, timedelta

from gateway.model.partners import Couple, Couples


class MemoryFailureBudget:
    """Unknown couples by partner; `budgets` says whose is not the default."""

    def __init__(self, budgets: dict[str, int] | None = None) -> None:
        self.budgets = budgets or {}
        self._counted: dict[str, dict[Couple, datetime]] = {}
        self._until: dict[str, datetime] = {}
        self._lock = threading.Lock()

    def is_suspended(self, partner_id: str, *, at: datetime) -> bool:
        until = self._until.get(partner_id)
        return self.budgets.get(partner_id) == 0 or (until is not None and at < until)

    def allows(self, partner_id: str, found: Couples, *, at: datetime, is_new: bool = True) -> bool:
        with self._lock:
            return self._allows(partner_id, found, at, is_new)

    def _allows(self, partner_id: str, found: Couples, at: datetime, is_new: bool) -> bool:  # noqa: FBT001
        budget = self.budgets.get(partner_id, 50)
        if self.is_suspended(partner_id, at=at):
            return False
        day_before = at - timedelta(days=1)
        counted = self._counted.get(partner_id, {})
        counted = {couple: since for couple, since in counted.items() if since > day_before}
        everything = {**dict.fromkeys(found.unknown, at), **counted}
        is_borne = not found.unknown or len(everything) <= budget + found.known // 50
        if is_borne or is_new:
            self._counted[partner_id] = everything
        if is_new and not is_borne:
            self._until[partner_id] = at + timedelta(days=1)
        return is_borne

    def release(self, partner_id: str, *, budget: int | None = None) -> None:
        self._until.pop(partner_id, None)
        self._counted.pop(partner_id, None)
        if budget is not None:
            self.budgets[partner_id] = budget
