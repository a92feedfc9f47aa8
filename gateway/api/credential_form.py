"""An enrolled credential as its partner is told of it."""

from gateway.model.partners import Credential
from gateway.model.parts import instant
from gateway.wire.shape import Json


def credential_form(credential: Credential) -> dict[str, Json]:
    """A credential as its partner is told of it."""
    form: dict[str, Json] = {
        "kind": credential.kind.value,
        "thumbprint": credential.thumbprint,
        "enrolledAt": instant(credential.enrolled_at),
    }
    for name, at in (
        ("expiresAt", credential.not_after),
        ("lastUsedAt", credential.last_used_at),
        ("revokedAt", credential.revoked_at),
    ):
        if at is not None:
            form[name] = instant(at)
    return form
