"""A gateway and its witness as processes: receipts are cosigned, and both verifiers prove it."""

import json
from contextlib import ExitStack
from dataclasses import replace

import pytest

from gateway.commands.demonstration.installation import Installation, free_port, running
from gateway.commands.demonstration.witnessing import NAME, witnessed
from gateway.commands.keys_making import make_keys
from gateway.commands.migrate import migrate_database
from gateway.commands.partner import enrol
from signing.log.checkpoint import parse_checkpoint
from signing.log.cosignature import cosignatures
from signing.log.policy import parse_policy
from signing.log.witness_folder import MEMORY, new_witness, witness_key
from signing.register import load_register
from tests.running import THE_LABORATORY
from tests.witnessed import ROOT, Site, command, until

VERIFIER = ROOT / "docs" / "verifier" / "verify.mjs"


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    installation = Installation(folder=tmp_path_factory.mktemp("site"), port=free_port())
    make_keys(installation.config)
    migrate_database(installation.config)
    token = enrol(installation.config, THE_LABORATORY)
    with ExitStack() as stack:
        witness = stack.enter_context(witnessed(installation))
        installation = replace(installation, witnesses=witness.policy)
        server = stack.enter_context(running(installation))
        server.wait_ready()
        yield Site(installation, token, witness)


def test_a_receipt_read_again_is_cosigned_and_proved_by_both_verifiers(site, tmp_path, run_node):
    answer = site.submit()
    assert NAME not in answer.json()["proof"]["inclusion"]
    receipt, trust = tmp_path / "receipt.json", tmp_path / "trust.json"
    receipt.write_bytes(site.cosigned(answer).content)
    trust.write_bytes(site.get("/.well-known/siseri-signing-keys.json").content)
    policy = site.witness.policy
    ours = command("verify", receipt, "--trust", trust, "--policy", policy, "--json")
    second = run_node(
        VERIFIER,
        *(receipt, "--trust", trust, "--policy", policy, "--json"),
    )
    for done in (ours, second):
        assert done.returncode == 0, done.stdout + done.stderr
        assert json.loads(done.stdout)["proved"] is True
    names = [step["name"] for step in json.loads(ours.stdout)["steps"]]
    assert "enough witnesses saw the same log" in names
    assert "decided shortly before it was seen in the log" in names
    # as it was answered, before the witness: refused by who asks for one
    receipt.write_bytes(answer.content)
    asked = (receipt, "--trust", trust, "--policy", policy)
    for done in (command("verify", *asked), run_node(VERIFIER, *asked)):
        assert done.returncode == 2, done.stdout + done.stderr


def test_the_log_shows_its_checkpoint_with_the_cosignature(site):
    site.cosigned(site.submit())
    policy = parse_policy(site.witness.policy.read_bytes())

    def found():
        signed = parse_checkpoint(site.get("/log/checkpoint").content)
        return cosignatures(signed, witnesses=policy.witnesses)

    assert until(found, what="no cosignature under the checkpoint")


def test_a_follower_cosigns_the_log_that_is_served(site, tmp_path):
    site.submit()
    key = load_register(site.installation.config.signing_keys).log.keys[-1].vkey
    folder, out = tmp_path / "follower", tmp_path / "checkpoint"
    new_witness(folder, name="suiveur.example/1")
    url = f"{site.installation.url}/log"
    done = command(
        *("witness", "--folder", folder, "--log", key.text, "--once", "--follow", url),
        *("--out", out),
    )
    assert done.returncode == 0, done.stderr
    signed = parse_checkpoint(out.read_bytes())
    assert cosignatures(signed, witnesses=[witness_key(folder)])
    assert json.loads((folder / MEMORY).read_bytes())["logs"].keys() == {key.name}
