"""The ways of the quick start that need no proxy, and enrolment with openssl and curl alone."""

import json
import os
import shutil
import subprocess
from datetime import UTC, date, datetime

import pytest

from gateway.model.directory import DirectoryVersion
from gateway.store import Store
from signing.authority import new_authority
from tests.doors.serving import Served
from tests.quickstart import IN_CLEAR, MOST, PAGE, ROOT, WAYS, invited, walk
from tests.running import a_row, config_at


@pytest.fixture(scope="module")
def config(tmp_path_factory):
    """Of a gateway of now that certifies."""
    home = tmp_path_factory.mktemp("gateway")
    served = Served(home, is_of_now=True)
    address = f"http://{served.host}"
    config = config_at(home, address=address)
    new_authority(
        config.authority_keys, common_name="Essai", organisation="Essai", now=datetime.now(UTC)
    )
    store = Store(config)
    store.directory.save([a_row(number) for number in range(1, len(WAYS) + 1)], version="all")
    store.directory.finish(DirectoryVersion(version="all", date=date(2026, 11, 2)))
    store.close()
    yield config
    served.stop()


def test_every_block_of_the_page_is_run_in_few_commands():
    assert len(WAYS) == PAGE.count("```sh\n") == 6
    assert all(1 <= len(commands) <= MOST for commands in WAYS.values())
    assert [f"| {len(commands)} |" for commands in WAYS.values()] == [
        f"| {line.split('|')[-2].strip()} |" for line in PAGE.splitlines() if "[below]" in line
    ]


@pytest.mark.skipif(
    shutil.which("openssl") is None or shutil.which("curl") is None,
    reason="no openssl or curl on this machine",
)
@pytest.mark.parametrize("way", IN_CLEAR)
def test_the_page_leads_from_an_invitation_to_a_receipt_that_is_proved(config, tmp_path, way):
    told = invited(config, f"way-{IN_CLEAR.index(way)}")
    assert walk(way, told, tmp_path / "partner").stat().st_size > 1000


@pytest.mark.skipif(
    shutil.which("openssl") is None or shutil.which("curl") is None,
    reason="no openssl or curl on this machine",
)
def test_openssl_and_curl_enrol_as_the_page_of_enrolment_says(config, tmp_path):
    told = invited(config, "by-openssl")
    page = (ROOT / "docs" / "enrolment.md").read_text("utf-8")
    lines = [
        line.strip() for line in page.split("nothing of ours:")[1].splitlines() if line.strip()
    ]
    environment = {
        **os.environ,
        "NO_PROXY": "127.0.0.1",
        "GATEWAY": told["url"],
        "INVITATION": told["invitation"],
    }
    assert len(lines) == 2
    done = subprocess.run(
        ["bash", "-c", "\n".join(lines)], cwd=tmp_path, env=environment, capture_output=True,
        check=False,
    )  # fmt: skip
    enrolled = json.loads(done.stdout)
    assert enrolled["credential"]["kind"] == "CERTIFICATE"
    assert len(enrolled["certificates"]) == 2
