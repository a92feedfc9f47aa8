"""Enrolling as a partner does: keys made, statements signed, offers written."""

import base64
from datetime import timedelta

from cryptography.hazmat.primitives.serialization import Encoding

from gateway.partners.invitations import digest_of_invitation, new_invitation
from gateway.wire.canonical import jcs
from signing.held_key import Kind, new_key, request_of
from signing.partner_certificate import certificate_thumbprint
from signing.partner_key import public_jwk_of, thumbprint_of
from signing.possession import (
    ENROLMENT,
    RENEWAL,
    REVOCATION,
    Statement,
    digest_of,
    sign_statement,
)
from tests.partner_pki import der
from tests.running import HOST

GATEWAY = f"http://{HOST}"
JSON = {"content-type": "application/json"}


def base64_of(octets):
    return base64.b64encode(octets).decode("ascii")


def invite(running, partner="laboratory", *, days=14):
    """An invitation for that partner, as `partner add` makes it."""
    secret, now = new_invitation(), running.clock.now()
    running.store.enrolments.invite(
        partner,
        digest=digest_of_invitation(secret),
        issued_at=now,
        expires_at=now + timedelta(days=days),
    )
    return secret


def said(typ, subject, *, invitation=None, audience=GATEWAY):
    nonce = None if invitation is None else digest_of(invitation)
    return Statement(typ=typ, audience=audience, subject=subject, nonce=nonce)


def of_key(key, *, invitation=None, now, by=None, **changes):
    """The offer of a key; `by` is another one that signs in its place."""
    subject = thumbprint_of(key.public_key())
    statement = said(ENROLMENT, subject, invitation=invitation, **changes)
    proof = sign_statement(by or key, statement, now=now)
    return {"jwk": public_jwk_of(key.public_key()), "proof": proof}


def of_certificate(key, certificate, *chain, invitation=None, now, by=None):
    """The offer of a certificate of an authority."""
    subject = certificate_thumbprint(der(certificate))
    statement = said(ENROLMENT, subject, invitation=invitation)
    form = {
        "certificate": base64_of(der(certificate)),
        "proof": sign_statement(by or key, statement, now=now),
    }
    return {**form, "chain": [base64_of(der(one)) for one in chain]} if chain else form


def of_request(key):
    """The offer of a signing request."""
    return {"request": base64_of(request_of(key))}


def renewal(live, kid, subject, *, now, **changes):
    """What a live key says of the one to come."""
    return sign_statement(live, said(RENEWAL, subject, **changes), now=now, kid=kid)


def revocation(live, kid, subject, *, now, **changes):
    """What a live key says of the one that is to end."""
    return sign_statement(live, said(REVOCATION, subject, **changes), now=now, kid=kid)


def enrol(running, form, *, by):
    """What the gateway answers to an offer."""
    return running.request("POST", "/v1/enrolment", by=by, headers=JSON, content=jcs(form))


def revoke(running, statement):
    """What the gateway answers to a revocation."""
    return running.request("POST", "/v1/enrolment/revocations", by=statement)


def enrolled_key(running, partner="laboratory", *, kind=Kind.P256):
    """A key that the partner enrolled, and its thumbprint."""
    key, invitation = new_key(kind), invite(running, partner)
    form = of_key(key, invitation=invitation, now=running.clock.now())
    answer = enrol(running, form, by=invitation)
    assert answer.status_code == 201, answer.text
    return key, answer.json()["credential"]["thumbprint"]


def trust(running, name, authority, *, reading="icd", lists=None, **members):
    """Have the installation trust an authority of `tests.partner_pki`."""
    folder = running.config.trusted_authorities
    folder.mkdir(exist_ok=True)
    (folder / f"{name}.pem").write_bytes(authority.root.public_bytes(Encoding.PEM))
    lines = [f'organisation = "{reading}"', f'anchors = ["{name}.pem"]']
    if lists is not None:
        names = [f"{name}-{number}.crl" for number in range(len(lists))]
        for file, one in zip(names, lists, strict=True):
            (folder / file).write_bytes(one.public_bytes(Encoding.DER))
        lines.append(f"revocation_lists = {names}")
    lines += [f"{member} = {value}" for member, value in members.items()]
    (folder / f"{name}.toml").write_text("\n".join(lines))
