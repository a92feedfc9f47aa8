"""Two readers of one answer: zeep, which is strict, and our own, which goes by names."""

import logging
import shutil

import pytest
import zeep
from lxml import etree
from structlog.testing import capture_logs

from adapters.ameli import AmeliRegister, Contract, Mode, client, reading
from adapters.ameli.envelope import Unreadable, opened
from adapters.http import Breaker, Bulkhead, CallLimits, Upstream
from gateway.errors import ConfigurationFault
from gateway.model.verification import Trait
from tests.asking_ameli import CALLER, CONTRACT, MAX_BYTES, a_register, ask, traits_of
from tests.fakes import FixedClock
from tests.partners.services_ps_ameli_fr.answers import Slip, envelope, searched, verified
from tests.partners.services_ps_ameli_fr.register import CNDA, generated

WSDL = zeep.Client(str(CONTRACT.wsdl), settings=zeep.Settings(strict=True, forbid_external=True))
FOUND = [(person,) for person in CNDA] + [(generated(place),) for place in range(20)]


def by_zeep(operation, content):
    return WSDL.service._binding.get(operation).process_reply(etree.fromstring(content))


@pytest.mark.parametrize("slip", [Slip.NONE, Slip.OTHER_PREFIXES, Slip.WRONG_KEY])
@pytest.mark.parametrize("people", [*FOUND, (), CNDA], ids=range(len(FOUND) + 2))
def test_both_readers_agree_on_what_was_found(people, slip):
    content = searched(people, to="uuid:1", slip=slip)
    theirs = client._found(by_zeep("rechercherInsAvecTraitsIdentite", content))
    assert theirs == reading.found(opened(content).body)


@pytest.mark.parametrize("is_one", [True, False])
def test_both_readers_agree_on_what_was_confirmed(is_one):
    content = verified(is_one=is_one, to="uuid:1")
    theirs = client._confirmed(by_zeep("verifierInsAvecTraitsIdentite", content))
    assert theirs is reading.confirmed(opened(content).body) is is_one


def test_zeep_not_strict_takes_a_cut_answer_for_ok_and_we_take_none():
    """Why strictness and well-formedness are demanded: measured, with a cut at every byte."""
    content = searched((CNDA[0],), to="uuid:1")
    lenient = zeep.Client(str(CONTRACT.wsdl), settings=zeep.Settings(strict=False))
    half = content[: content.index(b"<ns3:TIQ")]
    root = zeep.loader.parse_xml(half, None, settings=lenient.settings)
    operation = lenient.service._binding.get("rechercherInsAvecTraitsIdentite")
    assert operation.process_reply(root).CR.CodeCR == "00"
    for end in range(len(content) - 1):
        with pytest.raises(Unreadable):
            opened(content[:end])


@pytest.mark.parametrize(
    "change",
    [
        (b"<ns3:CR>", b"<ns3:CR><ns3:CodeCR>00</ns3:CodeCR>"),
        (b"CodeCR>00<", b"CodeCR>01<"),
        (b"CodeCR>00<", b"CodeCR>02<"),
        (b"CodeCR>00<", b"CodeCR><x>00</x><"),
        (b"ns3:INSACTIF", b"ns3:INSHISTO"),
        (b"ListePrenom>ZOE<", b"ListePrenom> <"),
        (b"NomNaissance>ADRUN<", b"NomNaissance><"),
        (b"<ns3:Sexe>F</ns3:Sexe>", b""),
        (b"1975-12-31", b"31/12/1975"),
        (b"1.2.250.1.213.1.4.8", b"NIR"),
        (b"http://www.cnamts.fr/INSiResultat", b"http://www.cnamts.fr/Autre"),
    ],
    ids=str,
)
def test_an_answer_of_which_a_part_is_missing_or_twice_says_nothing(change):
    content = searched((CNDA[0],), to="uuid:1")
    assert change[0] in content
    with pytest.raises(Unreadable):
        reading.found(opened(content.replace(*change)).body)


