import pytest

from gateway.commands.demonstration.installation import Installation
from gateway.commands.demonstration.registers import PROVIDERS, REGISTERS, settings_of
from gateway.commands.terminal import CannotDo

VALUE = "of-nobody"


@pytest.fixture
def file(tmp_path):
    return tmp_path / "registers.env"


def test_the_settings_of_registers_are_those_of_the_installation(file, tmp_path):
    file.write_text(f"SISERI_SIRENE_URL=http://127.0.0.1:9/\n\nSISERI_SIRENE_API_KEY={VALUE}=\n")
    installation = Installation(folder=tmp_path, port=1, registers=settings_of(file, REGISTERS))
    assert installation.config.verification.sirene.url == "http://127.0.0.1:9/"
    assert installation.config.verification.sirene.api_key == f"{VALUE}="
    assert installation.config.verification.ameli is None
    assert VALUE not in repr(installation)


def test_the_settings_of_providers_are_taken_as_such_alone(file):
    file.write_text(f"SISERI_PROCONNECT_CLIENT_SECRET={VALUE}\nSISERI_FRANCECONNECT_ASKS=amr\n")
    assert settings_of(file, PROVIDERS) == {
        "PROCONNECT_CLIENT_SECRET": VALUE,
        "FRANCECONNECT_ASKS": "amr",
    }
    with pytest.raises(CannotDo, match="SISERI_SIRENE_…=…"):
        settings_of(file, REGISTERS)


def test_without_a_file_no_register_is_asked(tmp_path):
    plan = Installation(folder=tmp_path, port=1).config.verification
    assert (plan.sirene, plan.ameli) == (None, None)


@pytest.mark.parametrize(
    "line",
    [
        f"SISERI_HOME={VALUE}",
        f"SISERI_TOKEN={VALUE}",
        f"SIRENE_API_KEY={VALUE}",
        f"export SISERI_AMELI_IDAM={VALUE}",
        VALUE,
    ],
)
def test_any_other_line_is_refused_by_its_number_and_not_shown(file, line):
    file.write_text(f"SISERI_SIRENE_PLAN=public\n{line}\n")
    with pytest.raises(CannotDo, match="line 2") as refused:
        settings_of(file, REGISTERS)
    assert VALUE not in str(refused.value)


@pytest.mark.parametrize("content", [None, b"\xff"])
def test_a_file_that_cannot_be_read_is_told(file, content):
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(CannotDo, match="cannot be read"):
        settings_of(file, REGISTERS)
