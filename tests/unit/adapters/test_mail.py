"""Mail over real SMTP and TLS: taken whole, or not sent and said why, whatever the relay does."""

import time
from datetime import UTC, datetime

import msgspec
import pytest

from adapters.mail import SmtpMailer
from gateway.config import Config
from gateway.errors import ConfigurationFault
from gateway.model import partner_notices as model
from gateway.model.partner_notices import MailAddress, MailMessage, NotAnAddress, NotSent, Tls
from tests.authority import Authority
from tests.partners.smtp_example.server import Behaviour, Relay
from tests.tls import certified

MESSAGE = MailMessage(
    id="0" * 32,
    written_at=datetime(2026, 11, 22, 8, 30, tzinfo=UTC),
    recipients=(MailAddress.parse("siseri@labo.example"), MailAddress.parse("it@labo.example")),
    subject="Votre moyen d'authentification expire le 1er décembre 2026 / a credential expires",
    text="Première ligne\n.un point\n\nEnglish\n",
)
QUICKLY_S = 30


@pytest.fixture(scope="module")
def authority():
    return Authority("Racine d'essai")


@pytest.fixture(scope="module")
def files(authority, tmp_path_factory):
    """The relay's chain with its key, and the root that proves it."""
    return certified(tmp_path_factory.mktemp("relay"), authority)


def mailer_to(relay, *, tls=Tls.NONE, root=None, user="", deadline_s=20.0):
    stated = model.Relay(
        host="127.0.0.1",
        port=relay.port,
        tls=tls,
        sender=MailAddress.parse("passerelle@registre.example"),
        user=user,
        password="secret" if user else "",
        authorities=root,
    )
    return SmtpMailer(stated, deadline_s=deadline_s)


def test_a_mail_is_taken_whole_and_the_same_notice_is_the_same_mail():
    with Relay() as relay:
        for _ in range(2):
            mailer_to(relay).send(MESSAGE)
    first, second = relay.taken
    assert first == second
    assert first.recipients == MESSAGE.recipients
    assert first.content.isascii()
    mail = first.mail
    assert mail["Subject"] == MESSAGE.subject
    assert mail["Message-ID"] == f"<{MESSAGE.id}@registre.example>"
    assert mail["To"] == "siseri@labo.example, it@labo.example"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Content-Language"] == "fr, en"
    assert mail["Date"].datetime == MESSAGE.written_at
    assert mail.get_content().replace("\r\n", "\n") == MESSAGE.text


@pytest.mark.parametrize("tls", [Tls.STARTTLS, Tls.IMPLICIT])
def test_it_goes_under_tls_to_a_relay_that_proves_its_name(files, tls):
    chain, root = files
    with Relay(chain, is_implicit=tls is Tls.IMPLICIT) as relay:
        mailer_to(relay, tls=tls, root=root, user="passerelle").send(MESSAGE)
    (taken,) = relay.taken
    assert taken.is_under_tls
    said = [command.split()[0] for command in relay.said]
    assert said.index("AUTH") > (said.index("STARTTLS") if tls is Tls.STARTTLS else -1)


@pytest.mark.parametrize("tls", [Tls.STARTTLS, Tls.IMPLICIT])
def test_a_relay_that_no_root_proves_is_told_nothing(files, tls):
    chain, _ = files
    served, refused = (
        Relay(chain, is_implicit=tls is Tls.IMPLICIT),
        pytest.raises(NotSent, match="SSLCertVerificationError"),
    )
    with served as relay, refused:
        mailer_to(relay, tls=tls, user="passerelle").send(MESSAGE)
    assert {command.split()[0] for command in relay.said} <= {"EHLO", "STARTTLS"}


def test_a_relay_without_tls_is_told_nothing_but_our_name(files):
    chain, root = files
    with Relay(chain) as relay:
        relay.behaviour = Behaviour.NO_STARTTLS
        with pytest.raises(NotSent, match="SMTPNotSupportedError"):
            mailer_to(relay, tls=Tls.STARTTLS, root=root, user="passerelle").send(MESSAGE)
    assert relay.said == ["EHLO registre.example"]


