"""What is read in a trace: which flush lets an answer leave, and which does not."""

import pytest

from tests.chaos.tracing import Order, OrderOnPostgresql

GATEWAY, CLOSING, NUMBERING, WRITER = "10", "21", "22", "23"
ASKED = f'{GATEWAY} recvfrom(7<socket:[1]>, "POST /v1/transmissions HTTP/1.1"..., 65536, 0) = 900'
ANSWERED = f'{GATEWAY} sendto(7<socket:[1]>, "HTTP/1.1 200 OK\\r\\n"..., 4000, 0) = 4000'


def wrote(process, file="/data/pg_wal/000000010000000000000001"):
    return f'{process} pwrite64(5<{file}>, "\\20\\321"..., 8192, 0) = 8192'


def flushed(process, file="/data/pg_wal/000000010000000000000001", result="0"):
    return f"{process} fdatasync(5<{file}>) = {result}"


def asked_to_commit(backend):
    return f'{backend} recvfrom(9<socket:[2]>, "Q\\0\\0\\0\\vCOMMIT\\0", 8192, 0, NULL, NULL) = 12'


def committed(backend):
    reply = "C\\0\\0\\0\\vCOMMIT\\0Z\\0\\0\\0\\5I"
    return f'{backend} sendto(9<socket:[2]>, "{reply}", 18, 0, NULL, 0) = 18'


def commit(backend, *between):
    return [asked_to_commit(backend), *between, committed(backend)]


def own(backend):
    return commit(backend, wrote(backend), flushed(backend))


def by_another(backend):
    """A commit that the writer of the log, which began later, had flushed."""
    return commit(backend, wrote(WRITER), flushed(WRITER))


@pytest.mark.parametrize(
    ("between", "early", "beside"),
    [
        ([*own(CLOSING), *own(NUMBERING)], 0, 0),
        ([*own(CLOSING), *by_another(NUMBERING)], 0, 1),
        ([*own(CLOSING)], 1, 0),
        ([], 1, 0),
        ([wrote(WRITER), flushed(WRITER)] * 5, 1, 0),  # flushes of others are no commits
        ([*own(CLOSING), *commit(NUMBERING, wrote(NUMBERING))], 1, 0),
        ([*own(CLOSING), *commit(NUMBERING, flushed(NUMBERING, result="-1 EIO (I/O)"))], 1, 0),
        ([flushed(NUMBERING), *own(CLOSING), *commit(NUMBERING)], 1, 0),  # before it was asked
        ([*own(CLOSING), *commit(NUMBERING), flushed(NUMBERING)], 1, 0),  # after it had replied
    ],
)  # fmt: skip
def test_on_postgresql_two_commits_each_flushed_before_its_reply(between, early, beside):
    before = own(CLOSING) + own(NUMBERING)  # those of an earlier answer count for nothing
    order = OrderOnPostgresql().read([*before, ASKED, *between, ANSWERED])
    assert (order.answers, order.early, order.beside) == (1, early, beside)


def test_a_flush_that_began_before_the_commit_was_asked_for_covers_nothing():
    unfinished = flushed(WRITER).partition(")")[0] + " <unfinished ...>"
    lines = [ASKED, *own(CLOSING), unfinished, asked_to_commit(NUMBERING)]
    lines += [f"{WRITER} <... fdatasync resumed>) = 0", committed(NUMBERING), ANSWERED]
    assert OrderOnPostgresql().read(lines).early == 1


WAL = "/home/gateway.sqlite3-wal"


@pytest.mark.parametrize(
    ("between", "early"),
    [
        ([wrote(GATEWAY, WAL), flushed(GATEWAY, WAL)], 0),
        ([flushed(GATEWAY, WAL), wrote(GATEWAY, WAL)], 1),
        ([wrote(GATEWAY, WAL)], 1),
        ([wrote(GATEWAY, WAL), flushed(GATEWAY, WAL, result="-1 EIO (I/O)")], 1),
        ([wrote(GATEWAY, WAL), flushed(GATEWAY, "/home/gateway.sqlite3")], 1),
    ],
)
def test_on_sqlite_a_flush_of_the_log_after_it_was_written(between, early):
    order = Order().read([ASKED, *between, ANSWERED])
    assert (order.answers, order.early) == (1, early)
