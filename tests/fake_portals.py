"""What a provider of identity keeps, in memory, honest to `gateway/ports/portals.py`."""

import secrets
import threading
from datetime import timedelta

import msgspec

from gateway.errors import Overloaded


class MemoryPortals:
    """Portals by id; one that was removed is None."""

    def __init__(self, *portals):
        self._portals = {one.id: one for one in portals}

    def portal(self, portal_id):
        return self._portals.get(portal_id)

    def every(self):
        return [one for _, one in sorted(self._portals.items()) if one is not None]

    def add(self, portal):
        if portal.id in self._portals:
            raise ValueError("that id is, or was, a portal's")
        self._portals[portal.id] = portal

    def remove(self, portal_id):
        if self.portal(portal_id) is None:
            raise LookupError("no such portal")
        self._portals[portal_id] = None

    def replace_keys(self, portal):
        known = self.portal(portal.id)
        if known is None:
            raise LookupError("no such portal")
        self._portals[portal.id] = msgspec.structs.replace(known, keys=portal.keys)

    def replace_scopes(self, portal):
        known = self.portal(portal.id)
        if known is None:
            raise LookupError("no such portal")
        self._portals[portal.id] = msgspec.structs.replace(known, scopes=portal.scopes)

    def replace_addresses(self, portal):
        known = self.portal(portal.id)
        if known is None:
            raise LookupError("no such portal")
        self._portals[portal.id] = msgspec.structs.replace(
            known,
            redirect_uris=portal.redirect_uris,
            post_logout_redirect_uris=portal.post_logout_redirect_uris,
        )


class MemoryPortalRequests:
    def __init__(self, *, clock):
        self._clock, self._lock, self._requests = clock, threading.Lock(), {}

    def keep(self, request):
        self._requests[request.id] = request

    def renew(self, request):
        with self._lock:
            if self._live(self._requests.get(request.id)) is None:
                return False
            self._requests[request.id] = request
            return True

    def find(self, request_id):
        return self._live(self._requests.get(request_id))

    def take(self, request_id):
        with self._lock:
            return self._live(self._requests.pop(request_id, None))

    def _live(self, request):
        over = request is None or request.begun_at < self._clock.now() - timedelta(minutes=10)
        return None if over else request


class MemoryPortalGrants:
    def __init__(self, *, clock):
        self._clock, self._lock = clock, threading.Lock()
        self._codes, self._accesses = {}, {}
        self.handed = []
        """What the audit trail would tell: portal and hand-over."""
        self.is_full = False
        """Whether nothing can be written."""

    def keep_code(self, code_sha256, code):
        self._codes[code_sha256] = msgspec.structs.replace(code, is_spent=False)

    def code(self, code_sha256):
        return self._codes.get(code_sha256)

    def exchange(self, code_sha256, *, access_sha256, sealed, until, handed):
        if self.is_full:
            raise Overloaded("the database cannot write", retry_after_s=5)
        with self._lock:
            code = self._codes.get(code_sha256)
            if code is None or code.is_spent or code.until < self._clock.now():
                self._end(code_sha256)
                return False
            self._codes[code_sha256] = _spent(code)
            self._accesses[access_sha256] = (code_sha256, code.portal_id, sealed, until)
            self.handed.append((code.portal_id, handed))
            return True

    def revoke(self, code_sha256):
        with self._lock:
            self._end(code_sha256)

    def access(self, access_sha256):
        found = self._accesses.get(access_sha256)
        if found is None or found[3] < self._clock.now():
            return None
        return found[1], found[2]

    def _end(self, code_sha256):
        if code_sha256 in self._codes:
            self._codes[code_sha256] = _spent(self._codes[code_sha256])
        self._accesses = {
            digest: given for digest, given in self._accesses.items() if given[0] != code_sha256
        }


def _spent(code):
    return msgspec.structs.replace(code, is_spent=True, sealed=b"")


class MemoryPairwiseSubjects:
    def __init__(self):
        self._lock, self._subjects = threading.Lock(), {}

    def subject(self, account_id, *, sector):
        with self._lock:
            return self._subjects.setdefault((account_id, sector), secrets.token_urlsafe(24))


class MemoryPortalReturns:
    def __init__(self, *, clock):
        self._clock, self._lock, self._returns = clock, threading.Lock(), {}

    def keep(self, state, address):
        self._returns[state] = (address, self._clock.now())

    def take(self, state):
        with self._lock:
            address, begun_at = self._returns.pop(state, (None, self._clock.now()))
        return address if begun_at >= self._clock.now() - timedelta(minutes=10) else None
