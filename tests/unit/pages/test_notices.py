"""Notices beyond what the doors give today: other stages, hostile texts, every word there is."""

import csv
import io
import json

import msgspec
import pytest
from lxml import etree

import specs
from gateway.model.acknowledgement import Acknowledgement, Disposition, LineEntry, Stage
from gateway.model.notice import GivenReceipt, Notice
from gateway.model.verdict import Action, Actor, Level, Step, Verdict
from gateway.pages.notices import titles
from gateway.pages.notices.layout import Layout
from gateway.pages.notices.members import ITEMS, MEMBERS, place
from gateway.pages.notices.page import NoticeRenderer
from gateway.pages.notices.wording import ENGLISH, FRENCH, wording
from gateway.wire.codelists import load
from tests.doors.paging import Page, words

SCHEMA = "{http://www.w3.org/2001/XMLSchema}"
EXAMPLES = ("accepted", "partly_accepted", "held", "inadmissible", "conflict")
ATTACKS = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</style><script>alert(1)</script>",
    "{{ 7 * 7 }}{% raw %}",
    "&lt;b&gt; <!-- ]]>",
)
RENDERER = NoticeRenderer(public_address="https://gateway.invalid")


def an_acknowledgement(name="partly_accepted", **changes):
    path = specs.path(f"examples/acknowledgement/{name}.json")
    signed = json.loads(path.read_text("utf-8"))["acknowledgement"]
    return msgspec.convert({**signed, **changes}, Acknowledgement)


def a_notice(acknowledgement=None, **changes):
    acknowledgement = acknowledgement or an_acknowledgement()
    stated = {"canonical_sha256": "0" * 64, "lines": acknowledgement.lines}
    return Notice(acknowledgement=acknowledgement, **{**stated, **changes})


def page_of(notice, language="fr"):
    return Page(RENDERER.html(notice, language))


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("name", EXAMPLES)
def test_every_published_acknowledgement_has_a_sound_page(name, language):
    page = page_of(a_notice(an_acknowledgement(name)), language)
    assert page.defects() == []
    assert page.language == language


@pytest.mark.parametrize(
    ("changes", "french", "english"),
    [
        (
            {"stage": "RECEPTION", "disposition": "RECEIVED"},
            ("Accusé d'enregistrement", "Récépissé de transmission"),
            ("Acknowledgement of registration", "Receipt of transmission"),
        ),
        (
            {"stage": "INTEGRATION", "disposition": "ACCEPTED"},
            ("Avis d'intégration au registre", "Tous les résultats sont acceptés."),
            ("Notice of integration into the register", "All results are accepted."),
        ),
    ],
)
def test_the_other_stages_have_their_titles(changes, french, english):
    acknowledgement = an_acknowledgement("accepted", **changes)
    for language, (title, what) in (("fr", french), ("en", english)):
        page = page_of(a_notice(acknowledgement), language)
        assert page.title == title
        assert what in page.text
        assert page.defects() == []


def an_informed_line(verdict):
    """A line that stands, with something to say of it."""
    return {
        "lines": [{"index": 4, "ref": "P-4", "verdict": verdict, "findings": [{"code": "R007"}]}],
        "linesTotal": 1,
        "codes": [
            {
                "code": "R007",
                "level": "INFO",
                "actor": "EMPLOYER",
                "action": "CORRECT",
                "text": {"fr": "Dose acceptée, pas encore visible.", "en": "Not visible yet."},
                "rule": "/v1/rules/R007",
            }
        ],
    }


@pytest.mark.parametrize("verdict", ["ACCEPTED", "ACCEPTED_WITH_WARNINGS"])
def test_an_accepted_line_with_a_finding_is_shown_with_who_must_act(verdict):
    acknowledgement = an_acknowledgement("accepted", **an_informed_line(verdict))
    page = page_of(a_notice(acknowledgement))
    ((index, ref, told, until, code, text, where),) = page.rows("lines")
    assert (index, ref, until, code, where) == ("4", "P-4", "–", "R007", "l'envoi entier")
    assert told.startswith("acceptée")
    assert text == "Dose acceptée, pas encore visible."
    (heading,) = page.section("tasks").iter("h3")
    assert words(heading) == "L'employeur, ou son correspondant pour SISERI : corriger"
    assert "pour information" in page.text


def test_a_line_without_a_finding_is_still_a_row():
    line = LineEntry(index=1, ref="P-1", verdict=Verdict.REJECTED, findings=())
    page = page_of(a_notice(lines=(line,)))
    assert page.rows("lines") == [["1", "P-1", "refusée", "–", "–"]]
    assert page.defects() == []


def poisoned(value, text):
    """Every text of a form, at any depth, but those that are of an enumeration or a time."""
    if isinstance(value, dict):
        return {name: _poison(name, member, text) for name, member in value.items()}
    return [poisoned(member, text) for member in value]


def _poison(name, value, text):
    if name in {"stage", "disposition", "verdict", "level", "actor", "action", "at", "decidedAt"}:
        return value
    if name == "steps":
        return value
    if isinstance(value, dict | list) and value and not isinstance(value, str):
        return poisoned(value, text)
    return text if isinstance(value, str) and name not in {"heldUntil", "deadline"} else value


