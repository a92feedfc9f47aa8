"""Every fixed word of the pages, once in French and once in English: no key can lack in one."""

from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

import msgspec

from gateway.model.accounts import Role
from gateway.model.federation import Provider
from gateway.pages.typography import day_in_words

_PARIS: Final = ZoneInfo("Europe/Paris")
NAMES: Final = {Provider.PROCONNECT: "ProConnect", Provider.FRANCECONNECT: "FranceConnect+"}


class Wording(msgspec.Struct, frozen=True, kw_only=True):
    """The fixed texts, in the order of the pages."""

    language: str
    site: str
    skip: str
    other_language: str
    help: str
    manager: str
    write_to: str

    choose: str
    choose_how: str
    for_portal: str
    for_portal_how: str
    already: str
    to_sessions: str
    sign_out: str
    audience: dict[Provider, str]
    for_whom: dict[Provider, str]
    sign_in_with: str
    asked: dict[Provider, str]
    use: str
    your_rights: str

    onward: str
    onward_how: str
    onward_link: str

    nir_title: str
    nir_why: str
    nir_fate: str
    nir_label: str
    nir_hint: str
    nir_error: str
    nir_refused: str
    nir_otherwise: str
    tries_left: str
    error_prefix: str
    send: str

    sessions: str
    your_roles: str
    no_role: str
    of_establishments: str
    roles: dict[Role, str]
    withheld: str
    step_up: str
    certify: str
    open_sessions: str
    this_browser: str
    other_browser: str
    begun: str
    last_seen: str
    ends: str
    idle: str
    end_it: str
    end_others: str
    ended: str

    leave: str
    leave_how: str
    stay: str
    signed_out: str
    signed_out_how: str
    signed_out_there: str
    close_browser: str

    what_to_do: str
    reference: str
    reference_how: str
    again: str
    give_up: str
    explained: str
    explained_how: str

    def moment(self, at: datetime) -> str:
        """As a reader of the language writes it, in the time of Paris."""
        there = at.astimezone(_PARIS)
        day = day_in_words(there.date(), self.language)
        if self.language == "en":
            return f"{day}, {there:%H:%M} (Paris time)"
        return f"{day} à {there.hour} h {there:%M} (heure de Paris)"


