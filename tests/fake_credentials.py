"""Credentials and spent assertions in memory, honest to `gateway/ports/partners.py`."""

import threading
from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec

from gateway.model.partners import Credential, CredentialKind


class MemoryCredentials:
    """Credentials by thumbprint."""

    def __init__(self) -> None:
        self._credentials: dict[str, Credential] = {}

    def credential(self, thumbprint: str) -> Credential | None:
        return self._credentials.get(thumbprint)

    def credentials_of(self, partner_id: str) -> Sequence[Credential]:
        own = [one for one in self._credentials.values() if one.partner_id == partner_id]
        return sorted(own, key=lambda one: (one.enrolled_at, one.id))

    def certificates(self) -> Sequence[str]:
        held = self._credentials.values()
        return sorted(one.thumbprint for one in held if one.kind is CredentialKind.CERTIFICATE)

    def every(self) -> Sequence[Credential]:
        return sorted(self._credentials.values(), key=lambda one: (one.enrolled_at, one.id))

    def note_use(self, credential: Credential, at: datetime) -> None:
        last = credential.last_used_at
        if last is None or at >= last + timedelta(hours=1):
            self._credentials[credential.thumbprint] = msgspec.structs.replace(
                self._credentials[credential.thumbprint], last_used_at=at
            )

    def enrol(self, credential: Credential) -> None:
        """Put it on record as it stands."""
        self._credentials[credential.thumbprint] = credential

    def revoke(self, partner_id: str, thumbprint: str, at: datetime) -> None:
        held = self._credentials.get(thumbprint)
        if held is None or held.partner_id != partner_id:
            raise LookupError("no such credential")
        if held.revoked_at is None:
            self._credentials[thumbprint] = msgspec.structs.replace(held, revoked_at=at)

    def allow_rsa_pkcs1_v15(self, partner_id: str, thumbprint: str, *, is_allowed: bool) -> None:
        held = self._credentials.get(thumbprint)
        is_theirs = held is not None and held.partner_id == partner_id
        if not is_theirs or held.kind is not CredentialKind.CERTIFICATE:
            raise LookupError("no such certificate")
        self._credentials[thumbprint] = msgspec.structs.replace(
            held, allows_rsa_pkcs1_v15=is_allowed
        )


class MemorySpentAssertions:
    """Assertions until they could not be taken any more."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._until: dict[tuple[str, str], datetime] = {}

    def spend(self, issuer: str, jti: str, *, until: datetime, now: datetime) -> bool:
        with self._lock:
            self._until = {key: end for key, end in self._until.items() if end >= now}
            if (issuer, jti) in self._until:
                return False
            self._until[issuer, jti] = until
            return True
