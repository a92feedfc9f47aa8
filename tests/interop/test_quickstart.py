"""`docs/quickstart/README.md`, run as it stands: from an invitation to a receipt that is proved."""

import json
import os
import re
import shutil
import subprocess
import sys
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from gateway.model.directory import DirectoryVersion
from gateway.store import Store
from signing.authority import new_authority
from tests import builders
from tests.doors.serving import Served
from tests.running import THE_LABORATORY, a_row, config_at

ROOT = Path(__file__).parent.parent.parent
PAGE = (ROOT / "docs" / "quickstart" / "README.md").read_text("utf-8")
MOST = 5


WAYS = {
    title: block.splitlines()
    for title, block in re.findall(
        r"^## ([^\n]+)\n(?:(?!^## ).)*?^```sh\n(.+?)^```", PAGE, re.DOTALL | re.MULTILINE
    )
}
"""The commands of each way on the page, one a line."""


@pytest.fixture(scope="module")
def settings(tmp_path_factory):
    """Of a gateway of now that certifies."""
    home = tmp_path_factory.mktemp("gateway")
    served = Served(home, is_of_now=True)
    address = f"http://{served.host}"
    config = config_at(home, address=address)
    new_authority(
        config.authority_keys, common_name="Essai", organisation="Essai", now=datetime.now(UTC)
    )
    store = Store(config)
    store.directory.save([a_row(number) for number in range(1, 4)], version="all")
    store.directory.finish(DirectoryVersion(version="all", date=date(2026, 11, 2)))
    store.close()
    yield {"SISERI_HOME": str(home), "SISERI_PUBLIC_ADDRESS": address}
    served.stop()


@pytest.fixture
def invited(settings):
    """What its manager tells the partner."""
    command = [sys.executable, "-m", "gateway", "partner", "invite", THE_LABORATORY.id, "--json"]
    told = subprocess.run(
        command, cwd=ROOT, env={**os.environ, **settings}, capture_output=True, check=True
    )
    return json.loads(told.stdout)


def test_every_block_of_the_page_is_run():
    assert len(WAYS) == PAGE.count("```sh\n") == 2


@pytest.mark.parametrize("way", WAYS)
def test_the_page_leads_from_an_invitation_to_a_receipt_that_is_proved(invited, tmp_path, way):
    assert 1 <= len(WAYS[way]) <= MOST
    folder = tmp_path / "partner"
    folder.mkdir()
    worker = builders.a_worker(1 + [*WAYS].index(way))  # one result of each is taken
    form = builders.a_transmission(results=[builders.a_line(worker=worker)])
    (folder / "transmission.json").write_bytes(builders.in_json(form))
    environment = {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "NO_PROXY": "127.0.0.1",
        "GATEWAY": invited["url"],
        "INVITATION": invited["invitation"],
        "FINGERPRINT": invited["fingerprint"],
    }
    (folder / "soap_zeep.py").symlink_to(ROOT / "docs" / "quickstart" / "soap_zeep.py")
    for command in WAYS[way]:
        done = subprocess.run(
            ["bash", "-c", command], cwd=folder, env=environment, capture_output=True, text=True,
            check=False,
        )  # fmt: skip
        assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
    (receipt,) = [*folder.glob("*receipt*")]
    assert receipt.stat().st_size > 1000
    assert (folder / "siseri-credentials" / "current.key").resolve().stat().st_mode & 0o77 == 0


@pytest.mark.skipif(
    shutil.which("openssl") is None or shutil.which("curl") is None,
    reason="no openssl or curl on this machine",
)
def test_openssl_and_curl_enrol_as_the_page_of_enrolment_says(invited, tmp_path):
    page = (ROOT / "docs" / "enrolment.md").read_text("utf-8")
    lines = [
        line.strip() for line in page.split("nothing of ours:")[1].splitlines() if line.strip()
    ]
    environment = {
        **os.environ,
        "NO_PROXY": "127.0.0.1",
        "GATEWAY": invited["url"],
        "INVITATION": invited["invitation"],
    }
    assert len(lines) == 2
    done = subprocess.run(
        ["bash", "-c", "\n".join(lines)], cwd=tmp_path, env=environment, capture_output=True,
        check=False,
    )  # fmt: skip
    enrolled = json.loads(done.stdout)
    assert enrolled["credential"]["kind"] == "CERTIFICATE"
    assert len(enrolled["certificates"]) == 2
