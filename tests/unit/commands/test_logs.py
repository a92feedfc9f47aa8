"""A record is one line of JSON in ASCII, whatever it is given (CWE-117)."""

import io
import json
import logging

import pytest
import structlog

from gateway.commands import logs
from gateway.storage.engine import open_engine


@pytest.fixture
def written():
    """What our handler writes."""
    root, stream = logging.getLogger(), io.StringIO()
    before = (root.handlers, root.level)
    logs.configure("INFO")
    (handler,) = root.handlers
    assert isinstance(handler, logging.StreamHandler)
    handler.setStream(stream)
    yield stream
    root.handlers, root.level = before
    structlog.reset_defaults()


def test_a_pool_of_connections_says_nothing_of_its_daily_work(written, tmp_path):
    engine = open_engine(f"sqlite:///{tmp_path / 'gateway.db'}")
    with engine.connect() as connection:
        connection.invalidate()
    engine.dispose()
    assert written.getvalue() == ""


@pytest.mark.parametrize(
    "text",
    [
        *("a\r\n{}", "\x1b[2J", "\x9b2J", "\u202egnp.exe", "\u2028", "\x00", "é"),
        'a", "level": "critical',
    ],
    ids=ascii,
)
def test_no_value_breaks_out_of_its_record(written, text):
    structlog.get_logger("gateway.test").info("met", method=text)
    line = written.getvalue()
    assert line.isascii()
    assert line.endswith("}\n")
    assert line[:-1].isprintable()
    record = json.loads(line)
    assert (record["event"], record["method"], record["level"]) == ("met", text, "info")
