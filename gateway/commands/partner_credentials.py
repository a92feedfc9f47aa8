"""`partner invite`, `revoke`, `authority`: how a partner's own keys come in, and how they end."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any, Final

import msgspec
import typer

from gateway.commands.entering import PARTNERS, entering
from gateway.commands.keys_making import unwritten
from gateway.commands.opening import configuration, machine_time, opened_store, require_keys
from gateway.commands.terminal import OUT, CannotDo, ExitCode, print_json
from gateway.config import Config
from gateway.errors import ConfigurationFault
from gateway.evidence.configured_authorities import configured_authorities
from gateway.evidence.installed_keys import published_keys
from gateway.model.audit import Act
from gateway.model.enrolment import RefusedEnrolment
from gateway.model.partners import Credential
from gateway.partners.installed import InstalledEnrolment
from gateway.partners.invitations import DAYS, MAX_DAYS, digest_of_invitation, new_invitation
from gateway.partners.revoked_elsewhere import RevokedElsewhere
from gateway.partners.root_of_trust import fingerprint_of
from gateway.partners.trusted_authorities import TrustedAuthorities
from signing.authority import new_authority
from signing.errors import SigningError

if TYPE_CHECKING:
    from gateway.store import Store

_SHOWN_REFUSALS: Final = timedelta(days=30)
Days = Annotated[
    int, typer.Option(min=1, max=MAX_DAYS, help="Jours pendant lesquels l'invitation attend.")
]
_Id = Annotated[str, typer.Argument(metavar="ID", help="Identifiant donné par « partner list ».")]
_Json = Annotated[bool, typer.Option("--json", help="Sortie en JSON.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Invited:
    """What a partner is told, on another way than the network."""

    partner_id: str
    secret: str
    expires_at: datetime
    address: str
    fingerprint: str

    def __repr__(self) -> str:
        return f"Invited({self.partner_id!r}, secret=***)"


def invite(partner_id: _Id, *, days: Days = DAYS, json: _Json = False) -> None:
    """Invite a partner to enrol a credential; the invitation before it opens nothing any more."""
    config = configuration()
    with opened_store(config) as store:
        try:
            invited = invitation_for(config, store, partner_id, days=days)
        except LookupError:
            raise _unknown() from None
    if json:
        print_json(invitation_form(invited))
    else:
        show_invitation(invited)


def invitation_for(config: Config, store: "Store", partner_id: str, *, days: int = DAYS) -> Invited:
    """A new invitation; `LookupError` where there is no such partner, or it is disabled."""
    _, stamping = configured_authorities(config.stamping, clock=store.clock)
    keys = partial(published_keys, config.signing_keys, beside=stamping)
    root = InstalledEnrolment(config, store, published_keys=keys).root
    secret, now = new_invitation(), store.clock.now()
    invited = Invited(
        partner_id=partner_id,
        secret=secret,
        expires_at=now + timedelta(days=days),
        address=config.public_address,
        fingerprint=fingerprint_of(root.trust()),
    )
    store.enrolments.invite(
        partner_id,
        digest=digest_of_invitation(secret),
        issued_at=now,
        expires_at=invited.expires_at,
    )
    return invited


def invitation_form(invited: Invited) -> dict[str, Any]:
    """As JSON."""
    return {
        "id": invited.partner_id,
        "invitation": invited.secret,
        "expiresAt": invited.expires_at.isoformat(),
        "url": invited.address,
        "fingerprint": invited.fingerprint,
    }


def show_invitation(invited: Invited) -> None:
    """The invitation, once, and the command that uses it."""
    for line in (
        (
            f"Invitation de {invited.partner_id}, montrée une seule fois, valable une fois "
            f"jusqu'au {invited.expires_at:%Y-%m-%d} :"
        ),
        invited.secret,
        (
            "À remettre en main propre ou par une voie sûre, avec l'adresse et l'empreinte. "
            "Chez le partenaire :"
        ),
        f"siseri-gateway enrol --url {invited.address} --fingerprint {invited.fingerprint}",
    ):
        OUT.print(line, soft_wrap=True, markup=False)


def revoke(
    partner_id: _Id,
    thumbprint: Annotated[
        str, typer.Argument(metavar="EMPREINTE", help="Celle que montre « partner list ».")
    ],
) -> None:
    """From now on this credential opens nothing."""
    with opened_store(configuration()) as store:
        now = store.clock.now()
        try:
            store.credentials.revoke(partner_id, thumbprint, now)
        except LookupError:
            raise CannotDo(
                "Ce partenaire n'a pas ce justificatif : voyez « partner list ».",
                "That partner has no such credential: see “partner list”.",
            ) from None
    OUT.print("Justificatif révoqué ; il n'ouvre plus rien, les listes publiées le disent.")


def recheck(*, json: _Json = False) -> None:
    """End the certificates that their own authority has revoked since they were enrolled."""
    config = configuration()
    with opened_store(config) as store:
        looking = RevokedElsewhere(
            credentials=store.credentials,
            trusted=TrustedAuthorities(config.trusted_authorities),
            clock=store.clock,
        )
        try:
            own = store.enrolments.issued_here()
            looked = looking.look(store.credentials.every(), own=own)
            counts = {"revoked": len(looked.revoked), "good": looked.good}
            store.trail.enter(
                Act.CREDENTIALS_RECHECKED,
                **{name: str(count) for name, count in counts.items()},
                untold=str(len(looked.untold)),
            )
        except ConfigurationFault as fault:
            raise CannotDo(f"{fault.fr}.", f"{fault.en}.") from None
    if json:
        print_json(msgspec.to_builtins(looked))
    else:
        OUT.print(
            f"{len(looked.revoked)} révoqués, {looked.good} en règle, "
            f"{len(looked.untold)} dont aucune liste à jour ne dit rien."
        )
    if looked.untold:
        raise typer.Exit(ExitCode.SOME_LINES)


def authority() -> None:
    """Make the authority that certifies partners who have no certificate of another."""
    config = configuration()
    require_keys(config)
    try:
        with entering(config) as entered:
            made = new_authority(
                config.authority_keys,
                common_name=f"{config.issuer.service} – partenaires",
                organisation=config.issuer.name,
                now=machine_time(),
            )
            entered(Act.KEY_MADE, use=PARTNERS, kid=made)
    except (SigningError, OSError) as error:
        raise unwritten(error) from None
    for line in (
        f"Autorité {made} : {config.authority_keys}",
        (
            "Elle délivre désormais les certificats des partenaires, pour trois ans. Une ancienne "
            "autorité garde ceux qu'elle a délivrés, et publie leur révocation."
        ),
        f"Liste de révocation : {config.public_address}/v1/enrolment/crl/{made}",
        (
            "L'empreinte de la racine de confiance a changé : les invitations en attente sont à "
            "refaire (partner invite)."
        ),
    ):
        OUT.print(line, soft_wrap=True)


class EnrolmentState(msgspec.Struct, frozen=True, kw_only=True):
    """What `partner list` tells of a partner's enrolment."""

    credentials: Sequence[Credential]
    invited_until: datetime | None
    refusals: Sequence[RefusedEnrolment]

    @property
    def form(self) -> dict[str, Any]:
        """As JSON."""
        until = self.invited_until
        return {
            "credentials": [_credential_form(one) for one in self.credentials],
            "invitedUntil": None if until is None else until.isoformat(),
            "refusals": [{"at": one.at.isoformat(), "code": one.code} for one in self.refusals],
        }

    def text(self, now: datetime) -> str:
        """As lines of a table."""
        lines = [_credential_line(one, now) for one in self.credentials]
        if self.invited_until is not None:
            lines.append(f"invité jusqu'au {self.invited_until:%F}")
        if self.refusals:
            last = self.refusals[-1]
            lines.append(f"{len(self.refusals)} refus en 30 jours, dernier {last.code}")
        return "\n".join(lines) or "–"


