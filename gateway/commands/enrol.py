"""`enrol`: a key of the partner's own, made here, its public half sent; renewed and revoked too."""

import sys
from base64 import b64decode
from pathlib import Path
from typing import Annotated, Any, Final

import msgspec
import typer

from gateway.commands.doors import Unsigned
from gateway.commands.enrolling.asking import Asking
from gateway.commands.enrolling.making import Offering, brought, keep, made, settle
from gateway.commands.enrolling.pack import (
    PACK,
    TRUST,
    EnrolledPartner,
    HeldCredential,
    Pack,
    key_of,
    read_pack,
    write_pack,
)
from gateway.commands.opening import machine_time
from gateway.commands.terminal import OUT, CannotDo, print_json
from gateway.config import Access
from gateway.errors import ConfigurationFault
from gateway.partners.root_of_trust import ENDPOINTS, fingerprint_of
from signing.held_key import Kind
from signing.offered import OfferedRequest
from signing.possession import (
    ENROLMENT,
    RENEWAL,
    REVOCATION,
    Statement,
    digest_of,
    sign_statement,
)

_OF_ANOTHER_KEY: Final = frozenset({"K001", "K011"})
"""Refusals that the key made here earns for ever: the next one is another."""


def enrol(
    *,
    url: Annotated[str | None, typer.Option(help="Adresse ; sinon SISERI_URL.")] = None,
    invitation: Annotated[
        str | None, typer.Option(help="Invitation reçue ; « - » la lit sur l'entrée.")
    ] = None,
    fingerprint: Annotated[
        str | None, typer.Option(help="Empreinte reçue avec l'invitation : SHA256:…")
    ] = None,
    request: Annotated[
        bool, typer.Option("--request", help="Demander un certificat à la passerelle.")
    ] = False,
    certificate: Annotated[
        Path | None, typer.Option(metavar="FICHIER", help="Certificat d'une autorité (.p12, PEM).")
    ] = None,
    key: Annotated[
        Path | None, typer.Option(metavar="FICHIER", help="Sa clé, si elle est à part (PEM).")
    ] = None,
    key_type: Annotated[Kind, typer.Option(help="Clé à faire.")] = Kind.P256,
    renew: Annotated[
        bool, typer.Option("--renew", help="Enrôler la clé suivante, sans invitation.")
    ] = False,
    revoke: Annotated[
        str | None, typer.Option(metavar="EMPREINTE", help="Révoquer l'un de ses justificatifs.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Sortie en JSON.")] = False,
) -> None:
    """Make a key and enrol its public half; keep whom to believe. Run it again after a cut."""
    access = _access()
    folder, password = access.credentials, access.key_password
    pack = read_pack(folder)
    if revoke is not None:
        _revoke(_enrolled(pack, folder), folder, revoke, password=password, url=url)
        return
    if pack is not None and not renew:
        raise CannotDo(
            f"Déjà enrôlé : {folder / PACK}. Pour la clé suivante : enrol --renew",
            f"Enrolled already: {folder / PACK}. For the next key: enrol --renew",
        )
    if renew:
        pack = _enrolled(pack, folder)
    asking = Asking(url or (access.url if pack is None else pack.address))
    root = _root(asking, fingerprint or (pack.fingerprint if pack else None))
    offering = (
        brought(certificate, key, password=password)
        if certificate is not None
        else made(folder, kind=key_type, is_request=request, password=password)
    )
    secret = _invitation(invitation) if pack is None else None
    bearer = secret or _renewal(_enrolled(pack, folder), folder, offering, password=password)
    form = offering.form(_proof(offering, root["trust"]["address"], secret))
    try:
        answer = asking.post(ENDPOINTS["enrolment"], form, bearer=bearer)
    except Unsigned as refusal:
        if refusal.code in _OF_ANOTHER_KEY:
            settle(folder)
        raise
    kept = _kept(folder, offering, answer, root, before=pack, password=password)
    _tell(folder, kept, json=json)


def _access() -> Access:
    try:
        return Access.from_env()
    except ConfigurationFault as fault:
        raise CannotDo(
            f"Configuration inutilisable : {fault.fr}.", f"Unusable configuration: {fault.en}."
        ) from None


def _enrolled(pack: Pack | None, folder: Path) -> Pack:
    if pack is None:
        raise CannotDo(
            f"Rien n'est enrôlé dans {folder} : il faut une invitation.",
            f"Nothing is enrolled in {folder}: an invitation is needed.",
        )
    return pack


def _invitation(given: str | None) -> str:
    if given is None:
        given = typer.prompt("Invitation", hide_input=True)
    secret = (sys.stdin.readline() if given == "-" else given).strip()
    if not secret.isascii() or not secret:
        raise CannotDo("Invitation illisible.", "The invitation cannot be read.")
    return secret


