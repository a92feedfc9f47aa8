"""`SISERI_PROCONNECT_…`, `SISERI_FRANCECONNECT_…`: whole or refused; no secret is ever shown."""

from pathlib import Path

import pytest

from gateway.config import Config
from gateway.errors import ConfigurationFault
from gateway.model.federation import Provider
from gateway.model.federation_plan import Addresses

SECRET = "a-secret-of-the-installation-of-32-characters"  # noqa: S105 - shown nowhere: that is the test
PROCONNECT = {
    "PROCONNECT_ISSUER": "https://proconnect.example/api/v2",
    "PROCONNECT_CLIENT_ID": "the-gateway",
    "PROCONNECT_CLIENT_SECRET": SECRET,
}
FRANCECONNECT = {
    "FRANCECONNECT_ISSUER": "https://franceconnect.example/api/v2",
    "FRANCECONNECT_CLIENT_ID": "the-gateway",
    "FRANCECONNECT_CLIENT_SECRET": SECRET,
}
FORMER_REFUSED = (
    *("franceconnect.example", "https://a.example/", "https://u@a.example", "https://a.example?a"),
    *("https://a.example;https://b.example", "https://a.example https://a.example"),
    " ".join(f"https://{place}.example" for place in range(9)),
    FRANCECONNECT["FRANCECONNECT_ISSUER"],
    PROCONNECT["PROCONNECT_ISSUER"],
)
"""Not issuers; one twice; nine; the present one; the other provider's."""
BOTH = PROCONNECT | FRANCECONNECT | {"PUBLIC_ADDRESS": "https://gateway.example"}


def config_of(**variables):
    return Config.from_env({f"SISERI_{name}": value for name, value in variables.items()})


def faults_of(**variables):
    with pytest.raises(ConfigurationFault) as refused:
        config_of(**variables)
    return str(refused.value)


def test_nobody_signs_in_unless_a_provider_is_named():
    plan = config_of(HOME="/srv/gateway").federation
    assert (plan.proconnect, plan.franceconnect, plan.is_open) == (None, None, False)
    assert plan.portal_keys == Path("/srv/gateway/portal-keys")


def test_what_is_registered_is_what_stands():
    plan = config_of(**BOTH, HOME="/srv/gateway").federation
    assert plan.is_open
    assert plan.proconnect.issuer == BOTH["PROCONNECT_ISSUER"]
    assert (plan.proconnect.client_id, plan.proconnect.client_secret) == ("the-gateway", SECRET)
    assert (plan.proconnect.signed_with, plan.proconnect.userinfo_is_signed) == ("ES256", False)
    assert plan.proconnect.addresses is Addresses.DISCOVERED
    assert plan.franceconnect.keys == Path("/srv/gateway/franceconnect-keys")
    assert plan.franceconnect.encrypted_with == "ECDH-ES"
    assert (plan.franceconnect.asks_amr, plan.franceconnect.asks_rnipp) == (False, False)


def test_what_differs_by_registration_is_stated(tmp_path):
    document = tmp_path / "metadata.json"
    document.write_text("{}")
    plan = config_of(
        **BOTH,
        PROCONNECT_SIGNING="RS256",
        PROCONNECT_USERINFO="SIGNED",
        PROCONNECT_METADATA=str(document),
        FRANCECONNECT_METADATA="standard",
        FRANCECONNECT_ENCRYPTION="RSA-OAEP-256",
        FRANCECONNECT_ASKS="amr rnipp",
        FRANCECONNECT_KEYS="/srv/keys",
        PORTAL_KEYS="/srv/portal",
        PROCONNECT_FORMER_ISSUERS="https://later.example/api/v2  https://first.example",
    ).federation
    assert plan.former_issuers == {
        Provider.PROCONNECT: ("https://later.example/api/v2", "https://first.example"),
        Provider.FRANCECONNECT: (),
    }
    assert (plan.proconnect.signed_with, plan.proconnect.userinfo_is_signed) == ("RS256", True)
    assert plan.proconnect.addresses == document
    assert plan.franceconnect.addresses is Addresses.STANDARD
    assert plan.franceconnect.encrypted_with == "RSA-OAEP-256"
    assert (plan.franceconnect.asks_amr, plan.franceconnect.asks_rnipp) == (True, True)
    assert (plan.franceconnect.keys, plan.portal_keys) == (Path("/srv/keys"), Path("/srv/portal"))