def enrolment_of(store: "Store", partner_id: str) -> EnrolmentState:
    """The state of a partner's enrolment now."""
    now = store.clock.now()
    until = store.enrolments.invited().get(partner_id)
    return EnrolmentState(
        credentials=store.credentials.credentials_of(partner_id),
        invited_until=until if until is not None and until > now else None,
        refusals=store.enrolments.refusals(partner_id, since=now - _SHOWN_REFUSALS),
    )


def _credential_line(credential: Credential, now: datetime) -> str:
    used, ends = credential.last_used_at, credential.not_after
    if credential.revoked_at is not None:
        state = f"révoqué le {credential.revoked_at:%F}"
    elif ends is None:
        state = "sans fin"
    else:
        state = f"échu le {ends:%F}" if ends <= now else f"jusqu'au {ends:%F}"
    when = "jamais servi" if used is None else f"servi le {used:%F}"
    return f"{credential.kind.value} {credential.thumbprint}\n  {state}, {when}"


def _credential_form(credential: Credential) -> dict[str, Any]:
    dates = {
        "enrolledAt": credential.enrolled_at,
        "expiresAt": credential.not_after,
        "lastUsedAt": credential.last_used_at,
        "revokedAt": credential.revoked_at,
    }
    return {
        "kind": credential.kind.value,
        "thumbprint": credential.thumbprint,
        **{name: None if at is None else at.isoformat() for name, at in dates.items()},
    }


def _unknown() -> CannotDo:
    return CannotDo(
        "Aucun partenaire en service de cet identifiant : voyez « partner list ».",
        "No partner in service has that id: see “partner list”.",
    )
