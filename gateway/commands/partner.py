"""`partner add`, `list`, `disable`, `token`, `succeeds`: who may send, by which token, for whom."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer
from rich.markup import escape
from rich.table import Table

from gateway.commands.opening import configuration, opened_store
from gateway.commands.partner_contacts import mail_address
from gateway.commands.partner_credentials import (
    Days,
    enrolment_of,
    invitation_for,
    invitation_form,
    show_invitation,
)
from gateway.commands.terminal import OUT, CannotDo, print_json
from gateway.config import Config
from gateway.identifiers import InvalidIdentifier, Siret
from gateway.model.directory import Partner
from gateway.model.partners import Mandate
from gateway.model.transmission import Flow, SenderType
from gateway.partners.invitations import DAYS
from gateway.wire.leaves import Misread
from gateway.wire.leaves import text as normal_text

if TYPE_CHECKING:
    from gateway.store import Store

FailureBudget = Annotated[
    int | None,
    typer.Option(
        "--failure-budget", min=0, help="Couples inconnus admis par jour ; 0 : rien n'est dit."
    ),
]
_NAME_LENGTH: Final = 200
"""Of `Text200` in the acknowledgement's schema."""
_TOKEN_DAYS: Final = 30
_TokenDays = Annotated[int, typer.Option(min=1, max=92, help="Jours pendant lesquels il ouvre.")]
_WithToken = Annotated[
    bool, typer.Option("--with-token", help=f"Donner aussi un jeton, pour {_TOKEN_DAYS} jours.")
]
_Json = Annotated[bool, typer.Option("--json", help="Sortie en JSON.")]
_Day = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="AAAA-MM-JJ.")]
_Id = Annotated[str, typer.Argument(metavar="ID", help="Identifiant donné par « partner list ».")]


def add(
    name: Annotated[str, typer.Argument(metavar="NOM", help="Raison sociale.")],
    *,
    siret: Annotated[str, typer.Option(help="SIRET de l'émetteur.")],
    sender_type: Annotated[
        SenderType | None,
        typer.Option("--type", help="Qualité de l'émetteur ; sans elle, simple mandataire."),
    ] = None,
    flow: Annotated[list[Flow] | None, typer.Option(help="Flux ouvert ; à répéter.")] = None,
    partner_id: Annotated[
        str | None, typer.Option("--id", help="Identifiant ; par défaut type et SIRET.")
    ] = None,
    accreditation: Annotated[str | None, typer.Option(help="Numéro, exigé d'un OA.")] = None,
    accredited_from: _Day = None,
    accredited_to: _Day = None,
    suspended_from: _Day = None,
    contact: Annotated[
        list[str] | None, typer.Option(help="Boîte fonctionnelle où écrire ; à répéter.")
    ] = None,
    failure_budget: FailureBudget = None,
    days: Days = DAYS,
    with_token: _WithToken = False,
    json: _Json = False,
) -> None:
    """Enrol a partner; show its invitation, and its bearer token if it is to have one, once."""
    partner = Partner(
        id=partner_id or f"{sender_type.value.lower() if sender_type else 'agent'}-{siret}",
        name=_name(name),
        siret=_siret(siret),
        type=sender_type,
        flows=frozenset(flow or ()),
        accreditation=accreditation,
        accredited_from=_date(accredited_from),
        accredited_to=_date(accredited_to),
        suspended_from=_date(suspended_from),
        failure_budget=failure_budget,
    )
    if (sender_type is None) != (not flow):
        raise CannotDo(
            "Un émetteur a une qualité et des flux (--type, --flow) ; un mandataire n'a ni l'une "
            "ni les autres.",
            "A sender has a capacity and flows (--type, --flow); an agent has neither.",
        )
    if sender_type is SenderType.OA and accreditation is None:
        raise CannotDo(
            "Un OA ne transmet que sous accréditation : ajoutez --accreditation.",
            "An OA sends under an accreditation only: add --accreditation.",
        )
    contacts = tuple(map(mail_address, contact or ()))
    config = configuration()
    with opened_store(config) as store:
        given = _added(store, partner, with_token=with_token)
        for address in contacts:
            store.notices.add_contact(partner.id, address)
        invited = invitation_for(config, store, partner.id, days=days)
    if json:
        print_json(({"token": given} if given else {}) | invitation_form(invited))
    else:
        if given:
            _show_token(partner.id, given, json=False)
        show_invitation(invited)


def enrol(config: Config, partner: Partner) -> str:
    """Enrol `partner`, for a demonstration; its token; `CannotDo` where that cannot be."""
    with opened_store(config) as store:
        return _added(store, partner, with_token=True)


def _added(store: "Store", partner: Partner, *, with_token: bool) -> str:
    try:
        if with_token:
            return store.register.add(partner, days=_TOKEN_DAYS)
        store.register.enrol(partner)
    except ValueError:
        raise CannotDo(
            "Cet identifiant est déjà enrôlé : « partner token » renouvelle un jeton, « partner "
            "invite » une invitation.",
            "That id is enrolled already: “partner token” renews a token, “partner invite” an "
            "invitation.",
        ) from None
    return ""


def token(partner_id: _Id, *, days: _TokenDays = _TOKEN_DAYS, json: _Json = False) -> None:
    """Give a new token; the earlier ones open nothing any more."""
    with opened_store(configuration()) as store:
        try:
            renewed = store.register.renew_token(partner_id, days=days)
        except LookupError:
            raise _unknown() from None
    _show_token(partner_id, renewed, json=json)


