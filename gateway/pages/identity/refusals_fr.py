"""What went wrong and what to do, in French."""

from typing import Final

from gateway.model.accounts import NoAccount
from gateway.model.federation import SignInFailure
from gateway.pages.identity.refusals import Explanation, Trouble, What

_AGAIN: Final = "Recommencez depuis la page de connexion."
_CONTACT: Final = (
    "Si cela se reproduit, écrivez au gestionnaire du registre en citant la référence."
)

FRENCH: Final[dict[What, Explanation]] = {
    SignInFailure.CANCELLED: Explanation(
        "La connexion n'est pas allée à son terme",
        "Elle a été interrompue, ou le service d'identification n'a pas pu vous reconnaître.",
        (
            "Recommencez, au besoin avec un autre moyen d'identification.",
            "Si vous renoncez, fermez cette page : rien n'a été enregistré.",
        ),
    ),
    SignInFailure.NOT_OURS: Explanation(
        "Cette demande de connexion n'est plus valable",
        "Elle a plus de dix minutes, elle a déjà servi, ou elle ne vient pas de ce navigateur.",
        (
            _AGAIN,
            (
                "Acceptez les cookies de ce site, et n'utilisez ni le bouton « Précédent » ni un"
                " lien enregistré."
            ),
            "Si vous n'avez demandé aucune connexion, fermez cette page : rien n'est ouvert.",
        ),
    ),
    SignInFailure.TOO_WEAK: Explanation(
        "Il faut une identification plus forte",
        "Ce que vous voulez faire demande un niveau de garantie que cette connexion n'atteint pas.",
        (
            (
                "Avec ProConnect : utilisez un second facteur (application, carte ou clé de"
                " sécurité) ; votre service informatique sait lequel vous est ouvert."
            ),
            "Avec FranceConnect+ : choisissez une identité numérique substantielle ou élevée.",
        ),
    ),
    SignInFailure.PROVIDER_AWAY: Explanation(
        "Le service d'identification ne répond pas",
        "Il est arrêté ou trop lent. Votre mot de passe n'est pas en cause.",
        (
            "Réessayez dans quelques minutes.",
            "Il n'y a pas d'autre voie en attendant : une voie moins sûre n'est jamais ouverte.",
        ),
    ),
    SignInFailure.NOT_BELIEVED: Explanation(
        "La réponse reçue n'a pas pu être vérifiée",
        "Par sécurité, elle a été refusée. Rien n'est ouvert.",
        (_AGAIN, _CONTACT),
    ),
    SignInFailure.UNUSABLE: Explanation(
        "Votre identité est arrivée incomplète",
        "Une indication nécessaire manque, ou ne peut pas être lue.",
        (
            (
                "Vérifiez chez votre fournisseur d'identité vos nom, prénoms, date et lieu de"
                " naissance ou, pour un professionnel, votre adresse électronique et votre SIRET."
            ),
            "Essayez un autre moyen d'identification.",
            _CONTACT,
        ),
    ),
    SignInFailure.MISCONFIGURED: Explanation(
        "La connexion est mal réglée de notre côté",
        "Le service d'identification refuse notre demande. Vous n'y pouvez rien.",
        ("Réessayez plus tard.", _CONTACT),
    ),
    NoAccount.DISABLED: Explanation(
        "Votre compte est désactivé",
        "Il n'a pas servi depuis 24 mois, ou le gestionnaire du registre l'a fermé.",
        ("Écrivez au gestionnaire du registre, qui peut le rouvrir.",),
    ),
    NoAccount.EMAIL_TAKEN: Explanation(
        "Cette adresse électronique est celle d'un autre compte",
        "Une adresse n'ouvre qu'un compte, celui qui s'en est servi le premier.",
        (
            "Si vous avez changé de moyen d'identification, reprenez celui d'avant.",
            "Sinon, écrivez au gestionnaire du registre, qui peut libérer l'adresse.",
        ),
    ),
    NoAccount.TOO_MANY_NUMBERS: Explanation(
        "Trop de numéros ont été saisis",
        "Par sécurité, la saisie est fermée, au moins pour aujourd'hui.",
        (
            "Réessayez demain, votre carte Vitale ou une fiche de paie sous les yeux.",
            "Si elle reste fermée, écrivez au registre en citant la référence, sans votre numéro.",
        ),
    ),
    NoAccount.WAITED_TOO_LONG: Explanation(
        "Le délai de saisie est passé",
        "Votre identification n'attendait que dix minutes.",
        (_AGAIN,),
    ),
    Trouble.FORM_REFUSED: Explanation(
        "Ce formulaire n'a pas été pris",
        "Il est trop ancien, ou il ne vient pas de ce navigateur. Rien n'a été fait.",
        ("Rouvrez la page et recommencez.", "Acceptez les cookies de ce site."),
    ),
    Trouble.UNREADABLE: Explanation(
        "Cette demande ne peut pas être lue",
        "Une indication y est répétée, trop longue ou mal écrite. Rien n'a été fait.",
        (_AGAIN,),
    ),
    Trouble.NOT_FOUND: Explanation(
        "Cette page n'existe pas",
        "L'adresse est fausse ou n'est plus servie.",
        ("Vérifiez l'adresse, ou repartez de la page de connexion.",),
    ),
    Trouble.NOT_ALLOWED: Explanation(
        "Cette page ne se demande pas ainsi",
        "Elle a été ouverte par une adresse, et attend un formulaire, ou l'inverse.",
        (_AGAIN,),
    ),
    Trouble.TOO_LARGE: Explanation(
        "Ce formulaire est trop long",
        "Il dépasse ce que cette page peut recevoir. Rien n'a été fait.",
        (_AGAIN,),
    ),
    Trouble.REQUEST_OVER: Explanation(
        "La demande du portail n'attend plus",
        "Le portail vous a envoyé ici il y a trop longtemps, ou sa demande a déjà été suivie.",
        ("Retournez au portail, et connectez-vous de là.",),
    ),
    Trouble.PORTAL_NOT_KNOWN: Explanation(
        "Le service qui vous envoie n'est pas reconnu",
        "Son nom, son adresse de retour ou sa demande ne sont pas ceux qui ont été enregistrés."
        " Rien ne lui a été transmis.",
        (
            "Si vous avez suivi un lien reçu par courriel, fermez cette page.",
            (
                "Sinon, repartez du service par son adresse habituelle ; si cela se reproduit,"
                " signalez-le à ce service en citant la référence."
            ),
        ),
    ),
    Trouble.SIGN_OUT_UNPROVEN: Explanation(
        "Cette déconnexion n'est pas la vôtre",
        "Aucune déconnexion n'est en cours dans ce navigateur.",
        ("Vos connexions sont sur la page « Mes connexions » : vous pouvez les y fermer.",),
    ),
    Trouble.FULL: Explanation(
        "Le service est momentanément indisponible",
        "Rien n'a été perdu, et rien n'a été fait.",
        ("Réessayez dans une minute.",),
    ),
    Trouble.BROKEN: Explanation(
        "Une erreur est survenue de notre côté",
        "Elle a été consignée, sans rien de ce que vous avez saisi.",
        ("Réessayez dans quelques minutes.", _CONTACT),
    ),
}
