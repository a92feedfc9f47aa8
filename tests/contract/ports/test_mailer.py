"""What `ports.Mailer` promises; what each relay does to it is in `unit/adapters/test_mail.py`."""

import pytest

from adapters.mail import SmtpMailer
from gateway.model.partner_notices import MailAddress, NotSent, Relay, Tls
from tests.partners.smtp_example.server import Behaviour
from tests.partners.smtp_example.server import Relay as Double
from tests.unit.adapters.test_mail import MESSAGE


@pytest.mark.parametrize("behaviour", Behaviour)
def test_a_mail_that_returned_was_taken_and_one_that_raised_may_be_sent_again(
    behaviour: Behaviour,
) -> None:
    with Double() as double:
        stated = Relay(
            host="127.0.0.1",
            port=double.port,
            tls=Tls.NONE,
            sender=MailAddress.parse("passerelle@registre.example"),
            user="",
            password="",
            authorities=None,
        )
        double.behaviour = behaviour
        try:
            never_ends = behaviour in {Behaviour.SILENT, Behaviour.DRIPS}
            SmtpMailer(stated, deadline_s=0.4 if never_ends else 20.0).send(MESSAGE)
        except NotSent:
            double.behaviour = Behaviour.TAKES
            SmtpMailer(stated).send(MESSAGE)
        ids = {taken.mail["Message-ID"] for taken in double.taken}
    assert len(double.taken) == 1 + (behaviour is Behaviour.DROPS_AFTER_CONTENT)
    assert len(ids) == 1
