import hashlib
import json
import logging

import msgspec
import pytest
import structlog

import signing.keys
from gateway.__main__ import main
from gateway.commands import logs
from gateway.commands.opening import configuration, machine_time, opened_store
from gateway.commands.proofs import FRENCH_STEPS
from gateway.commands.receipts import acknowledgements
from gateway.commands.samples.transmissions import DEFAULT_SENDERS
from gateway.commands.verify import prove, trusted
from gateway.config import Access, environment_of_child
from gateway.model.acknowledgement import Acknowledgement
from gateway.model.transmission import Flow
from gateway.wire.v1.acknowledgement import canonical, json_receipt, xml_bytes
from tests.enrolled import put
from tests.hostile.wss import door
from tests.unit.commands.test_posting import EXAMPLES, RECEIPT

LABORATORY = "77568501900488"
FLOW = ("--flow", "PASSIVE_EXTERNAL")


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("SISERI_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def ready(home, capsys):
    assert main(["keys", "new"]) == 0
    assert main(["migrate"]) == 0
    capsys.readouterr()
    return home


def said(capsys):
    return json.loads(capsys.readouterr().out)


def add(*more):
    return main(["partner", "add", "Labo [bold]", "--siret", LABORATORY, "--type=OA", *FLOW, *more])


@pytest.mark.parametrize("command", [["serve"], ["partner", "list"], ["keys", "list"]])
@pytest.mark.usefixtures("home")
def test_without_keys_the_command_to_run_is_named(capsys, command):
    assert main(command) == 3
    assert "siseri-gateway keys new" in capsys.readouterr().err


@pytest.mark.parametrize("command", [["serve"], ["partner", "list"]])
@pytest.mark.usefixtures("home")
def test_without_migration_the_command_to_run_is_named(capsys, command):
    main(["keys", "new"])
    assert main(command) == 3
    assert "siseri-gateway migrate" in capsys.readouterr().err


def test_keys_are_never_replaced(ready):
    before = {file: file.read_bytes() for file in ready.rglob("*.key*")}
    assert main(["keys", "new"]) == 3
    assert {file: file.read_bytes() for file in ready.rglob("*.key*")} == before


def test_a_command_that_cannot_be_read_is_not_done_and_says_so_in_both_languages(capsys):
    assert main(["serve", "--bogus"]) == 3
    err = capsys.readouterr().err
    assert err.startswith("Erreur")
    assert "\nError" in err
    assert "Traceback" not in err


@pytest.mark.usefixtures("home")
def test_a_configuration_fault_is_one_message(monkeypatch, capsys):
    monkeypatch.setenv("SISERI_THREADS", "none")
    assert main(["migrate"]) == 3
    french, english = capsys.readouterr().err.splitlines()
    assert "SISERI_THREADS doit être un nombre de 1 à 64" in french
    assert "SISERI_THREADS must be a number from 1 to 64" in english


@pytest.mark.usefixtures("ready")
def test_a_partner_is_enrolled_renewed_and_disabled(capsys):
    more = ("--accreditation", "1-0001", "--accredited-to", "2030-12-31", "--json")
    assert add(*more, "--with-token") == 0
    first = said(capsys)
    assert main(["partner", "token", first["id"], "--json"]) == 0
    assert said(capsys)["token"] != first["token"]
    assert main(["partner", "disable", first["id"]]) == 0
    capsys.readouterr()
    main(["partner", "list", "--json"])
    (listed,) = said(capsys)
    assert listed["disabledAt"] is not None
    assert listed["accreditedTo"] == "2030-12-31"
    assert "token" not in listed


@pytest.mark.usefixtures("ready")
def test_a_partner_is_given_an_invitation_and_no_token_unless_it_is_asked_for(capsys):
    assert add("--accreditation", "1-0001", "--json") == 0
    assert said(capsys).keys() == {"id", "invitation", "expiresAt", "url", "fingerprint"}
    with opened_store(configuration()) as store, store.engine.connect() as connection:
        count = connection.exec_driver_sql("SELECT count(*) FROM partner_tokens").scalar()
    assert count == 0


@pytest.mark.usefixtures("ready")
def test_what_a_command_logs_goes_to_the_error_output(capsys):
    main([])  # the logger is the command line's
    capsys.readouterr()
    structlog.get_logger("gateway.any").warning("anything.said")
    told = capsys.readouterr()
    assert told.out == ""
    assert "anything.said" in told.err


@pytest.mark.usefixtures("ready")
def test_a_partner_is_enrolled_once():
    add("--accreditation", "1-0001")
    assert add("--accreditation", "1-0001") == 3


@pytest.mark.usefixtures("ready")
def test_a_body_without_accreditation_is_not_enrolled():
    assert add() == 3


@pytest.mark.parametrize("command", ["token", "disable"])
@pytest.mark.usefixtures("ready")
def test_an_unknown_partner_is_said_to_be_so(capsys, command):
    assert main(["partner", command, "nobody"]) == 3
    assert "partner list" in capsys.readouterr().err


@pytest.mark.usefixtures("ready")
def test_a_partner_takes_over_from_another_and_gives_it_back(capsys):
    add("--accreditation", "1-0001", "--id", "former")
    heir = ["partner", "add", "Reprise", "--siret", "73282932000074", "--type=OA", *FLOW]
    main([*heir, "--accreditation", "1-0002", "--id", "heir"])
    assert main(["partner", "succeeds", "heir", LABORATORY]) == 0
    assert main(["partner", "succeeds", "former", "73282932000074"]) == 3
    assert "itself" in capsys.readouterr().err
    main(["partner", "list", "--json"])
    assert {one["id"]: one["succeeds"] for one in said(capsys)} == {
        "former": [],
        "heir": [LABORATORY],
    }
    assert main(["partner", "list"]) == 0
    assert main(["partner", "succeeds", "heir", LABORATORY, "--undo"]) == 0
    assert main(["partner", "succeeds", "heir", LABORATORY, "--undo"]) == 3
    assert main(["partner", "succeeds", "nobody", LABORATORY]) == 3
    assert main(["partner", "succeeds", "heir", "123"]) == 3


@pytest.mark.usefixtures("ready")
def test_an_agent_is_given_a_mandate_and_loses_it(capsys):
    add("--accreditation", "1-0001", "--id", "laboratory")
    assert main(["partner", "add", "LIMS", "--siret", "73282932000074", "--id", "agent"]) == 0
    days = ["--start", "2026-01-01", "--end", "2026-12-31"]
    assert main(["partner", "speaks-for", "agent", "laboratory", *days]) == 0
    capsys.readouterr()
    main(["partner", "list", "--json"])
    assert {one["id"]: (one["type"], one["speaksFor"]) for one in said(capsys)} == {
        "agent": (None, [{"id": "laboratory", "from": "2026-01-01", "to": "2026-12-31"}]),
        "laboratory": ("OA", []),
    }
    assert main(["partner", "list"]) == 0
    assert main(["partner", "speaks-for", "agent", "laboratory", "--undo"]) == 0
    assert main(["partner", "speaks-for", "agent", "laboratory", "--undo"]) == 3
    assert main(["partner", "speaks-for", "laboratory", "agent"]) == 3
    assert main(["partner", "speaks-for", "agent", "nobody"]) == 3
    assert main(["partner", "speaks-for", "agent", "agent"]) == 3
    assert main(["partner", "add", "X", "--siret", "73282932000074", "--type=OPERATOR"]) == 3


@pytest.mark.usefixtures("ready")
def test_a_certificate_of_an_old_stack_is_granted_its_deviation(capsys):
    add("--accreditation", "1-0001", "--id", "laboratory")
    credential = door.credential_of("laboratory")
    with opened_store(configuration()) as store:
        put(store.credentials, credential)
    grant = ["partner", "allow-pkcs1", "laboratory", credential.thumbprint]
    for more, is_allowed in (([], True), (["--undo"], False)):
        assert main([*grant, *more]) == 0
        with opened_store(configuration()) as store:
            kept = store.credentials.credential(credential.thumbprint)
        assert kept.allows_rsa_pkcs1_v15 is is_allowed
    assert main(["partner", "allow-pkcs1", "laboratory", "-" * 43]) == 3
    assert "thumbprint" in capsys.readouterr().err


@pytest.mark.usefixtures("ready")
def test_bad_rows_of_a_directory_are_named_by_number_and_reason(tmp_path, capsys):
    directory = tmp_path / "directory.csv"
    main(["sample", "--lines", "5", "--seed", "1", "--directory-out", str(directory)])
    good = directory.read_text(encoding="utf-8")
    directory.write_text(good + good.splitlines()[1].replace("999", "998", 1) + "\n", "utf-8")
    capsys.readouterr()
    assert main(["directory", "import", str(directory), "--json"]) == 1
    report = said(capsys)
    assert report["added"] == len(good.splitlines()) - 1
    (bad,) = report["bad"]
    assert (bad["code"], bad["line"]) == ("I002", len(good.splitlines()) + 1)


@pytest.mark.usefixtures("ready")
def test_a_clean_directory_is_imported_and_the_same_again_changes_nothing(tmp_path, capsys):
    directory = tmp_path / "directory.csv"
    main(["sample", "--lines", "5", "--seed", "1", "--directory-out", str(directory)])
    assert main(["directory", "import", str(directory)]) == 0
    capsys.readouterr()
    assert main(["directory", "import", str(directory), "--json"]) == 0
    assert said(capsys)["added"] == 0


@pytest.mark.usefixtures("ready")
def test_a_directory_that_is_not_there_is_one_line(capsys):
    assert main(["directory", "import", "nowhere.csv"]) == 3
    assert "Traceback" not in capsys.readouterr().err


@pytest.mark.parametrize("flow", sorted(set(Flow) - set(DEFAULT_SENDERS)))
def test_a_flow_that_sample_does_not_make_is_said_with_those_that_it_makes(flow, capsys):
    assert main(["sample", "--flow", flow]) == 3
    shown = " ".join(capsys.readouterr().err.split())
    assert shown.count("PASSIVE_EXTERNAL, OPERATIONAL") == shown.count("specs/examples") == 2


def test_a_sample_is_written_to_the_standard_output(capsys):
    assert main(["sample", "--lines", "3", "--seed", "1", "--format", "xml"]) == 0
    assert capsys.readouterr().out.startswith("<?xml")


def test_sending_without_a_token_is_not_done(tmp_path, capsys):
    assert main(["send", str(tmp_path / "lot.json"), "--url", "http://127.0.0.1:9"]) == 3
    assert "SISERI_TOKEN" in capsys.readouterr().err


def receipts_of(folder):
    statement = EXAMPLES / "acknowledgement/partly_accepted.json"
    read = json.loads(statement.read_bytes())["acknowledgement"]
    now = machine_time()
    signing.keys.new_signing_key(folder, common_name="Essai", organisation="Essai", now=now)
    signer = signing.keys.load_signer(folder, now=now)
    read["decidedAt"] = now.strftime("%Y-%m-%dT%H:%M:%S.000Z")
    octets = json.dumps(read, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    digest = hashlib.sha256(octets).hexdigest()
    jws = signer.sign_json(octets).decode()
    receipt = acknowledgements().receipt_element(octets, digest)
    signer.sign_xml(receipt[0], signed_at=now)
    return {
        "receipt.json": json_receipt(octets, digest, jws),
        "receipt.jws": jws.encode(),
        "receipt.xml": xml_bytes(receipt),
    }


@pytest.mark.parametrize("name", ["receipt.json", "receipt.jws", "receipt.xml"])
def test_a_receipt_is_proved_offline_step_by_step_and_an_altered_one_is_not(tmp_path, capsys, name):
    octets = receipts_of(tmp_path / "keys")[name]
    file, trust = tmp_path / name, tmp_path / "keys" / signing.keys.REGISTER
    file.write_bytes(octets)
    assert main(["verify", str(file), "--trust", str(trust)]) == 0
    capsys.readouterr()
    assert main(["verify", str(file), "--trust", str(trust), "--json"]) == 0
    proved = said(capsys)
    assert [step["number"] for step in proved["steps"]] == list(range(1, len(proved["steps"]) + 1))
    proof = prove(octets, trusted(trust.read_bytes()))
    assert all(step.name in FRENCH_STEPS for step in proof.steps)
    file.write_bytes(octets[:-9] + bytes([octets[-9] ^ 1]) + octets[-8:])
    assert main(["verify", str(file), "--trust", str(trust), "--json"]) == 2
    assert said(capsys)["proved"] is False


def test_a_trust_file_that_is_none_is_not_done(tmp_path):
    (tmp_path / "receipt.json").write_bytes(RECEIPT)
    (tmp_path / "keys.json").write_bytes(b"{}")
    assert main(["verify", f"{tmp_path}/receipt.json", "--trust", f"{tmp_path}/keys.json"]) == 3


def test_a_token_is_read_from_a_file_and_never_shown(tmp_path):
    (tmp_path / "token").write_text("secret-token\n")
    access = Access.from_env({"SISERI_TOKEN_FILE": str(tmp_path / "token")})
    assert access.token == "secret-" + "token"
    assert "secret-token" not in repr(access)


def test_a_child_inherits_none_of_our_settings(monkeypatch):
    monkeypatch.setenv("SISERI_DATABASE_URL", "sqlite:////elsewhere")
    child = environment_of_child({"HOME": "here"})
    assert child["SISERI_HOME"] == "here"
    assert "SISERI_DATABASE_URL" not in child


@pytest.mark.parametrize(
    ("path", "door"),
    [("/v1/receipts/290069912345619", "/v1/receipts"), ("/290069912345619", "other"), ("/", "/")],
)
def test_a_log_names_the_door_and_never_the_path(path, door):
    assert logs.door_of(path) == door


def test_a_library_s_message_and_traceback_are_not_logged():
    record = logging.LogRecord(
        "some.library", logging.ERROR, "", 1, "NIR %s", ("290069912345619",),
        (ValueError, ValueError("290069912345619"), None),
    )  # fmt: skip
    event = logs._without_content(None, "", {"event": record.getMessage(), "_record": record})
    assert event["event"] == "library.message"
    assert record.exc_info is None


def test_an_acknowledgement_survives_being_read_and_written():
    canonical_form = json.dumps(
        json.loads(RECEIPT)["acknowledgement"],
        sort_keys=True, separators=(",", ":"), ensure_ascii=False,
    ).encode()  # fmt: skip
    read = msgspec.json.decode(canonical_form, type=Acknowledgement)
    assert canonical(read) == canonical_form
