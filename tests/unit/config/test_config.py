"""The configuration: every fault at once, secrets by file, no value in a message."""

from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from gateway.config import Access, Config, environment_of_child
from gateway.errors import ConfigurationFault
from tests.authority import Authority

PASSWORD = "a-secret-of-the-installation"  # noqa: S105 - shown nowhere: that is the test


def config_of(**variables):
    return Config.from_env({f"SISERI_{name}": value for name, value in variables.items()})


def faults_of(**variables):
    with pytest.raises(ConfigurationFault) as refused:
        config_of(**variables)
    return str(refused.value)


def test_nothing_configured_is_a_local_installation():
    config = config_of()
    assert config.environment == "local"
    assert config.hosts == {"127.0.0.1:8480"}
    assert (config.listen_host, config.listen_port) == ("127.0.0.1", 8480)
    assert config.database_url == f"sqlite:///{config.home / 'gateway.sqlite3'}"
    assert config.home == Path.cwd() / "var"
    assert config.issuer.email.endswith(".invalid"), "nobody is contacted by default"


def test_what_is_configured_is_what_stands():
    config = config_of(
        HOME="/srv/gateway",
        DATABASE_URL="postgresql+psycopg://gateway@db/gateway",
        PUBLIC_ADDRESS="https://Gateway.Example",
        HOSTS="other.example  Third.example:8443",
        LISTEN_PORT="0",
        ENVIRONMENT="production",
        ISSUER_NAME="Registre",
        ISSUER_SIRET="35600000000048",
        THREADS="64",
        QUEUE="0",
        LOG_LEVEL="debug",
    )
    assert config.hosts == {"gateway.example", "other.example", "third.example:8443"}
    assert (config.signing_keys, config.sealing_keys) == (
        Path("/srv/gateway/signing-keys"),
        Path("/srv/gateway/sealing-keys"),
    )
    assert (config.listen_port, config.threads, config.queue) == (0, 64, 0)
    assert (config.issuer.name, config.issuer.siret) == ("Registre", "35600000000048")
    assert (config.log_level, config.environment) == ("DEBUG", "production")
    assert config.database_url == "postgresql+psycopg://gateway@db/gateway"


def test_every_fault_is_told_at_once_by_the_name_of_its_variable():
    wrong = {
        "PUBLIC_ADDRESS": "ftp://x",
        "LISTEN_PORT": "65536",
        "ENVIRONMENT": "pro duction",
        "ISSUER_SIRET": "30520716900326",
        "ISSUER_NAME": "",
        "THREADS": "0",
        "QUEUE": "-1",
        "LOG_LEVEL": "loud",
        "DATABASE_URL_FILE": "/nonexistent/file",
    }
    told = faults_of(**wrong).split("; ")
    assert len(told) == len(wrong)
    for name, value in wrong.items():
        assert any(f"SISERI_{name} " in fault for fault in told)
        assert len(value) < 3 or not any(value in fault for fault in told)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("THREADS", value) for value in ("", "0", "65", "four", "+4", "4.0", " 4", "٤", "²")),
        *(("THREADS", "9" * 5_000), ("LISTEN_PORT", "-1"), ("QUEUE", "10001")),
        *(("PUBLIC_ADDRESS", value) for value in ("", "gateway.example", "https://gateway.example/")),
        *(("PUBLIC_ADDRESS", value) for value in ("https://a b", "https://a@b", "https://a\n")),
        *(("ENVIRONMENT", value) for value in ("", "é", "x" * 33, "a\n", "production ")),
        *(("ISSUER_SIRET", value) for value in ("", "1", "11122233344455", "3560000000004٨")),
        *(("LOG_LEVEL", value) for value in ("", "TRACE", "INFO ")),
        *(("ISSUER_PHONE", "0" * 33), ("ISSUER_EMAIL", "x" * 201), ("ISSUER_SERVICE", "a\tb")),
        *(("ISSUER_ADDRESS", value) for value in ("1 rue\n75000", " x", "a\u2028b")),
    ],
)  # fmt: skip
def test_a_value_that_cannot_be_used_is_refused(name, value):
    told = faults_of(**{name: value})
    assert told.startswith(f"SISERI_{name} ")
    assert "; " not in told
    assert len(value) < 3 or value not in told


def test_what_every_answer_states_is_in_its_normal_form():
    config = config_of(ISSUER_NAME="Autorite\u0301", ISSUER_ADDRESS="É" * 200)
    assert config.issuer.name == "Autorité"
    assert len(config.issuer.address) == 200


# ---------- time-stamps


@pytest.fixture
def roots(tmp_path):
    file = tmp_path / "roots.pem"
    file.write_text("")
    return str(file)


def test_nobody_stamps_unless_somebody_is_named():
    plan = config_of(TSA_WARN_S="10").stamping
    assert plan.authorities == ()
    assert (plan.warn_after, plan.refuse_after) == (None, None)


def test_authorities_are_named_in_the_order_of_preference(roots):
    plan = config_of(
        TSA="UNE DEUX",
        TSA_UNE_URL="https://une.example/tsr?a=1",
        TSA_UNE_ROOTS=roots,
        TSA_DEUX_URL="http://127.0.0.1:8490",
        TSA_DEUX_ROOTS=roots,
        TSA_REFUSE_S="7200",
    ).stamping
    assert [(one.name, one.url) for one in plan.authorities] == [
        ("une", "https://une.example/tsr?a=1"),
        ("deux", "http://127.0.0.1:8490"),
    ]
    assert plan.authorities[0].roots == Path(roots)
    assert (plan.every, plan.warn_after, plan.refuse_after) == (
        timedelta(minutes=1),
        timedelta(hours=1),
        timedelta(hours=2),
    )


