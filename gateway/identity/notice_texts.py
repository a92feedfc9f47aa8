"""What the mail to the holder of an account says: French, then English; nothing of the person.

It has no link: whoever gets one by mail to sign in by is taught to follow others.
"""

from typing import Final

from gateway.model.account_notices import AccountNoticeKind, DueAccountNotice
from gateway.model.partner_notices import MailMessage
from gateway.model.written_day import english_day, french_day

_SUBJECTS: Final = {
    AccountNoticeKind.IDLE: (
        "Votre compte inutilisé sera désactivé le {fr}",
        "your unused account will be disabled on {en}",
    ),
    AccountNoticeKind.DISABLED: (
        "Votre compte inutilisé est désactivé",
        "your unused account is disabled",
    ),
}
_TEXTS: Final = {
    AccountNoticeKind.IDLE: (
        (
            "Votre compte sur le portail SISERI n'a pas servi depuis près de deux ans.\n"
            "Il sera désactivé le {fr}. Pour le garder, il suffit de vous connecter une fois\n"
            "au portail, comme d'habitude. Ce message ne contient aucun lien."
        ),
        (
            "Your account on the SISERI portal has not been used for nearly two years.\n"
            "It will be disabled on {en}. To keep it, sign in to the portal once,\n"
            "as usual. This message contains no link."
        ),
    ),
    AccountNoticeKind.DISABLED: (
        (
            "Votre compte sur le portail SISERI, inutilisé depuis deux ans, est désactivé depuis\n"
            "le {fr}. Aucune donnée du registre n'est perdue. Pour le rouvrir, écrivez au\n"
            "service qui tient le registre ; sinon, ce compte sera effacé par la suite."
        ),
        (
            "Your account on the SISERI portal, unused for two years, has been disabled since\n"
            "{en}. Nothing in the register is lost. To have it opened again, write to those\n"
            "who keep the register; otherwise this account will be erased later."
        ),
    ),
}
_ENDING: Final = (
    "Message automatique : n'y répondez pas.",
    "This message is automatic: please do not reply.",
)
_WIDTH: Final = 60


def message_of(due: DueAccountNotice, *, environment: str) -> MailMessage:
    """The mail of a notice, of the installation of that name."""
    notice = due.notice
    days = {"fr": french_day(notice.day), "en": english_day(notice.day)}
    subject, subject_en = (text.format(**days) for text in _SUBJECTS[notice.kind])
    texts = (text.format(**days) for text in _TEXTS[notice.kind])
    french, english = (f"{text}\n\n{end}" for text, end in zip(texts, _ENDING, strict=True))
    return MailMessage(
        id=notice.id,
        written_at=notice.decided_at,
        recipients=due.recipients,
        subject=f"[SISERI {environment}] {subject} / {subject_en}",
        text=f"{french}\n\n{'-' * _WIDTH}\n\n{english}\n",
    )
