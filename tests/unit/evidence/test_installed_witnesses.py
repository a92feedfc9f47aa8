"""Who is asked is what the operator lists, whole, or the gateway does not start."""

import pytest

from gateway.errors import ConfigurationFault
from gateway.evidence.installed_witnesses import asked_witnesses, witness_policy
from signing.log.policy import NO_WITNESS
from tests.unit.signing.log.small_log import witness

KEY, OTHER = witness(11).vkey, witness(12).vkey


def policy_of(tmp_path, text):
    file = tmp_path / "witnesses.policy"
    file.write_text(text.replace("KEY", KEY.text).replace("OTHER", OTHER.text))
    return witness_policy(file)


def test_without_a_list_nobody_is_asked():
    assert witness_policy(None) == NO_WITNESS
    assert asked_witnesses(NO_WITNESS) == []


@pytest.mark.parametrize("quorum", ["w", "none"])
def test_every_witness_that_is_listed_is_asked_whether_the_quorum_counts_it_or_not(
    tmp_path, quorum
):
    text = f"witness w KEY http://w:8490\nwitness v OTHER https://v.example/a-b\nquorum {quorum}\n"
    asked = asked_witnesses(policy_of(tmp_path, text))
    assert [(one.name, one.key) for one in asked] == [("w", KEY), ("v", OTHER)]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "quorum w\n",
        "witness w KEY\nquorum w\n",
        "witness w KEY http://w\nwitness v OTHER\nquorum w\n",
        "witness w KEY ftp://w\nquorum w\n",
        "witness w KEY http://w?x\nquorum none\n",
        "witness w KEY http://user:password@w\nquorum w\n",
    ],
)
def test_a_list_that_cannot_be_asked_is_a_fault_of_the_configuration_in_both_languages(
    tmp_path, text
):
    with pytest.raises(ConfigurationFault) as fault:
        policy_of(tmp_path, text)
    assert "SISERI_WITNESSES" in fault.value.fr
    assert "SISERI_WITNESSES" in fault.value.en
    assert KEY.text not in fault.value.fr


def test_a_list_that_is_gone_is_a_fault_of_the_configuration(tmp_path):
    with pytest.raises(ConfigurationFault, match="FileNotFoundError"):
        witness_policy(tmp_path / "nowhere")