FRENCH: Final = Wording(
    language="fr",
    site="SISERI, accès au registre",
    skip="Aller au contenu",
    other_language="English",
    help="Aide à la connexion",
    manager="Gestionnaire du registre :",
    write_to="Écrire à",
    choose="Se connecter",
    for_portal="Vous serez ensuite reconduit vers",
    for_portal_how="Ce service reçoit vos rôles au registre et les établissements concernés ou,"
    " pour un travailleur, son identifiant interne au registre ; jamais votre numéro de sécurité"
    " sociale.",
    choose_how="Choisissez selon que vous venez au titre de votre travail ou pour vous-même.",
    already="Une connexion à ce registre est ouverte avec",
    to_sessions="Mes connexions",
    sign_out="Se déconnecter",
    audience={
        Provider.PROCONNECT: "Vous êtes un professionnel",
        Provider.FRANCECONNECT: "Vous êtes un travailleur suivi",
    },
    for_whom={
        Provider.PROCONNECT: "Représentant légal ou correspondant de l'employeur, conseiller en"
        " radioprotection, médecin du travail : vous accédez à ce que le registre vous confie.",
        Provider.FRANCECONNECT: "Vous portez ou avez porté un dosimètre : vous accédez à ce qui"
        " vous concerne, et à rien d'autre.",
    },
    sign_in_with="Se connecter avec",
    asked={
        Provider.PROCONNECT: "ProConnect transmet vos nom et prénoms, votre adresse électronique"
        " et votre établissement (SIRET).",
        Provider.FRANCECONNECT: "FranceConnect+ transmet vos nom et prénoms de naissance, votre"
        " sexe, votre date, votre commune et votre pays de naissance, jamais votre numéro de"
        " sécurité sociale.",
    },
    use="Ces informations servent à vous reconnaître dans le registre, et à rien d'autre.",
    your_rights="Vos droits (accès, rectification, limitation) s'exercent auprès du gestionnaire"
    " du registre.",
    onward="Vous allez être dirigé vers",
    onward_how="Si rien ne se passe, suivez ce lien.",
    onward_link="Continuer vers",
    nir_title="Confirmez votre numéro de sécurité sociale",
    nir_why="Votre identité est établie. Votre état civil ne suffit pas, à lui seul, à désigner un"
    " dossier du registre : un homonyme ou un changement d'état civil peuvent en être la cause.",
    nir_fate="Le numéro saisi est comparé au registre. Il n'est ni affiché ni transmis.",
    nir_label="Numéro de sécurité sociale",
    nir_hint="15 caractères, avec la clé : ils figurent sur votre carte Vitale.",
    nir_error="Ce numéro n'ouvre pas de dossier à votre nom",
    nir_refused="Vérifiez les 15 caractères, puis saisissez-les à nouveau.",
    nir_otherwise="Si vous ne l'avez pas, ou s'il reste refusé, écrivez au gestionnaire du"
    " registre, sans votre numéro :",
    tries_left="Essais restants :",
    error_prefix="Erreur :",
    send="Valider",
    sessions="Mes connexions",
    your_roles="Ce qui vous est ouvert",
    no_role="Le registre ne vous confie rien à ce jour. Pour un professionnel, l'employeur ou le"
    " gestionnaire du registre doit vous y déclarer avec votre adresse électronique.",
    of_establishments="Établissements :",
    roles={
        Role.WORKER: "Travailleur suivi, pour vous-même",
        Role.LEGAL_REPRESENTATIVE: "Représentant légal",
        Role.CES: "Correspondant de l'employeur pour SISERI",
        Role.CRP: "Conseiller en radioprotection",
        Role.PHYSICIAN: "Médecin du travail",
    },
    withheld="Ce qui demande une identification plus forte",
    step_up="S'identifier plus fortement :",
    certify="Être certifié comme dirigeant par ProConnect et FranceConnect :",
    open_sessions="Connexions ouvertes",
    this_browser="Ce navigateur",
    other_browser="Autre navigateur",
    begun="Ouverte le",
    last_seen="Utilisée le",
    ends="Prend fin au plus tard le",
    idle="Une connexion qui ne sert pas pendant 30 minutes prend fin d'elle-même.",
    end_it="Fermer la connexion du",
    end_others="Fermer toutes les autres",
    ended="C'est fait : la connexion est fermée.",
    leave="Se déconnecter",
    leave_how="Votre connexion à ce registre est fermée d'abord ; vous êtes ensuite dirigé vers le"
    " service d'identification, pour y fermer l'autre.",
    stay="Rester connecté",
    signed_out="Déconnexion faite",
    signed_out_how="Votre connexion à ce registre est fermée.",
    signed_out_there="Le service d'identification a répondu.",
    close_browser="Sur un poste partagé, fermez aussi le navigateur.",
    what_to_do="Que faire",
    reference="Référence :",
    reference_how="Elle ne dit rien de vous. Elle permet de retrouver ce qui s'est passé.",
    again="Page de connexion",
    give_up="Renoncer, et retourner au service d'où vous venez",
    explained="Aide à la connexion",
    explained_how="Ce que disent les pages d'erreur, et que faire.",
)
ENGLISH: Final = Wording(
    language="en",
    site="SISERI, access to the register",
    skip="Skip to content",
    other_language="Français",
    help="Help with signing in",
    manager="Manager of the register:",
    write_to="Write to",
    choose="Sign in",
    for_portal="You will then be taken back to",
    for_portal_how="That service receives your roles in the register and the establishments they"
    " are for or, of a worker, the register's own identifier; never your social security number.",
    choose_how="Choose by whether you come for your work or for yourself.",
    already="You are signed in to this register with",
    to_sessions="My sign-ins",
    sign_out="Sign out",
    audience={
        Provider.PROCONNECT: "You are a professional",
        Provider.FRANCECONNECT: "You are a monitored worker",
    },
    for_whom={
        Provider.PROCONNECT: "Legal representative or correspondent of the employer, radiation"
        " protection adviser, occupational physician: you reach what the register entrusts you"
        " with.",
        Provider.FRANCECONNECT: "You wear or wore a dosimeter: you reach what concerns you, and"
        " nothing else.",
    },
    sign_in_with="Sign in with",
    asked={
        Provider.PROCONNECT: "ProConnect transmits your names, your e-mail address and your"
        " establishment (SIRET).",
        Provider.FRANCECONNECT: "FranceConnect+ transmits your names at birth, your sex, and your"
        " date, municipality and country of birth, never your social security number.",
    },
    use="This information serves to recognise you in the register, and for nothing else.",
    your_rights="Your rights (access, rectification, restriction) are exercised with the manager"
    " of the register.",
    onward="You are being taken to",
    onward_how="If nothing happens, follow this link.",
    onward_link="Continue to",
    nir_title="Confirm your social security number",
    nir_why="Your identity is established. Your civil status alone does not single out one file of"
    " the register: somebody of the same name, or a change of civil status, may be the cause.",
    nir_fate="The number typed is compared with the register. It is neither shown nor passed on.",
    nir_label="Social security number",
    nir_hint="15 characters, with the key: they stand on your Vitale card.",
    nir_error="This number opens no file in your name",
    nir_refused="Check the 15 characters, then type them again.",
    nir_otherwise="If you do not have it, or if it is still refused, write to the manager of the"
    " register, without your number:",
    tries_left="Tries left:",
    error_prefix="Error:",
    send="Confirm",
    sessions="My sign-ins",
    your_roles="What is open to you",
    no_role="The register entrusts you with nothing today. A professional is declared there by the"
    " employer or the manager of the register, with their e-mail address.",
    of_establishments="Establishments:",
    roles={
        Role.WORKER: "Monitored worker, for yourself",
        Role.LEGAL_REPRESENTATIVE: "Legal representative",
        Role.CES: "The employer's correspondent for SISERI",
        Role.CRP: "Radiation protection adviser",
        Role.PHYSICIAN: "Occupational physician",
    },
    withheld="What asks for a stronger identification",
    step_up="Identify more strongly:",
    certify="Be certified as an officer by ProConnect and FranceConnect:",
    open_sessions="Open sign-ins",
    this_browser="This browser",
    other_browser="Another browser",
    begun="Begun",
    last_seen="Last used",
    ends="Ends at the latest",
    idle="A sign-in that is not used for 30 minutes ends by itself.",
    end_it="End the sign-in of",
    end_others="End all others",
    ended="Done: the sign-in is ended.",
    leave="Sign out",
    leave_how="Your sign-in to this register is ended first; then you are taken to the identity"
    " service, to end that one.",
    stay="Stay signed in",
    signed_out="You are signed out",
    signed_out_how="Your sign-in to this register is ended.",
    signed_out_there="The identity service has answered.",
    close_browser="On a shared machine, close the browser too.",
    what_to_do="What to do",
    reference="Reference:",
    reference_how="It says nothing of you. It serves to find what happened.",
    again="Sign-in page",
    give_up="Give up, and return to the service that you came from",
    explained="Help with signing in",
    explained_how="What the error pages say, and what to do.",
)


def wording(language: str) -> Wording:
    """The texts of `fr` or `en`."""
    return ENGLISH if language == "en" else FRENCH