def test_stamps_may_be_late_for_ever_where_that_is_said(roots):
    stated = {"TSA": "A", "TSA_A_URL": "https://a.example", "TSA_A_ROOTS": roots}
    plan = config_of(**stated, TSA_REFUSE_S="0").stamping
    assert (plan.warn_after, plan.refuse_after) == (timedelta(hours=1), None)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("TSA_A_URL", value) for value in ("", "ftp://a.example", "https://a.example/a b")),
        *(("TSA_A_ROOTS", value) for value in ("", "roots.pem", "/nonexistent/roots.pem")),
        *(("TSA_EVERY_S", value) for value in ("0", "86401")),
        *(("TSA_A_AUTHORITIES", value) for value in ("roots.pem", "/nonexistent/roots.pem")),
        *(("TSA_WARN_S", "119"), ("TSA_REFUSE_S", "3600"), ("TSA_FORMER_ROOTS", "/nonexistent")),
    ],
)
def test_an_authority_that_cannot_be_asked_or_believed_is_refused(roots, name, value):
    stated = {"TSA": "A", "TSA_A_URL": "https://a.example", "TSA_A_ROOTS": roots}
    told = faults_of(**stated | {name: value})
    assert told.startswith(f"SISERI_{name} ")


def test_who_certifies_a_server_is_read_as_certificates_or_refused(roots, tmp_path):
    stated = {"TSA": "A", "TSA_A_URL": "https://a.example", "TSA_A_ROOTS": roots}
    smtp = {"SMTP_HOST": "smtp.example", "SMTP_FROM": "a@registre.example"}
    root = tmp_path / "root.pem"
    root.write_bytes(Authority("Racine privée").certificate.public_bytes(Encoding.PEM))
    own = {"TSA_A_AUTHORITIES": root, "WITNESS_AUTHORITIES": root, "SMTP_AUTHORITIES": root}
    config = config_of(**stated, **smtp, **{name: str(path) for name, path in own.items()})
    assert config.stamping.authorities[0].authorities == root
    assert (config.witness_authorities, config.relay.authorities) == (root, root)
    assert config_of(**stated).stamping.authorities[0].authorities is None
    for name in own:
        empty = {name: roots}
        assert faults_of(**stated, **smtp, **empty) == f"SISERI_{name} holds no PEM certificate"


@pytest.mark.parametrize("value", ["a", "A,B", "A ", "1A", "A" * 17])
def test_a_name_of_an_authority_is_a_part_of_a_variable(value):
    assert faults_of(TSA=value).startswith("SISERI_TSA ")


# ---------- secrets


def test_a_value_may_stand_in_a_file(tmp_path):
    file = tmp_path / "database-url"
    file.write_text(f"postgresql://gateway:{PASSWORD}@db/gateway\n")
    config = config_of(DATABASE_URL_FILE=str(file), DATABASE_URL="sqlite:///ignored")
    assert config.database_url == f"postgresql://gateway:{PASSWORD}@db/gateway"


def test_a_file_holds_any_kind_of_value(tmp_path):
    file = tmp_path / "threads"
    file.write_text("8\n")
    assert config_of(THREADS_FILE=str(file)).threads == 8
    file.write_text("eight")
    assert faults_of(THREADS_FILE=str(file)).startswith("SISERI_THREADS ")


@pytest.mark.parametrize("kind", ["missing", "folder", "not UTF-8", "not a path", "empty name"])
def test_a_file_that_cannot_be_read_is_told_by_its_variable_alone(kind, tmp_path):
    binary = tmp_path / f"binary-{PASSWORD}"
    binary.write_bytes(b"\xff\xfe" + PASSWORD.encode())
    place = {
        "missing": str(tmp_path / PASSWORD),
        "folder": str(tmp_path),
        "not UTF-8": str(binary),
        "not a path": f"{PASSWORD}\x00",
        "empty name": "",
    }[kind]
    told = faults_of(DATABASE_URL_FILE=place, THREADS="none")
    assert told.startswith("SISERI_DATABASE_URL_FILE cannot be read; SISERI_THREADS ")
    assert PASSWORD not in told
    assert str(tmp_path) not in told


def test_a_password_in_the_address_of_the_database_is_not_printed():
    config = config_of(DATABASE_URL=f"postgresql://gateway:{PASSWORD}@db/gateway")
    assert PASSWORD in config.database_url
    assert PASSWORD not in repr(config) + str(config)


def test_the_token_of_a_partner_is_not_printed(tmp_path):
    file = tmp_path / "token"
    file.write_text(f"{PASSWORD}\n")
    for variables in ({"SISERI_TOKEN": PASSWORD}, {"SISERI_TOKEN_FILE": str(file)}):
        access = Access.from_env(variables)
        assert access.token == PASSWORD
        assert PASSWORD not in repr(access) + str(access)
    with pytest.raises(ConfigurationFault) as refused:
        Access.from_env({"SISERI_URL": f"x{PASSWORD}", "SISERI_TOKEN_FILE": "/nonexistent/file"})
    assert str(refused.value).count("; ") == 1
    assert PASSWORD not in str(refused.value)


def test_the_environment_of_the_process_is_read_where_none_is_given(monkeypatch):
    monkeypatch.setenv("SISERI_ENVIRONMENT", "from-the-process")
    assert Config.from_env().environment == "from-the-process"


def test_a_child_gets_the_settings_it_is_given_and_no_other_of_ours(monkeypatch):
    monkeypatch.setenv("SISERI_TOKEN", PASSWORD)
    monkeypatch.setenv("ANOTHER", "kept")
    child = environment_of_child({"ENVIRONMENT": "child"})
    assert child["SISERI_ENVIRONMENT"] == "child"
    assert child["ANOTHER"] == "kept"
    assert PASSWORD not in child.values()
