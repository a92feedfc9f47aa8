"""The n-th signature fails, for every n: what cannot be signed is not recorded either."""

import pytest
from sqlalchemy import func, select

from gateway.errors import Overloaded
from gateway.storage.tables import acknowledgements, lines, renderings, transmissions
from gateway.storage.transmission_log import SqlTransmissionLog
from gateway.storage.writer import Writer
from tests import builders
from tests.builders import a_line, a_transmission
from tests.fakes import FakeSealer, FakeSigner
from tests.postgresql import KINDS, opened
from tests.unit.steps.flow import Core

TABLES = (transmissions, acknowledgements, renderings, lines)
OF_ONE, OF_TWO = 2, 4
"""Signatures of one acknowledgement, and of one that closes a held line of another."""


class FailingSigner(FakeSigner):
    """The n-th signature from when it is armed fails, as a token does that is pulled out."""

    left = 0

    def arm(self, number):
        self.left = number

    def _count(self):
        self.left -= 1
        if self.left == 0:
            raise Overloaded("the token is away", retry_after_s=5)

    def sign_json(self, payload, *, typ="siseri-ack+jws"):
        self._count()
        return super().sign_json(payload, typ=typ)

    def sign_xml(self, acknowledgement, *, signed_at):
        self._count()
        super().sign_xml(acknowledgement, signed_at=signed_at)


@pytest.fixture(params=KINDS)
def engine(request, tmp_path):
    with opened(request.param, tmp_path) as found:
        yield found


@pytest.fixture
def signer():
    return FailingSigner()


@pytest.fixture
def core(engine, signer):
    writer = Writer(engine=engine)
    log = SqlTransmissionLog(engine=engine, writer=writer, sealer=FakeSealer())
    yield Core(log=log, signer=signer)
    writer.close()


def counted(engine):
    with engine.connect() as connection:
        return [connection.scalar(select(func.count()).select_from(table)) for table in TABLES]


def fail_each(core, signer, engine, form, points):
    """Nothing is recorded by any attempt but the last, which is what a calm client would get."""
    before = counted(engine)
    for number in range(1, points + 1):
        signer.arm(number)
        with pytest.raises(Overloaded):
            core.submit(form)
        assert counted(engine) == before
    signer.arm(points + 1)
    answer = core.submit(form)
    assert signer.left == 1  # there were no more
    assert core.submit(form).content == answer.content
    return answer


def test_a_receipt_that_cannot_be_signed_leaves_no_rows(core, signer, engine):
    answer = fail_each(core, signer, engine, a_transmission(), OF_ONE)
    assert answer.disposition == "ACCEPTED"
    assert counted(engine) == [1, 1, 2, 1]


def test_a_statement_that_cannot_be_signed_again_leaves_the_held_line_as_it_was(
    core, signer, engine
):
    worker = builders.a_worker(9)
    held = a_transmission(results=[a_line(worker=worker)])
    assert core.submit(held).disposition == "HELD"
    aimed = {"transmission": held["id"], "ref": "P-0001", "reason": "DOSE"}
    line = a_line(ref="P-0002", operation="CORRECTION", worker=worker, corrects=aimed)
    fail_each(core, signer, engine, a_transmission(results=[line]), OF_TWO)
    assert counted(engine) == [2, 3, 6, 2]
