"""What the mail of a notice says: French, then English; no person, no secret, nothing of a request.

It follows from the notice alone: one sent twice is the same to the byte, but for its relay.
"""

from typing import Final

from gateway.model.partner_notices import DueNotice, MailMessage, NoticeKind, PartnerNotice
from gateway.model.written_day import english_day, french_day

_SUBJECTS: Final = {
    NoticeKind.CREDENTIAL_EXPIRES: (
        "Votre moyen d'authentification expire le {fr}",
        "your credential expires on {en}",
    ),
    NoticeKind.ACCOUNT_IDLE: (
        "Votre compte inutilisé sera désactivé le {fr}",
        "your unused account will be disabled on {en}",
    ),
    NoticeKind.ACCOUNT_DISABLED: (
        "Votre compte inutilisé est désactivé",
        "your unused account is disabled",
    ),
    NoticeKind.CREDENTIAL_ENROLLED: (
        "Un moyen d'authentification est enrôlé",
        "a credential is enrolled",
    ),
    NoticeKind.CREDENTIAL_REVOKED: (
        "Un moyen d'authentification est révoqué",
        "a credential is revoked",
    ),
    NoticeKind.ENROLMENT_REFUSED: (
        "Un enrôlement a été refusé",
        "an enrolment was refused",
    ),
}
_TEXTS: Final = {
    NoticeKind.CREDENTIAL_EXPIRES: (
        (
            "Le moyen d'authentification {subject} du compte {partner} expire le {fr}.\n"
            "Ensuite, il n'ouvre plus la passerelle. Enrôlez dès maintenant son successeur :\n"
            "les deux valent tant que le premier n'a pas expiré.\n"
            "Ce rappel est envoyé {days} avant l'échéance."
        ),
        (
            "The credential {subject} of account {partner} expires on {en}.\n"
            "From then on it opens the gateway no more. Enrol its successor now:\n"
            "both are valid until the first one expires.\n"
            "This reminder is sent {days_en} ahead."
        ),
    ),
    NoticeKind.ACCOUNT_IDLE: (
        (
            "Le compte {partner} n'a pas servi depuis près de deux ans.\n"
            "Il sera désactivé le {fr}. Pour le garder, il suffit de s'en servir une fois :\n"
            "une requête authentifiée à /v1/me, par exemple."
        ),
        (
            "Account {partner} has not been used for nearly two years.\n"
            "It will be disabled on {en}. To keep it, use it once:\n"
            "an authenticated request to /v1/me will do."
        ),
    ),
    NoticeKind.ACCOUNT_DISABLED: (
        (
            "Le compte {partner}, inutilisé depuis deux ans, est désactivé depuis le {fr}.\n"
            "Ce qui a été transmis et répondu reste valable. Pour l'ouvrir de nouveau, écrivez\n"
            "au service qui vous a enrôlé."
        ),
        (
            "Account {partner}, unused for two years, has been disabled since {en}.\n"
            "What was sent and answered stays valid. To have it opened again, write to\n"
            "those who enrolled you."
        ),
    ),
    NoticeKind.CREDENTIAL_ENROLLED: (
        (
            "Depuis le {fr}, le moyen d'authentification {subject} ouvre le compte {partner}.\n"
            "Si vous ne l'avez pas enrôlé, prévenez aussitôt le service qui vous a enrôlé."
        ),
        (
            "Since {en}, the credential {subject} opens account {partner}.\n"
            "If you did not enrol it, tell those who enrolled you at once."
        ),
    ),
    NoticeKind.CREDENTIAL_REVOKED: (
        (
            "Depuis le {fr}, le moyen d'authentification {subject} n'ouvre plus le compte "
            "{partner}.\nSi vous ne l'avez pas révoqué, prévenez le service qui vous a enrôlé."
        ),
        (
            "Since {en}, the credential {subject} opens account {partner} no more.\n"
            "If you did not revoke it, tell those who enrolled you."
        ),
    ),
    NoticeKind.ENROLMENT_REFUSED: (
        (
            "Le {fr}, une clé ou un certificat présenté pour le compte {partner} a été refusé.\n"
            "Si ce n'était pas vous, prévenez le service qui vous a enrôlé."
        ),
        (
            "On {en}, a key or certificate presented for account {partner} was refused.\n"
            "If it was not you, tell those who enrolled you."
        ),
    ),
}
_ENDING: Final = (
    "Message automatique : n'y répondez pas.",
    "This message is automatic: please do not reply.",
)
_WIDTH: Final = 60


def message_of(due: DueNotice, *, environment: str) -> MailMessage:
    """The mail of a notice, of the installation of that name."""
    notice = due.notice
    stated = _stated(notice)
    subject, subject_en = (text.format(**stated) for text in _SUBJECTS[notice.kind])
    texts = (text.format(**stated) for text in _TEXTS[notice.kind])
    french, english = (f"{text}\n\n{end}" for text, end in zip(texts, _ENDING, strict=True))
    return MailMessage(
        id=notice.id,
        written_at=notice.decided_at,
        recipients=due.recipients,
        subject=f"[SISERI {environment}] {subject} / {subject_en}",
        text=f"{french}\n\n{'-' * _WIDTH}\n\n{english}\n",
    )


def _stated(notice: PartnerNotice) -> dict[str, str]:
    return {
        "partner": notice.partner_id,
        "subject": notice.subject,
        "fr": french_day(notice.day),
        "en": english_day(notice.day),
        "days": f"{notice.days} jour{'s' * (notice.days > 1)}",
        "days_en": f"{notice.days} day{'s' * (notice.days > 1)}",
    }
