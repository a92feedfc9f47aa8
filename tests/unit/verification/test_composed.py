"""Both registers as an installation asks them: by its settings, over real HTTP and mutual TLS."""

import json
import logging
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import structlog

from gateway.__main__ import main
from gateway.commands.keys_making import make_keys
from gateway.commands.migrate import migrate_database
from gateway.errors import ConfigurationFault
from gateway.identifiers import Siret
from gateway.model.verification import (
    ExistingEstablishment,
    HiddenEstablishment,
    IdentityOutcome,
    NotAnswered,
    UnknownEstablishment,
)
from gateway.store import Store
from gateway.verifying import Verifying
from tests.partners.api_insee_fr.establishments import Kind, fictitious, kind_of, the_register
from tests.partners.api_insee_fr.server import Double as Sirene
from tests.partners.services_ps_ameli_fr.server import Double as Ameli
from tests.registers import (
    a_config,
    a_row,
    active_sirets,
    employ,
    settings_of_ameli,
    settings_of_sirene,
)
from tests.verified import STRANGER

WORKERS = 12


@pytest.fixture(scope="module")
def doubles(tmp_path_factory: Any) -> Iterator[tuple[Sirene, Ameli]]:
    with (
        Sirene(the_register(count=60)) as sirene,
        Ameli(tmp_path_factory.mktemp("ameli")) as ameli,
    ):
        yield sirene, ameli


@pytest.fixture
def settings(doubles: tuple[Sirene, Ameli]) -> dict[str, str]:
    sirene, ameli = doubles
    return {**settings_of_sirene(sirene), **settings_of_ameli(ameli)}


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Of an installation whose directory knows some of the doubles' people."""
    config = a_config(tmp_path / "home")
    make_keys(config)
    migrate_database(config)
    store = Store(config)
    sirets = active_sirets(WORKERS)
    employ(store, [a_row(place, sirets[place]) for place in range(WORKERS)])
    store.close()
    return config.home


