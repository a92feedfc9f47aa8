"""Who asks once asks on a connection of its own, and not beside a call that has not ended."""

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from adapters.http import Getter, Poster
from tests.unit.adapters.http.scripted import OK, PATIENCE_S, Scripted, saying


def test_no_connection_is_kept_that_could_end_under_the_next_question() -> None:
    with Scripted(saying(OK)) as server:
        poster = Poster(server.url, deadline_s=PATIENCE_S, max_bytes=9)
        getter = Getter(server.url, deadline_s=PATIENCE_S, max_bytes=9)
        for _ in range(2):
            assert poster.post(b"", headers={}).content == b"{}"
            assert getter.get("checkpoint").content == b"{}"
        assert (server.connections, len(server.requests)) == (4, 4)


def test_calls_to_one_address_wait_for_each_other() -> None:
    under_way, most = [0], [0]

    def script(connection: Any) -> None:
        under_way[0] += 1
        most[0] = max(most[0], under_way[0])
        threading.Event().wait(0.02)
        under_way[0] -= 1
        connection.sendall(OK)

    with Scripted(script) as server, ThreadPoolExecutor(4) as pool:
        poster = Poster(server.url, deadline_s=PATIENCE_S, max_bytes=9)
        calls = [pool.submit(poster.post, b"", headers={}) for _ in range(4)]
        assert [call.result().status for call in calls] == [200] * 4
    assert most == [1]