@pytest.mark.parametrize("attack", ATTACKS)
def test_no_text_becomes_markup_wherever_it_stands(attack):
    path = specs.path("examples/acknowledgement/partly_accepted.json")
    signed = json.loads(path.read_text("utf-8"))["acknowledgement"]
    acknowledgement = msgspec.convert(poisoned(signed, attack), Acknowledgement)
    given = GivenReceipt(
        id=attack,
        canonical_sha256=attack,
        disposition=Disposition.ACCEPTED,
        decided_at="2026-11-20T09:00:00.000Z",
    )
    sound = page_of(a_notice(given=(given,)))
    page = page_of(a_notice(acknowledgement, given=(given,), canonical_sha256=attack))
    assert page.defects() == []
    assert page.text.count(attack) > 20
    # codes that became one leave fewer items; of no element is there one that was not there
    assert {tag for tag, _ in page.elements} <= {tag for tag, _ in sound.elements} | {"br"}


@pytest.mark.parametrize("start", ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx", "\nx", "\0x"])
def test_no_cell_is_a_formula(start):
    line = an_acknowledgement().lines[0]
    finding = msgspec.structs.replace(line.findings[0], pointer=start)
    notice = a_notice(lines=(msgspec.structs.replace(line, ref=start, findings=(finding,)),))
    text = RENDERER.csv(notice, "fr", lines_alone=True).decode()
    _, row = csv.reader(io.StringIO(text, newline=""), delimiter=";")
    assert (row[1], row[5]) == (f"'{start}", f"'{start}")


def test_a_cell_that_holds_the_separator_a_quote_or_a_line_is_read_back():
    ref = 'a;b"c\r\nd'
    line = msgspec.structs.replace(an_acknowledgement().lines[0], ref=ref)
    text = RENDERER.csv(a_notice(lines=(line,)), "en", lines_alone=True).decode()
    _, *rows = csv.reader(io.StringIO(text, newline=""), delimiter=";")
    assert rows[0][1] == ref


# ---------- every word of the contract


def test_every_member_of_a_transmission_has_its_words():
    root = etree.parse(str(specs.path("xsd/transmission/1.0/transmission.xsd"))).getroot()
    named = {node.get("name") for node in root.iter(f"{SCHEMA}element")} - {None}
    assert set(MEMBERS) == named
    assert set(ITEMS) <= named
    assert all(french and english for french, english in MEMBERS.values())


@pytest.mark.parametrize(
    ("pointer", "french", "english"),
    [
        ("/results/3/worker/nir", "ligne 4, travailleur, NIR", "line 4, worker, NIR"),
        ("/results/0/measurements", "ligne 1, mesures", "line 1, measurements"),
        (
            "/results/9/measurements/1/value",
            "ligne 10, mesure 2, valeur",
            "line 10, measurement 2, value",
        ),
        ("/totals/sumMsv", "totaux de contrôle, somme", "control totals, sum"),
        ("/id", "identifiant", "id"),
        ("/unheard/0/of", "unheard, 0, of", "unheard, 0, of"),
        ("", "", ""),
        (None, "", ""),
    ],
)
def test_a_pointer_is_told_in_words_counted_from_one(pointer, french, english):
    assert (place(pointer, "fr"), place(pointer, "en")) == (french, english)


@pytest.mark.parametrize(
    ("table", "kinds"),
    [
        (titles.DISPOSITIONS, Disposition),
        (titles.VERDICTS, Verdict),
        (titles.LEVELS, Level),
        (titles.ACTORS, Actor),
        (titles.ACTIONS, Action),
        (titles.STEPS, Step),
    ],
)
def test_every_term_has_its_words(table, kinds):
    assert set(table) == set(kinds)


def test_every_outcome_of_a_step_and_every_code_list_has_its_words():
    root = etree.parse(str(specs.path("xsd/acknowledgement/1.0/acknowledgement.xsd"))).getroot()
    (outcomes,) = root.iterfind(f"{SCHEMA}simpleType[@name='StepVerdict']")
    named = {node.get("value") for node in outcomes.iter(f"{SCHEMA}enumeration")}
    assert set(titles.STEP_VERDICTS) == named
    lists = {load(name).name for name in ("dosimeter-types", "radionuclides", "organs")}
    assert lists <= set(titles.REFERENCES)


@pytest.mark.parametrize("stage", Stage)
@pytest.mark.parametrize("disposition", Disposition)
def test_every_acknowledgement_has_a_title(stage, disposition):
    acknowledgement = an_acknowledgement(stage=stage.value, disposition=disposition.value)
    told = titles.title_of(acknowledgement)
    assert all((*told.name, *told.what))
    assert told.name[0] != told.name[1]


def test_a_day_is_written_as_the_language_does():
    assert FRENCH.moment("2027-03-01T23:59:59.999Z") == "1er mars 2027, 23:59:59 UTC"
    assert FRENCH.moment("2026-08-31T00:00:00.000Z") == "31 août 2026, 00:00:00 UTC"
    assert ENGLISH.moment("2027-03-01T23:59:59.999Z") == "1 March 2027, 23:59:59 UTC"


def test_no_fixed_text_lacks():
    for fixed in (FRENCH, ENGLISH):
        assert all(msgspec.structs.asdict(fixed).values())
    assert wording("de") is FRENCH


def test_a_code_that_is_no_longer_known_is_told_as_it_was_signed():
    entry = {
        "code": "Z999",
        "level": "ERROR",
        "actor": "SENDER",
        "action": "RESEND",
        "text": {"fr": "Ancien.", "en": "Old."},
        "rule": "/v1/rules/Z999",
    }
    notice = a_notice(an_acknowledgement(codes=[entry], findings=[{"code": "Z999"}], lines=[]))
    (task,) = Layout(notice, "en").tasks()
    assert task.action == "send the same content again under a new id"
    assert (task.remedies[0].text, task.remedies[0].source) == ("Old.", "")
    assert page_of(notice, "en").defects() == []