def test_no_secret_is_printed(tmp_path):
    file = tmp_path / "secret"
    file.write_text(f"{SECRET}\n")
    stated = {name: value for name, value in BOTH.items() if name != "PROCONNECT_CLIENT_SECRET"}
    config = config_of(**stated, PROCONNECT_CLIENT_SECRET_FILE=str(file))
    assert config.federation.proconnect.client_secret == SECRET
    assert SECRET not in repr(config) + str(config.federation)
    assert SECRET not in faults_of(**BOTH, PROCONNECT_SIGNING="HS256", LOG_LEVEL="loud")


def test_without_tls_a_provider_stands_on_this_machine_alone():
    for host in ("127.0.0.1:9000", "[::1]:9000", "localhost:9000"):
        local = config_of(**BOTH | {"PROCONNECT_ISSUER": f"http://{host}/api/v2"})
        assert local.federation.proconnect.issuer == f"http://{host}/api/v2"
    told = faults_of(**BOTH | {"PROCONNECT_ISSUER": "http://proconnect.example/api/v2"})
    assert told == "SISERI_PROCONNECT_ISSUER may be http on this machine only"


def test_without_tls_people_sign_in_on_this_machine_alone():
    assert config_of(**BOTH | {"PUBLIC_ADDRESS": "http://127.0.0.1:8480"}).federation.is_open
    told = faults_of(**BOTH | {"PUBLIC_ADDRESS": "http://gateway.example"})
    assert told.startswith("SISERI_PUBLIC_ADDRESS ")
    assert not config_of(PUBLIC_ADDRESS="http://gateway.example").federation.is_open


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("PROCONNECT_ISSUER", value) for value in ("proconnect.example", "https://a.example/")),
        *(("PROCONNECT_ISSUER", value) for value in ("https://u@a.example", "https://a.example?a")),
        *(("PROCONNECT_CLIENT_ID", value) for value in ("", "a b", "é", "x" * 257)),
        *(("PROCONNECT_CLIENT_SECRET", value) for value in ("", "a b", "x" * 513)),
        *(("PROCONNECT_SIGNING", value) for value in ("", "HS256", "none", "es256")),
        *(("PROCONNECT_USERINFO", value) for value in ("", "JWT", "signed")),
        *(("FRANCECONNECT_METADATA", value) for value in ("here.json", "/nonexistent.json")),
        *(("FRANCECONNECT_ENCRYPTION", value) for value in ("RSA-OAEP", "RSA1_5", "dir")),
        *(("FRANCECONNECT_ASKS", value) for value in ("rnipp amr", "AMR", "nir")),
        *(("FRANCECONNECT_KEYS", "keys"), ("PORTAL_KEYS", "keys")),
        *(("FRANCECONNECT_FORMER_ISSUERS", value) for value in FORMER_REFUSED),
        *(("FRANCECONNECT_AUTHORITIES", value) for value in ("roots.pem", "/nonexistent.pem")),
    ],
)
def test_a_registration_that_is_not_whole_is_refused(name, value):
    told = faults_of(**BOTH | {name: value})
    assert told.startswith(f"SISERI_{name} ")
    assert "; " not in told
    assert SECRET not in told


def test_no_former_issuer_is_of_both_providers():
    """Whoever was known by it at one would be taken for who bears that subject at the other."""
    shared = "https://shared.example/api/v2"
    former = {f"{name}_FORMER_ISSUERS": shared for name in ("PROCONNECT", "FRANCECONNECT")}
    told = faults_of(**BOTH, **former).split("; ")
    assert told == [
        f"SISERI_{name} names a present issuer, or one that is named twice" for name in former
    ]
    for name in former:
        assert config_of(**BOTH, **{name: shared}).federation.is_open


def test_accounts_are_erased_three_years_after_they_were_disabled_unless_stated():
    assert config_of().federation.erased_months == 36
    assert config_of(ACCOUNTS_ERASED_MONTHS="12").federation.erased_months == 12
    for refused in ("0", "121", "for ever"):
        assert faults_of(ACCOUNTS_ERASED_MONTHS=refused).startswith("SISERI_ACCOUNTS_ERASED_MONTHS")