def _root(asking: Asking, fingerprint: str | None) -> dict[str, Any]:
    """The gateway's root of trust, if it is the one that was told."""
    if fingerprint is None:
        raise CannotDo(
            "Indiquez l'empreinte reçue avec l'invitation : --fingerprint SHA256:…",
            "Give the fingerprint received with the invitation: --fingerprint SHA256:…",
        )
    root: dict[str, Any] = asking.get(ENDPOINTS["enrolment"])
    if not isinstance(root, dict) or "trust" not in root:
        raise _not_a_gateway()
    if fingerprint_of(root["trust"]) != fingerprint:
        raise CannotDo(
            "La racine de confiance n'est pas celle de l'empreinte : rien n'est envoyé. Demandez "
            "au gestionnaire l'empreinte du jour (partner invite) ; si elle est la même, on vous "
            "trompe.",
            "The root of trust is not that of the fingerprint: nothing is sent. Ask the register's "
            "manager for today's fingerprint (partner invite); if it is the same, you are being "
            "deceived.",
        )
    return root


def _proof(offering: Offering, audience: str, secret: str | None) -> str:
    nonce = None if secret is None else digest_of(secret)
    said = Statement(
        typ=ENROLMENT, audience=audience, subject=offering.offered.subject, nonce=nonce
    )
    return sign_statement(offering.held.key, said, now=machine_time())


def _renewal(pack: Pack, folder: Path, offering: Offering, *, password: str) -> str:
    return _signed(pack, folder, RENEWAL, offering.offered.subject, password=password)


def _signed(pack: Pack, folder: Path, typ: str, subject: str, *, password: str) -> str:
    live = pack.newest
    said = Statement(typ=typ, audience=pack.address, subject=subject)
    held = key_of(folder, live, password=password)
    return sign_statement(held.key, said, now=machine_time(), kid=live.thumbprint)


def _kept(
    folder: Path,
    offering: Offering,
    answer: dict[str, Any],
    root: dict[str, Any],
    *,
    before: Pack | None,
    password: str,
) -> Pack:
    try:
        enrolled, partner = (
            answer["credential"],
            msgspec.convert(answer["partner"], EnrolledPartner),
        )
        issued = [b64decode(one) for one in answer.get("certificates", ())]
        names = keep(folder, offering, enrolled["thumbprint"], issued, password=password)
        credential = HeldCredential(
            kind=enrolled["kind"],
            thumbprint=enrolled["thumbprint"],
            enrolled_at=enrolled["enrolledAt"],
            expires_at=enrolled.get("expiresAt"),
            key_file=names[0],
            certificate_file=names[1],
        )
    except (ValueError, TypeError, LookupError, msgspec.ValidationError):
        raise _not_a_gateway() from None
    earlier = () if before is None else before.credentials
    pack = Pack(
        fingerprint=root["fingerprint"],
        partner=partner,
        trust=root["trust"],
        endpoints=root["endpoints"],
        credentials=(*earlier, credential),
    )
    write_pack(folder, pack)
    if not isinstance(offering.offered, OfferedRequest) or issued:
        settle(folder)
    return pack


def _revoke(pack: Pack, folder: Path, thumbprint: str, *, password: str, url: str | None) -> None:
    statement = _signed(pack, folder, REVOCATION, thumbprint, password=password)
    asking = Asking(url or pack.address)
    asking.post(ENDPOINTS["revocations"], None, bearer=statement)
    left = tuple(one for one in pack.credentials if one.thumbprint != thumbprint)
    if left:
        write_pack(folder, msgspec.structs.replace(pack, credentials=left))
    else:
        (folder / PACK).unlink()
    OUT.print("Justificatif révoqué : il n'ouvre plus rien.")


def _tell(folder: Path, pack: Pack, *, json: bool) -> None:
    newest = pack.newest
    if json:
        print_json(
            {
                "partner": msgspec.to_builtins(pack.partner),
                "credential": msgspec.to_builtins(newest),
                "folder": str(folder),
            }
        )
        return
    end = "" if newest.expires_at is None else f", jusqu'au {newest.expires_at[:10]}"
    for line in (
        f"Partenaire {pack.partner.id} ({pack.partner.siret}).",
        f"Justificatif {newest.thumbprint}{end}.",
        f"Clé privée : {folder / newest.key_file} ; elle ne quitte pas ce poste, sauvegardez-la.",
        f"À croire désormais : {folder / TRUST} (verify --trust).",
    ):
        OUT.print(line, soft_wrap=True, markup=False)


def _not_a_gateway() -> CannotDo:
    return CannotDo(
        "La réponse ne vient pas d'une passerelle SISERI : vérifiez l'adresse.",
        "The answer is not that of a SISERI gateway: check the address.",
    )
