"""A NIR is shown by `reveal` alone; no other way of printing, keeping or copying it holds one."""

import copy
import json
import logging
import pickle
import traceback

import msgspec
import orjson
import pytest
import structlog

from gateway.identifiers import InvalidIdentifier, Nir, Siret

TEXT = "275126322074974"
NIR = Nir.parse(TEXT)
PARTS = (TEXT, TEXT[:13], TEXT[1:13], "751263", "220749")


def shows_nothing(*texts):
    return not any(part in text for text in texts for part in PARTS)


def test_every_way_to_text_is_masked():
    texts = [
        *(repr(NIR), str(NIR), format(NIR), format(NIR, ">40"), f"{NIR}", f"{NIR!r}", f"{NIR!a}"),
        *("%s" % NIR, "%r" % NIR, "%a" % NIR, "{}".format(NIR), "{!r:>30}".format(NIR)),  # noqa: UP031, UP032
        *(repr([NIR]), repr({NIR: NIR}), str((NIR,)), ascii(NIR)),
    ]
    assert shows_nothing(*texts)
    assert {str(NIR), f"{NIR}"} == {"2" + "*" * 14}


def test_a_format_of_numbers_does_not_apply():
    with pytest.raises(ValueError) as refused:
        format(NIR, "d")
    assert shows_nothing(str(refused.value))


def test_it_cannot_be_written_as_json_and_the_refusal_does_not_show_it():
    for write in (json.dumps, orjson.dumps, msgspec.json.encode, msgspec.to_builtins):
        with pytest.raises(TypeError) as refused:
            write({"nir": NIR})
        assert shows_nothing(*map(str, _chain(refused.value)))
    assert shows_nothing(json.dumps([NIR], default=str), json.dumps([NIR], default=repr))


def test_logging_does_not_show_it(caplog, capsys):
    caplog.set_level(logging.DEBUG)
    log = logging.getLogger("a test")
    log.warning("of %s and %r", NIR, NIR, extra={"nir": NIR})
    log.error("%(nir)s", {"nir": NIR})
    structlog.get_logger("a test").warning("of", nir=NIR, many=[NIR])
    out = capsys.readouterr()
    assert "of" in caplog.text + out.out
    assert shows_nothing(caplog.text, out.out, out.err)


def test_an_exception_does_not_show_it():
    error = ValueError("of", NIR)
    assert shows_nothing(repr(error), str(error), *traceback.format_exception(error))


@pytest.mark.parametrize("text", ["275126322074975", "775126322074974", "275136322074974", "2A"])
def test_the_refusal_of_a_text_does_not_keep_it(text):
    with pytest.raises(InvalidIdentifier) as refused:
        Nir.parse(text)
    for error in _chain(refused.value):
        shown = [repr(error), str(error), repr(error.args), repr(vars(error))]
        assert not any(text in part for part in shown)


@pytest.mark.parametrize("text", ["30520716900326", "11122233344455", "1 2"])
def test_the_refusal_of_an_establishment_does_not_keep_its_text_either(text):
    with pytest.raises(InvalidIdentifier) as refused:
        Siret.parse(text)
    assert not any(text in repr(error) + str(error) for error in _chain(refused.value))


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_it_is_not_pickled(protocol):
    with pytest.raises(TypeError) as refused:
        pickle.dumps(NIR, protocol=protocol)
    assert shows_nothing(str(refused.value))


@pytest.mark.parametrize("way", [copy.copy, copy.deepcopy, vars, dict])
def test_it_is_neither_copied_nor_taken_apart(way):
    with pytest.raises(TypeError) as refused:
        way(NIR)
    assert shows_nothing(str(refused.value))


def test_it_has_no_dictionary_and_takes_no_attribute():
    assert not hasattr(NIR, "__dict__")
    with pytest.raises(AttributeError):
        NIR.note = "a remark"


def test_reveal_is_the_one_way_to_the_number():
    assert NIR.reveal() == TEXT
    public = [name for name in dir(NIR) if not name.startswith("_")]
    told = {name: getattr(NIR, name) for name in public if not callable(getattr(NIR, name))}
    assert told == {"sex": "F", "birth_month": "12", "birth_year_of_century": "75"}


def test_a_struct_that_holds_one_does_not_show_it():
    class Holder(msgspec.Struct):
        nir: Nir

    assert shows_nothing(repr(Holder(NIR)), str(Holder(NIR)))


def _chain(error):
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