@pytest.mark.parametrize(
    "content",
    [
        envelope("<a/>").decode().replace("UTF-8", "UTF-16").encode("utf-16"),
        b'<?xml version="1.0" encoding="UTF-7"?>+ADwAIQ-DOCTYPE a+AD4APA-a/+AD4-',
        b"",
        b"\x00",
        b"<a>&undeclared;</a>",
    ],
)
def test_another_encoding_hides_no_document_type(content):
    if content.startswith(b"\xff\xfe"):
        assert opened(content).body.tag == "a"
        content = content.decode("utf-16").replace("?>", "?><!DOCTYPE a>").encode("utf-16")
    with pytest.raises(Unreadable):
        opened(content)


@pytest.mark.parametrize("mode", Mode)
@pytest.mark.parametrize(
    ("file", "change"),
    [
        ("insi.wsdl", (b"rechercherInsAvecTraitsIdentite", b"chercherIns")),
        ("insi.wsdl", (b'schemaLocation="xsd/result.xsd"', b'schemaLocation="https://a.example/"')),
        ("insi.wsdl", (b"<wsdl:service", b"<!-- --><")),
        ("messages.xsd", (b"<xs:import", b"<xs:importe")),
        ("xsd/search.xsd", (b'"Prenom"', b'"PrenomUsuel"')),
        ("xsd/search.xsd", (b'name="Sexe"', b'name="Genre"')),
        ("xsd/context-lps.xsd", (b'name="IDAM"', b'name="Numero"')),
    ],
)
def test_files_that_do_not_let_us_ask_are_told_at_the_start(tmp_path, file, change, mode):
    folder = shutil.copytree(CONTRACT.wsdl.parent, tmp_path / "kit")
    content = (folder / file).read_bytes()
    assert change[0] in content
    (folder / file).write_bytes(content.replace(*change))
    contract = Contract(wsdl=folder / "insi.wsdl", messages=folder / "messages.xsd")
    with pytest.raises(ConfigurationFault):
        _over(contract, mode)


def test_the_kit_of_the_search_alone_is_enough_for_the_search(tmp_path):
    folder = shutil.copytree(CONTRACT.wsdl.parent, tmp_path / "kit")
    content = (folder / "insi.wsdl").read_bytes()
    (folder / "insi.wsdl").write_bytes(content.replace(b"verifierIns", b"autreIns"))
    contract = Contract(wsdl=folder / "insi.wsdl", messages=folder / "messages.xsd")
    assert _over(contract, Mode.SEARCH)
    with pytest.raises(ConfigurationFault):
        _over(contract, Mode.VERIFICATION)


def test_a_value_that_a_stricter_kit_cannot_convert_is_told_to_no_log(double, tmp_path, caplog):
    folder = shutil.copytree(CONTRACT.wsdl.parent, tmp_path / "kit")
    content = (folder / "xsd/result.xsd").read_bytes()
    change = (b'"LieuNaissance" type="t:LieuNaissance"', b'"LieuNaissance" type="xs:int"')
    assert change[0] in content
    (folder / "xsd/result.xsd").write_bytes(content.replace(*change))
    contract = Contract(wsdl=folder / "insi.wsdl", messages=folder / "messages.xsd")
    caplog.set_level(logging.DEBUG)
    register = a_register(double, contract=contract)
    with capture_logs() as said:
        answer = ask(register, traits_of(CNDA[2], birthplace="63220"))
    assert answer.differences == {Trait.BIRTHPLACE}
    assert [entry["event"] for entry in said] == ["ameli.not-by-schema"]
    assert CNDA[2].birthplace == "2A020"
    assert "2A020" not in caplog.text + repr(said)


def test_files_that_are_not_there_are_told_at_the_start(tmp_path):
    contract = Contract(wsdl=tmp_path / "insi.wsdl", messages=CONTRACT.messages)
    with pytest.raises(ConfigurationFault):
        _over(contract, Mode.SEARCH)


def _over(contract, mode):
    upstream = Upstream(
        name="ameli",
        base_url="https://services-ps.ameli.example/lps",
        limits=CallLimits(attempt_s=1.0, max_bytes=MAX_BYTES),
        breaker=Breaker(),
        bulkhead=Bulkhead(1),
    )
    return AmeliRegister(
        upstream=upstream, contract=contract, caller=CALLER, clock=FixedClock(), mode=mode
    )
