"""Credentials and spent assertions in memory, honest to `gateway/ports/partners.py`."""

import threading
from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec

from gateway.model.partners import Credential, CredentialKind
from tests.fakes import MemoryPartnerRegister


class MemoryCredentials:
    """Credentials by thumbprint."""

    def __init__(self, *, register: MemoryPartnerRegister) -> None:
        self._register = register
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
        known = [partner.id for partner in self._register.enrolled()]
        if credential.partner_id not in known:
            raise LookupError("no such partner")
        if credential.thumbprint in self._credentials:
            raise ValueError("that key was enrolled before")
        live = [
            one
            for one in self.credentials_of(credential.partner_id)
            if one.kind is credential.kind
            and one.revoked_at is None
            and (one.not_after is None or one.not_after > credential.enrolled_at)
        ]
        if len(live) >= 2:
            raise ValueError("every slot is taken")
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
