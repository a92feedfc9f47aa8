"""`witness` on the command line: what it makes, and why it does not start."""

import http.server
import threading
from dataclasses import replace

import pytest

from gateway.__main__ import main
from signing.log.witness_folder import EVIDENCE, new_witness, witness_key
from tests.witnesses import NAME, ALog, Shown


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("--log", "no key"),
        ("--log", "WITNESS"),
        ("--log", "LOG", "--folder", "/nowhere/at/all"),
        ("--log", "LOG", "--log", "OTHER", "--follow", "http://127.0.0.1:9/log"),
        ("--log", "LOG", "--follow", "ftp://127.0.0.1/log"),
    ],
)
def test_a_witness_that_cannot_start_says_why_in_both_languages(tmp_path, capsys, arguments):
    new_witness(tmp_path / "w", name=NAME)
    other = ALog(1).key.vkey
    texts = {
        "WITNESS": witness_key(tmp_path / "w").text,
        "LOG": other.text,
        "OTHER": replace(other, name="other.example/log").text,
    }
    given = [texts.get(one, one) for one in arguments]
    folder = [] if "--folder" in given else ["--folder", tmp_path / "w"]
    assert main(["witness", *map(str, folder), *given]) == 3
    french, english = capsys.readouterr().err.splitlines()
    assert french.startswith("Erreur ")
    assert english.startswith("Error ")


def test_a_new_key_is_shown_as_policies_name_it_and_made_once(tmp_path, capsys):
    made = ["witness", "new-key", "--folder", str(tmp_path / "w"), "--name", NAME]
    assert main(made) == 0
    text = witness_key(tmp_path / "w").text
    assert capsys.readouterr().out.splitlines()[0] == text
    assert main(made) == 3
    capsys.readouterr()
    assert main(["witness", "key", "--folder", str(tmp_path / "w")]) == 0
    assert capsys.readouterr().out.split() == [text]


@pytest.mark.parametrize("name", ["two words", "", "plus+plus"])
def test_a_name_that_no_line_could_hold_is_refused(tmp_path, capsys, name):
    assert main(["witness", "new-key", "--folder", str(tmp_path / "w"), "--name", name]) == 3
    assert "Erreur" in capsys.readouterr().err


@pytest.fixture
def shown():
    """A log over HTTP: who shows what, in `shown.log`."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            octets = server.log.read(self.path.removeprefix("/log/"))
            self.send_response(200)
            self.send_header("content-length", str(len(octets)))
            self.end_headers()
            self.wfile.write(octets)

        def log_message(self, *_):
            """Nothing on the output of tests."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def test_one_look_is_cosigned_and_a_log_that_shows_less_or_another_past_ends_with_its_name(
    shown, tmp_path, capsys
):
    log, forked = ALog(20), ALog(20, rewritten=[3])
    folder, out = tmp_path / "w", tmp_path / "note"
    new_witness(folder, name=NAME)

    def look(at):
        shown.log = at
        url = f"http://127.0.0.1:{shown.server_address[1]}/log"
        given = ("--log", log.key.vkey.text, "--follow", url, "--once", "--out", str(out))
        code = main(["witness", "--folder", str(folder), *given])
        return code, capsys.readouterr().err

    assert look(Shown(log, 9))[0] == 0
    note = out.read_bytes()
    for at, words, kind in (
        (Shown(log, 8), "shows less than it signed before", "shrunk"),
        (Shown(forked, 9), "rewrote its past", "fork"),
    ):
        code, told = look(at)
        assert code == 2
        assert words in told
        assert len([*(folder / EVIDENCE).glob(f"{kind}-*.json")]) == 1
        assert out.read_bytes() == note  # nothing was cosigned
    assert look(Shown(log, 20))[0] == 0