@pytest.mark.parametrize(
    ("behaviour", "kind", "is_its_own", "is_final"),
    [
        (Behaviour.CLOSES, "SMTPServerDisconnected", False, False),
        (Behaviour.LATER, "recipients-refused", True, False),
        (Behaviour.NEVER, "recipients-refused", True, True),
        (Behaviour.CONTENT_LATER, "content-refused", True, False),
        (Behaviour.CONTENT_NEVER, "content-refused", True, True),
        (Behaviour.DROPS_AFTER_CONTENT, "SMTPServerDisconnected", False, False),
    ],
)
def test_what_the_relay_does_is_told_by_its_kind_alone(behaviour, kind, is_its_own, is_final):
    with Relay() as relay:
        relay.behaviour = behaviour
        with pytest.raises(NotSent) as fault:
            mailer_to(relay).send(MESSAGE)
    assert (fault.value.kind, fault.value.is_its_own, fault.value.is_final) == (
        *(kind, is_its_own),
        is_final,
    )
    assert "@" not in str(fault.value)
    assert fault.value.__cause__ is None


@pytest.mark.parametrize("behaviour", [Behaviour.SILENT, Behaviour.DRIPS])
def test_a_relay_that_never_ends_costs_its_deadline_and_one_thread(behaviour):
    with Relay() as relay:
        relay.behaviour = behaviour
        mailer = mailer_to(relay, deadline_s=0.4)
        began = time.monotonic()
        with pytest.raises(NotSent):
            mailer.send(MESSAGE)
        assert time.monotonic() - began < QUICKLY_S
    assert relay.taken == []


def test_nobody_there_is_not_sent():
    with Relay() as relay:
        mailer = mailer_to(relay)
    with pytest.raises(NotSent, match="ConnectionRefusedError"):
        mailer.send(MESSAGE)


@pytest.mark.parametrize(
    "subject", ["one\r\nBcc: all@person.example", "one\nBcc: x", "one\rBcc: x", "one\r\n\r\nbody"]
)
def test_a_line_break_in_a_header_is_a_fault_and_no_second_header(subject):
    with Relay() as relay, pytest.raises(NotSent, match="header") as fault:
        mailer_to(relay).send(msgspec.structs.replace(MESSAGE, subject=subject))
    assert fault.value.is_final
    assert relay.said == []


@pytest.mark.parametrize(
    "text",
    [
        *("", "labo", "@labo.example", "a@b", "a b@labo.example", "a@labo..example", "a@-labo.fr"),
        *("a@labo.example\n", "a@labo.example\r\nBcc: b@c.example", "a@labo.example, b@c.example"),
        *("<a@labo.example>", '"a"@labo.example', "A <a@labo.example>", "a@[127.0.0.1]"),
        *("é@labo.example", "a@labo.example\0", "-a@labo.example", "a@labo.example>SIZE=1"),
        "a" * 250 + "@labo.example",
    ],
)
def test_what_is_not_one_plain_address_is_none(text):
    with pytest.raises(NotAnAddress) as fault:
        MailAddress.parse(text)
    assert text == "" or text not in str(fault.value)


def test_mail_without_tls_is_for_a_relay_of_this_machine_alone():
    stated = {"SISERI_SMTP_TLS": "none", "SISERI_SMTP_FROM": "a@registre.example"}
    local = Config.from_env({**stated, "SISERI_SMTP_HOST": "127.0.0.1"})
    assert local.relay is not None
    assert local.relay.tls is Tls.NONE
    with pytest.raises(ConfigurationFault, match="SISERI_SMTP_TLS"):
        Config.from_env({**stated, "SISERI_SMTP_HOST": "smtp.example"})
    with pytest.raises(ConfigurationFault, match="SISERI_SMTP_FROM"):
        Config.from_env({"SISERI_SMTP_HOST": "smtp.example"})
    assert Config.from_env({}).relay is None


def test_the_password_is_shown_nowhere():
    stated = {"SISERI_SMTP_HOST": "smtp.example", "SISERI_SMTP_FROM": "a@registre.example"}
    config = Config.from_env({**stated, "SISERI_SMTP_PASSWORD": "marked-secret"})
    assert config.relay is not None
    assert config.relay.password == "marked-secret"  # noqa: S105 - no secret
    assert "marked-secret" not in repr(config)