@pytest.fixture
def in_environment(
    home: Path, settings: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[pytest.MonkeyPatch]:
    """Of a command, which sends the records of the process to the error output."""
    root = logging.getLogger()
    before = (root.handlers, root.level)
    for name, value in {"SISERI_HOME": str(home), **settings}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("SISERI_LOG_LEVEL", "DEBUG")
    yield monkeypatch
    root.handlers, root.level = before
    structlog.reset_defaults()


@pytest.fixture
def verifying(home: Path, settings: dict[str, str]) -> Iterator[Verifying]:
    config = a_config(home, **settings)
    store = Store(config)
    made = Verifying(config, store)
    yield made
    made.close()
    store.close()


def of_kind(kind: Kind) -> Any:
    return Siret(next(fictitious(n) for n in range(60) if kind_of(n) is kind))


def test_what_both_registers_say_is_told_and_kept(verifying: Verifying) -> None:
    store = verifying._store
    today = store.clock.now().date()
    asked = [of_kind(Kind.ACTIVE), of_kind(Kind.HIDDEN), STRANGER]
    found = verifying.verification.establishments(asked, on=today, within_s=20.0)
    types = [type(found[siret].answer) for siret in asked]
    assert types == [ExistingEstablishment, HiddenEstablishment, UnknownEstablishment]
    nirs = [a_row(place, STRANGER).nir for place in range(3)]
    workers = dict(store.directory.look_up(nirs))
    told = verifying.verification.identities(workers, within_s=20.0)
    assert {one.answer.outcome for one in told.values()} == {IdentityOutcome.VERIFIED}
    again = verifying.verification.identities(workers, within_s=0)
    assert all(one.is_fresh for one in again.values())


def test_the_figures_tell_what_waits_and_how_the_calls_go(
    verifying: Verifying,
) -> None:
    today = verifying._store.clock.now().date()
    verifying.verification.establishments([of_kind(Kind.ACTIVE)], on=today, within_s=20.0)
    queues, calls = verifying.figures()
    assert [queue.register.value for queue in queues] == ["SIRENE", "AMELI"]
    assert queues[0].answers == {"ACTIVE": 1}
    assert (queues[0].waiting, queues[0].waiting_since, queues[0].is_paused) == ({}, None, False)
    assert [call.upstream for call in calls] == ["sirene", "ameli"]
    assert {call.breaker for call in calls} == {"CLOSED"}
    assert calls[0].left is not None
    assert calls[0].left < 30
    assert not any(is_due() for is_due in verifying.warnings.values())


def test_a_register_that_refuses_us_is_warned_of_and_refuses_nobody(
    home: Path, settings: dict[str, str]
) -> None:
    config = a_config(home, **(settings | {"SISERI_SIRENE_API_KEY": "of-somebody-else"}))
    store = Store(config)
    verifying = Verifying(config, store)
    today = store.clock.now().date()
    found = verifying.verification.establishments([STRANGER], on=today, within_s=20.0)
    assert isinstance(found[STRANGER].answer, NotAnswered)
    warned = {name for name, is_due in verifying.warnings.items() if is_due()}
    assert warned == {"sirene-refuses-us"}
    late = store.clock.now() + timedelta(hours=2)
    assert [states.is_late(late) for states in verifying.states.values()] == [True, False]
    verifying.close()
    store.close()


def test_whoever_asked_for_identities_ends_with_the_installation(
    home: Path, settings: dict[str, str]
) -> None:
    config, before = a_config(home, **settings), set(threading.enumerate())
    store = Store(config)
    verifying = Verifying(config, store)
    row = a_row(0, active_sirets(1)[0])
    workers = dict(store.directory.look_up([row.nir]))
    found = verifying.verification.identities(workers, within_s=20.0)
    assert found[row.nir].answer.outcome is IdentityOutcome.VERIFIED
    asked = [
        one for one in set(threading.enumerate()) - before if one.name.startswith("identities")
    ]
    assert asked
    verifying.close()
    for one in asked:
        one.join(30.0)
    assert not any(one.is_alive() for one in asked)
    store.close()


def test_without_settings_nobody_is_asked_and_nothing_is_warned_of(home: Path) -> None:
    config = a_config(home)
    store = Store(config)
    verifying = Verifying(config, store)
    assert verifying.verification is None
    assert verifying.figures() == ([], [])
    assert (verifying.warnings, verifying.askings) == ({}, {})
    verifying.close()
    store.close()


def test_the_directory_is_verified_once_and_nothing_of_it_is_logged(
    in_environment: pytest.MonkeyPatch,
    doubles: tuple[Sirene, Ameli],
    capsys: pytest.CaptureFixture[str],
) -> None:
    del in_environment
    sirene, ameli = doubles
    calls, questions = len(sirene.calls), len(ameli.questions)
    assert main(["verify-directory", "--json"]) == 0
    written = capsys.readouterr()
    told = json.loads(written.out)
    assert told["SIRENE"] == {"queued": WORKERS, "ACTIVE": WORKERS, "left": 0}
    assert told["AMELI"] == {"queued": WORKERS, "VERIFIED": WORKERS, "left": 0}
    assert len(sirene.calls) == calls + 1
    assert len(ameli.questions) == questions + WORKERS
    assert main(["verify-directory", "--json"]) == 0
    again = json.loads(capsys.readouterr().out)
    assert again == {name: {"queued": 0, "left": 0} for name in ("SIRENE", "AMELI")}
    assert len(sirene.calls) == calls + 1
    said = written.out + written.err
    rows = [a_row(place, STRANGER) for place in range(WORKERS)]
    assert not [row for row in rows if row.nir.reveal()[:13] in said or row.birth_name in said]


def test_what_a_first_verification_has_queued_is_taken_back(
    in_environment: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    in_environment.setenv("SISERI_SIRENE_URL", "http://127.0.0.1:1")
    in_environment.setenv("SISERI_AMELI_URL", "https://127.0.0.1:1")
    assert main(["verify-directory", "--json", "--patience-s", "1"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert (told["SIRENE"]["left"], told["AMELI"]["left"]) == (WORKERS, WORKERS)
    assert main(["verify-directory", "--withdraw", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told == {name: {"withdrawn": WORKERS} for name in ("SIRENE", "AMELI")}


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({"SISERI_SIRENE_URL": "http://sirene.example"}, "SISERI_SIRENE_URL"),
        ({"SISERI_SIRENE_PLAN": "private", "SISERI_SIRENE_USERNAME": "u"}, "SIRENE_CLIENT_ID"),
        ({"SISERI_SIRENE_CALLS_PER_MINUTE": "1"}, "SISERI_SIRENE_CALLS_PER_MINUTE"),
        ({"SISERI_AMELI_IDAM": ""}, "SISERI_AMELI_IDAM"),
        ({"SISERI_AMELI_INSTANCE": "one"}, "SISERI_AMELI_INSTANCE"),
        ({"SISERI_AMELI_CERTIFICATE": "/nowhere"}, "SISERI_AMELI_CERTIFICATE"),
        ({"SISERI_AMELI_WSDL": __file__}, "SISERI_AMELI_MESSAGES"),
        ({"SISERI_AMELI_DOUBT_PERCENT": "0"}, "SISERI_AMELI_DOUBT_PERCENT"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named(
    settings: dict[str, str], changed: dict[str, str], named: str, tmp_path: Path
) -> None:
    with pytest.raises(ConfigurationFault) as raised:
        a_config(tmp_path, **(settings | changed))
    assert named in raised.value.en
    secrets = (settings["SISERI_SIRENE_API_KEY"], settings["SISERI_AMELI_IDAM"])
    assert not [secret for secret in secrets if secret in raised.value.en]


def test_a_plan_shows_no_secret(settings: dict[str, str], tmp_path: Path) -> None:
    shown = repr(a_config(tmp_path, **settings))
    assert settings["SISERI_SIRENE_API_KEY"] not in shown
    assert settings["SISERI_AMELI_IDAM"] not in shown