def disable(partner_id: _Id) -> None:
    """From now on this partner's tokens open nothing."""
    with opened_store(configuration()) as store:
        try:
            store.register.disable(partner_id)
        except LookupError:
            raise _unknown() from None
    OUT.print("Partenaire désactivé ; ses jetons n'ouvrent plus rien.")


def succeeds(
    partner_id: _Id,
    predecessor: Annotated[
        str, typer.Argument(metavar="SIRET", help="SIRET de l'émetteur repris.")
    ],
    *,
    undo: Annotated[bool, typer.Option("--undo", help="Revenir sur cette succession.")] = False,
) -> None:
    """Let this partner correct and cancel what the sender of that SIRET has sent."""
    siret = _siret(predecessor)
    with opened_store(configuration()) as store:
        try:
            if undo:
                store.register.end_succession(partner_id, siret)
            else:
                store.register.succeed(partner_id, siret)
        except LookupError:
            raise CannotDo(
                "Partenaire ou émetteur repris inconnu, ou succession absente : « partner list ».",
                "Unknown partner or sender, or no such succession: see “partner list”.",
            ) from None
        except ValueError:
            raise CannotDo(
                "Un émetteur ne se succède pas à lui-même, fût-ce par un autre.",
                "A sender does not succeed itself, not even through another.",
            ) from None
    OUT.print("Succession retirée." if undo else "Succession enregistrée.")


def listed(*, json: _Json = False) -> None:
    """Show the partners."""
    with opened_store(configuration()) as store:
        partners, before = store.register.enrolled(), store.register.predecessors()
        mandates = store.register.mandates()
        suspended = store.failure_budget.suspended(store.clock.now())
        enrolments = {partner.id: enrolment_of(store, partner.id) for partner in partners}
        now = store.clock.now()
    if json:
        forms = [
            {**_form(partner, before.get(partner.id, ()), mandates), **enrolments[partner.id].form}
            for partner in partners
        ]
        print_json([{**form, "verificationSuspended": form["id"] in suspended} for form in forms])
        return
    columns = ("ID", "Nom", "SIRET", "Type", "Flux", "Accréditation", "Succède à", "État")
    table = Table(*columns, title="Partenaires")
    for partner in partners:
        table.add_row(
            escape(partner.id),
            escape(partner.name),
            str(partner.siret),
            "mandataire" if partner.type is None else partner.type.value,
            "\n".join(sorted(partner.flows)),
            escape(partner.accreditation or "–"),
            "\n".join(map(str, before.get(partner.id, ()))) or "–",
            _state(partner, is_suspended=partner.id in suspended),
        )
    OUT.print(table)
    table = Table("Partenaire", "Justificatifs, invitations, refus", title="Enrôlement")
    for partner_id, state in enrolments.items():
        table.add_row(escape(partner_id), state.text(now))
    OUT.print(table)


def _state(partner: Partner, *, is_suspended: bool) -> str:
    if partner.disabled_at is not None:
        return f"désactivé le {partner.disabled_at:%F}"
    return "vérification suspendue" if is_suspended else "actif"


def _show_token(partner_id: str, value: str, *, json: bool) -> None:
    if json:
        print_json({"id": partner_id, "token": value})
        return
    OUT.print(f"Partenaire {partner_id}. Jeton, montré une seule fois :", markup=False)
    OUT.print(value, soft_wrap=True)


def _form(
    partner: Partner, predecessors: Sequence[Siret], mandates: Sequence[Mandate]
) -> dict[str, Any]:
    dates = {
        "accreditedFrom": partner.accredited_from,
        "accreditedTo": partner.accredited_to,
        "suspendedFrom": partner.suspended_from,
        "disabledAt": partner.disabled_at,
    }
    return {
        "id": partner.id,
        "name": partner.name,
        "siret": str(partner.siret),
        "type": None if partner.type is None else partner.type.value,
        "flows": sorted(partner.flows),
        "accreditation": partner.accreditation,
        "failureBudget": partner.failure_budget,
        "succeeds": [str(siret) for siret in predecessors],
        "speaksFor": [
            {
                "id": mandate.mandator,
                "from": mandate.start.isoformat(),
                "to": None if mandate.end is None else mandate.end.isoformat(),
            }
            for mandate in mandates
            if mandate.agent == partner.id
        ],
        **{name: None if day is None else day.isoformat() for name, day in dates.items()},
    }


def _name(text: str) -> str:
    """The name as every acknowledgement will state it: in normal form, within the schema."""
    try:
        name = normal_text(text)
    except Misread:
        name = ""
    if not 1 <= len(name) <= _NAME_LENGTH:
        raise CannotDo(
            "Raison sociale : 1 à 200 caractères, sans blanc au bord ni caractère de contrôle.",
            "Name: 1 to 200 characters, no blank at an edge and no control character.",
        )
    return name


def _siret(text: str) -> Siret:
    try:
        return Siret.parse(text)
    except InvalidIdentifier:
        raise CannotDo(
            "Ce numéro n'est pas un SIRET : quatorze chiffres dont la clé est juste.",
            "This number is not a SIRET: fourteen digits with a right key.",
        ) from None


def _date(moment: datetime | None) -> date | None:
    return None if moment is None else moment.date()


def _unknown() -> CannotDo:
    return CannotDo(
        "Aucun partenaire de cet identifiant : voyez « partner list ».",
        "No partner has that id: see “partner list”.",
    )
