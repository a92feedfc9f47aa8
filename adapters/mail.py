"""Mail handed to a relay by SMTP (RFC 5321), under TLS unless the relay is on this machine.

1. TLS before anything is said: STARTTLS (RFC 3207) that is demanded, not tried, or TLS from the
   first byte (RFC 8314 §3.3); the relay's name and chain are proved.
2. A header is what `email` makes of one value: a line break in it is a fault, never a second header
   (CWE-93; ASVS 5.0, 1.3.11). Envelope addresses have no form in which they could hold one.
3. A call ends within its deadline by the clock on the wall, whatever the relay does, and no other
   begins before it ended.
4. What the relay said is told to nobody: it may repeat addresses.
"""

import smtplib
import ssl
import threading
from collections.abc import Callable
from email.message import EmailMessage
from email.policy import SMTP
from typing import Final

from gateway.model.partner_notices import MailMessage, NotSent, Relay, Tls

DEADLINE_S: Final = 30.0
_REFUSED: Final = 500


class SmtpMailer:
    """Implements ports.Mailer."""

    def __init__(self, relay: Relay, *, deadline_s: float = DEADLINE_S) -> None:
        """`deadline_s` is for a whole call."""
        self._relay = relay
        self._deadline_s = deadline_s
        self._lock = threading.Lock()
        self._under_way: threading.Thread | None = None

    def send(self, message: MailMessage) -> None:
        """See ports.Mailer."""
        content = self._content(message)
        with self._lock:
            if self._under_way is not None and self._under_way.is_alive():
                raise NotSent("call-before-not-ended")
            outcome: list[NotSent | None] = []
            call = threading.Thread(
                target=lambda: outcome.append(self._outcome(message, content)),
                name="mail",
                daemon=True,
            )
            self._under_way = call
            call.start()
            call.join(self._deadline_s)
            fault = outcome[0] if outcome else NotSent("deadline")
        if fault is not None:
            raise fault

    def _content(self, message: MailMessage) -> bytes:
        """(2) the message of RFC 5322, its lines ended by CRLF, in seven bits."""
        mail = EmailMessage(policy=SMTP)
        try:
            mail["From"] = self._relay.sender
            mail["To"] = ", ".join(message.recipients)
            mail["Subject"] = message.subject
            mail["Date"] = message.written_at
            mail["Message-ID"] = f"<{message.id}@{self._relay.sender.partition('@')[2]}>"
            mail["Auto-Submitted"] = "auto-generated"  # RFC 3834 §5: no absence answers it
        except ValueError:
            raise NotSent("header", is_its_own=True, is_final=True) from None
        mail.set_content(message.text, cte="quoted-printable")
        mail["Content-Language"] = "fr, en"
        return mail.as_bytes()

    def _outcome(self, message: MailMessage, content: bytes) -> NotSent | None:
        try:
            self._hand_over(message, content)
        except NotSent as fault:
            return fault
        except Exception as error:  # noqa: BLE001 - smtplib lets OSError, ssl and codecs through
            return NotSent(type(error).__name__)
        return None

    def _hand_over(self, message: MailMessage, content: bytes) -> None:
        relay = self._connected()
        try:
            if self._relay.user:
                relay.login(self._relay.user, self._relay.password)
            try:
                relay.sendmail(self._relay.sender, list(message.recipients), content)
            except smtplib.SMTPRecipientsRefused as refused:
                codes = [code for code, _ in refused.recipients.values()]
                is_final = all(code >= _REFUSED for code in codes)
                raise NotSent("recipients-refused", is_its_own=True, is_final=is_final) from None
            except smtplib.SMTPDataError as refused:
                is_final = refused.smtp_code >= _REFUSED
                raise NotSent("content-refused", is_its_own=True, is_final=is_final) from None
        finally:
            _leave(relay.quit)  # whatever it answers, it has taken the mail, or not

    def _connected(self) -> smtplib.SMTP:
        """(1) a connection under TLS; the name we give is no secret, and is not looked up."""
        context = ssl.create_default_context(cafile=self._relay.authorities)
        name, timeout_s = self._relay.sender.partition("@")[2], self._deadline_s
        if self._relay.tls is Tls.IMPLICIT:
            return smtplib.SMTP_SSL(
                self._relay.host, self._relay.port, name, timeout=timeout_s, context=context
            )
        relay = smtplib.SMTP(self._relay.host, self._relay.port, name, timeout=timeout_s)
        if self._relay.tls is Tls.STARTTLS:
            try:
                relay.starttls(context=context)
            except BaseException:
                _leave(relay.close)
                raise
        return relay


def _leave(end: Callable[[], object]) -> None:
    try:
        end()
    except (OSError, smtplib.SMTPException):
        return
