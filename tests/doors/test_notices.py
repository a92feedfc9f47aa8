"""Notices: what people read of a verdict, as a page and as a sheet, in French and English."""

import csv
import io
import json
import uuid

import msgspec
import pytest
import rfc8785
import yaml

import specs
from gateway.api.problems import REFUSALS
from gateway.rules.catalogue import CATALOGUE
from tests import builders
from tests.builders import a_line, a_transmission
from tests.doors.paging import Page, directives, words
from tests.running import HOST, THE_LABORATORY, THE_OPERATOR, a_row

HTML, CSV, JSON = "text/html", "text/csv", "application/json"
LANGUAGES = ("fr", "en")
A_REFUSED_LINE = {"worker__nir": "123"}
UNKNOWN = builders.a_worker(9)
BODIES = {
    "ACCEPTED": a_transmission,
    "ACCEPTED_WITH_RESERVATIONS": lambda: a_transmission(
        results=[a_line(), a_line(ref="P-2", worker=builders.a_worker(2), monitoring__category="B")]
    ),
    "PARTLY_ACCEPTED": lambda: a_transmission(
        results=[
            a_line(),
            a_line(ref="P-2", **A_REFUSED_LINE),
            a_line(ref="P-3", worker=UNKNOWN),
            a_line(ref="P-4", worker=builders.a_worker(2), monitoring__category="B"),
            a_line(ref="-5", worker__nir="123", employer__siret="123"),
            a_line(ref="P-6", operation="UNHEARD_OF"),
        ]
    ),
    "HELD": lambda: a_transmission(results=[a_line(worker=UNKNOWN)]),
    "REJECTED": lambda: a_transmission(results=[a_line(**A_REFUSED_LINE)]),
    "INADMISSIBLE": lambda: a_transmission(flow="RADON"),
    "CONFLICT": a_transmission,
}
TITLES = {
    "ACCEPTED": ("Rapport d'exécution", "Execution report"),
    "ACCEPTED_WITH_RESERVATIONS": ("Rapport d'exécution", "Execution report"),
    "PARTLY_ACCEPTED": ("Rapport d'exécution", "Execution report"),
    "HELD": ("Rapport d'exécution", "Execution report"),
    "REJECTED": ("Notification de rejet", "Notice of rejection"),
    "INADMISSIBLE": ("Notification de rejet", "Notice of rejection"),
    "CONFLICT": ("Notification de conflit", "Notice of conflict"),
}
WHAT = {
    "ACCEPTED": ("Tous les résultats sont acceptés.", "All results are accepted."),
    "ACCEPTED_WITH_RESERVATIONS": ("avec des réserves", "with reservations"),
    "PARTLY_ACCEPTED": ("Une partie des résultats est acceptée", "Some of the results"),
    "HELD": ("Aucun résultat n'est encore accepté", "No result is accepted yet"),
    "REJECTED": ("Tous les résultats sont refusés.", "All results are refused."),
    "INADMISSIBLE": ("L'envoi est irrecevable", "The transmission is inadmissible"),
    "CONFLICT": ("Un autre contenu a déjà été jugé", "Other content was already judged"),
}
VERDICTS = {
    "ACCEPTED_WITH_WARNINGS": ("acceptée, à examiner", "accepted, to be looked at"),
    "REJECTED": ("refusée", "refused"),
    "HELD": ("en attente", "held"),
}
HELD_UNTIL = ("18 février 2027, 09:00:00 UTC", "18 February 2027, 09:00:00 UTC")


def asked(gateway, method, path, *, accept=HTML, language="fr", form=None, body=None, by=None):
    headers = {"accept": accept, "accept-language": language}
    if form is not None or body is not None:
        headers["content-type"] = JSON
    content = b"" if form is None and body is None else body or builders.in_json(form)
    return gateway.request(method, path, by=by or "laboratory", headers=headers, content=content)


def sent(gateway, disposition):
    """A transmission that gets that answer, and its signed receipt."""
    form = BODIES[disposition]()
    if disposition == "CONFLICT":
        gateway.submit(form)
        form = {**form, "issuedAt": "2026-11-20T08:00:01.000Z"}
    answer = gateway.submit(form)
    assert answer.disposition == disposition
    return form, answer.form


def rows_of(response):
    return list(csv.reader(io.StringIO(response.content.decode("utf-8")), delimiter=";"))


CASES = [(disposition, language) for disposition in BODIES for language in LANGUAGES]


@pytest.mark.parametrize(("disposition", "language"), CASES)
def test_the_page_says_what_the_receipt_says_in_the_language_asked(gateway, disposition, language):
    english = LANGUAGES.index(language)
    form, receipt = sent(gateway, disposition)
    signed = receipt["acknowledgement"]
    response = asked(gateway, "POST", "/v1/transmissions", form=form, language=language)
    assert response.status_code == (422 if disposition in {"INADMISSIBLE", "CONFLICT"} else 200)
    page = Page(response.content)
    assert page.defects() == []
    assert page.language == response.headers["content-language"] == language
    assert page.title == TITLES[disposition][english]
    assert WHAT[disposition][english] in page.text
    for fact in (
        f"http://{HOST}/v1/receipts/{signed['id']}",
        receipt["canonicalSha256"],
        signed["transmission"]["id"],
        signed["received"]["sha256"],
        "siseri-gateway verify",
        ("20 novembre 2026, 09:00:00 UTC", "20 November 2026, 09:00:00 UTC")[english],
        *(signed[name] for name in ("linesSha256",) if name in signed),
        *(signed["standing"].values() if "standing" in signed else ()),
    ):
        assert fact in page.text
    for code in signed.get("codes", ()):
        assert code["text"][language] in page.text
        assert code["text"][LANGUAGES[1 - english]] not in page.text
    shown = [[step["errors"], step["warnings"]] for step in signed["steps"]]
    assert [[int(row[2]), int(row[3])] for row in page.rows("steps")] == shown


@pytest.mark.parametrize(("disposition", "language"), CASES)
def test_the_page_lists_every_line_that_is_not_plainly_accepted(gateway, disposition, language):
    english = LANGUAGES.index(language)
    form, receipt = sent(gateway, disposition)
    signed = receipt["acknowledgement"]
    text = {code["code"]: code["text"][language] for code in signed.get("codes", ())}
    page = Page(asked(gateway, "POST", "/v1/transmissions", form=form, language=language).content)
    expected = [
        [
            str(line["index"]),
            line.get("ref", ("non reprise", "not repeated")[english]),
            VERDICTS[line["verdict"]][english],
            HELD_UNTIL[english] if "heldUntil" in line else "–",
            finding["code"],
            text[finding["code"]],
        ]
        for line in signed.get("lines", ())
        for finding in line["findings"]
    ]
    rows = page.rows("lines")
    assert [row[:6] for row in rows] == expected
    pointers = [f["pointer"] for line in signed.get("lines", ()) for f in line["findings"]]
    assert [row[6].rpartition(" ")[2] for row in rows] == pointers
    word = ("ligne", "line")[english]
    assert all(row[6].startswith(f"{word} {row[0]}") for row in rows)
    whole = [[found["code"], text[found["code"]]] for found in signed.get("findings", ())]
    assert [row[:2] for row in page.rows("whole")] == whole
    assert (page.section("lines") is not None) == ("counts" in signed)


def test_the_page_tells_who_must_act_the_sender_first(gateway):
    form, receipt = sent(gateway, "PARTLY_ACCEPTED")
    page = Page(asked(gateway, "POST", "/v1/transmissions", form=form).content)
    tasks = page.section("tasks")
    headings = [words(heading) for heading in tasks.iter("h3")]
    assert headings == [
        "L'émetteur de l'envoi : corriger et envoyer",
        "L'employeur, ou son correspondant pour SISERI : corriger",
        "L'employeur, ou son correspondant pour SISERI : doit agir ; la ligne attend",
    ]
    told = [[item.findtext("strong/code") for item in items] for items in tasks.iter("ul")]
    assert told == [["E001", "I001", "S002", "S008"], ["R006"], ["R001"]]
    assert "Lignes concernées : 2. " in page.text  # I001
    assert sum(map(len, told)) == len(receipt["acknowledgement"]["codes"])
    assert "siseri-gateway fix" in page.text


def test_where_nobody_has_to_act_the_page_says_so(gateway):
    form, _ = sent(gateway, "ACCEPTED")
    for language, said in (("fr", "il n'y a rien à faire"), ("en", "there is nothing to do")):
        page = Page(
            asked(gateway, "POST", "/v1/transmissions", form=form, language=language).content
        )
        assert said in page.text
        assert page.rows("lines") == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("disposition", BODIES)
def test_the_sheet_has_a_row_a_finding_under_stable_names(gateway, disposition, language):
    form, receipt = sent(gateway, disposition)
    signed = receipt["acknowledgement"]
    text = {code["code"]: code["text"][language] for code in signed.get("codes", ())}
    response = asked(gateway, "POST", "/v1/transmissions", form=form, language=language, accept=CSV)
    assert response.headers["content-type"] == "text/csv; charset=utf-8"
    assert response.content.count(b"\r\n") == response.content.count(b"\n")
    head, *rows = rows_of(response)
    assert head == ["index", "ref", "verdict", "heldUntil", "code", "pointer", "text"]
    whole = [
        ["", "", disposition, "", found["code"], found.get("pointer", ""), text[found["code"]]]
        for found in signed.get("findings", ())
    ]
    lines = [
        [
            str(line["index"]),
            line.get("ref", "").replace("-5", "'-5"),
            line["verdict"],
            line.get("heldUntil", ""),
            *(finding["code"], finding["pointer"], text[finding["code"]]),
        ]
        for line in signed.get("lines", ())
        for finding in line["findings"]
    ]
    assert rows == [*(whole or [["", "", disposition, "", "", "", ""]]), *lines]
    of_lines = asked(
        gateway, "GET", f"/v1/receipts/{signed['id']}/lines", accept=CSV, language=language
    )
    assert rows_of(of_lines) == [head, *lines]


def test_the_sheet_of_the_contract_is_what_the_gateway_gives(gateway):
    document = yaml.safe_load(specs.path("openapi/gateway.yaml").read_text("utf-8"))
    form = a_transmission(results=[a_line(worker__nir=f"{builders.nir_of(1)[:13]}00")])
    response = asked(gateway, "POST", "/v1/transmissions", form=form, accept=CSV)
    assert response.text == document["components"]["schemas"]["NoticeSheet"]["example"]


def test_a_notice_is_the_same_from_every_address_of_its_receipt(gateway):
    form, receipt = sent(gateway, "PARTLY_ACCEPTED")
    name = receipt["acknowledgement"]["id"]
    posted = asked(gateway, "POST", "/v1/transmissions", form=form)
    assert asked(gateway, "GET", f"/v1/receipts/{name}").content == posted.content
    by_id = Page(asked(gateway, "GET", f"/v1/transmissions/{form['id']}").content)
    assert by_id.defects() == []
    assert by_id.rows("lines") == Page(posted.content).rows("lines")
    assert [row[:2] for row in by_id.rows("receipts")] == [[name, "accepté en partie"]]
    lines = asked(gateway, "GET", f"/v1/receipts/{name}/lines")
    assert Page(lines.content).rows("lines") == Page(posted.content).rows("lines")


def test_every_receipt_given_under_an_id_is_listed_and_the_one_that_stands_is_shown(gateway):
    form = a_transmission()
    given = [
        gateway.submit({**form, "flow": "RADON"}),
        gateway.submit(form),
        gateway.submit({**form, "issuedAt": "2026-11-20T08:00:01.000Z"}),
    ]
    page = Page(asked(gateway, "GET", f"/v1/transmissions/{form['id']}", language="en").content)
    assert page.title == "Execution report"
    assert [row[:2] for row in page.rows("receipts")] == [
        [answer.acknowledgement["id"], word]
        for answer, word in zip(given, ("inadmissible", "accepted", "in conflict"), strict=True)
    ]


def test_beyond_a_thousand_lines_the_page_shows_the_first_and_says_where_the_others_are(gateway):
    form = a_transmission(
        results=[a_line(ref=f"P-{number}", **A_REFUSED_LINE) for number in range(1_003)]
    )
    name = gateway.submit(form).acknowledgement["id"]
    page = Page(asked(gateway, "GET", f"/v1/receipts/{name}").content)
    assert len(page.rows("lines")) == 1_000
    assert "(1000 / 1003)" in page.text
    assert "Lignes concernées : 1003." in page.text
    assert f"/v1/receipts/{name} /lines" in page.text
    every = Page(asked(gateway, "GET", f"/v1/receipts/{name}/lines").content)
    assert [row[0] for row in every.rows("lines")] == [str(n) for n in range(1, 1_004)]
    sheet = rows_of(asked(gateway, "GET", f"/v1/receipts/{name}", accept=CSV))
    assert len(sheet) == 1 + 1 + 1_003


def test_beyond_a_thousand_findings_the_page_shows_whole_lines_and_says_where_the_others_are(
    gateway,
):
    bad = [builders.a_measurement(quantity="HP3", value="99999.999") for _ in range(64)]
    form = a_transmission(
        results=[a_line(ref=f"P-{number}", measurements=bad) for number in range(650)]
    )
    name = gateway.submit(form).acknowledgement["id"]
    page = Page(asked(gateway, "GET", f"/v1/receipts/{name}").content)
    assert "(62 / 650)" in page.text
    assert len(page.rows("lines")) == 62 * 16
    assert "Lignes concernées : 650." in page.text
    assert "en tableau (CSV), à l'adresse" in page.text
    assert f"/v1/receipts/{name} /lines" in page.text
    every = Page(asked(gateway, "GET", f"/v1/receipts/{name}/lines").content)
    assert "(625 / 650)" in every.text
    assert f"/v1/receipts/{name} /lines" in every.text
    sheet = rows_of(asked(gateway, "GET", f"/v1/receipts/{name}/lines", accept=CSV))
    assert len(sheet) == 1 + 650 * 16
    checked = Page(asked(gateway, "POST", "/v1/checks", form=form).content)
    assert "(62 / 650)" in checked.text
    assert "dans le tableau (CSV) et le JSON de la même demande" in checked.text


# ---------- what a check tells


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_check_is_told_likewise_but_proves_nothing_and_names_members(gateway, language):
    english = LANGUAGES.index(language)
    form = BODIES["PARTLY_ACCEPTED"]()
    response = asked(gateway, "POST", "/v1/checks", form=form, language=language)
    page = Page(response.content)
    assert page.defects() == []
    assert response.status_code == 200
    assert page.title == ("Contrôle préalable", "Preliminary check")[english]
    assert ("ne prouve rien", "proves nothing")[english] in page.text
    for proof in ("canonicalSha256", "siseri-gateway verify", "/v1/receipts/"):
        assert proof not in page.text
    last = page.rows("lines")[-1]
    assert (
        last[6]
        == (
            "ligne 6, opération /results/5/operation",
            "line 6, operation /results/5/operation",
        )[english]
    )
    sheet = rows_of(asked(gateway, "POST", "/v1/checks", form=form, language=language, accept=CSV))
    assert [sheet[1][2], sheet[-1][5]] == ["PARTLY_ACCEPTED", "/results/5/operation"]
    assert gateway.counted("transmissions") == 0


def test_a_check_that_would_be_inadmissible_is_422(gateway):
    response = asked(gateway, "POST", "/v1/checks", form=a_transmission(flow="RADON"))
    assert response.status_code == 422
    assert WHAT["INADMISSIBLE"][0] in Page(response.content).text


# ---------- what is proof and what is not


def test_asking_for_a_notice_signs_and_keeps_the_same_receipt(gateway):
    form = BODIES["PARTLY_ACCEPTED"]()
    page = Page(asked(gateway, "POST", "/v1/transmissions", form=form).content)
    again = gateway.submit(form)
    assert again.headers["idempotent-replayed"] == "true"
    assert again.form["canonicalSha256"] in page.text
    assert "signature" not in page.source
    assert "non signée" in page.text


def test_a_test_is_never_taken_for_a_transmission(gateway):
    page = Page(asked(gateway, "POST", "/v1/transmissions", form=a_transmission(test=True)).content)
    assert "Essai : jugé comme un envoi véritable" in page.text


def test_a_body_that_cannot_be_read_has_its_notice(gateway):
    response = asked(gateway, "POST", "/v1/transmissions", body=b"{")
    page = Page(response.content)
    assert (response.status_code, page.title) == (422, "Notification de rejet")
    assert "identifiant illisible" in page.text
    assert [row[0] for row in page.rows("whole")] == ["S001"]
    assert page.defects() == []


# ---------- what a browser is told


def test_the_page_is_served_under_a_policy_that_allows_its_style_alone(gateway):
    form, _ = sent(gateway, "PARTLY_ACCEPTED")
    response = asked(gateway, "POST", "/v1/transmissions", form=form)
    page = Page(response.content)
    assert len(page.style_sources()) == 1
    served = directives(response.headers["content-security-policy"])
    assert served == {
        "default-src": {"'none'"},
        "style-src": page.style_sources(),
        "base-uri": {"'none'"},
        "form-action": {"'none'"},
        "frame-ancestors": {"'none'"},
    }
    del served["frame-ancestors"]  # which a page cannot state of itself
    assert directives(page.own_policy()) == served
    assert response.headers["x-content-type-options"] == "nosniff"
    assert response.headers["content-type"] == "text/html; charset=utf-8"


@pytest.mark.parametrize(
    ("accept", "disposition"),
    [
        (HTML, 'inline; filename="siseri-notice.html"'),
        (CSV, 'attachment; filename="siseri-notice.csv"'),
        (JSON, None),
    ],
)
def test_the_name_of_the_file_is_fixed(gateway, accept, disposition):
    form, receipt = sent(gateway, "REJECTED")
    for method, path in (
        ("POST", "/v1/transmissions"),
        ("POST", "/v1/checks"),
        ("GET", f"/v1/receipts/{receipt['acknowledgement']['id']}"),
        ("GET", f"/v1/receipts/{receipt['acknowledgement']['id']}/lines"),
        ("GET", f"/v1/transmissions/{form['id']}"),
    ):
        sends = form if method == "POST" else None
        response = asked(gateway, method, path, accept=accept, form=sends)
        assert response.status_code == 200
        assert response.headers.get("content-disposition") == disposition
        assert response.headers["vary"] == "Accept, Accept-Language"
        assert response.headers["cache-control"] == "no-store"


def test_names_that_hold_markup_are_shown_as_they_are(start):
    name = """Labo <script>alert("x")</script> & 'fils' <!-- {{ 7*7 }}"""
    partner = msgspec.structs.replace(THE_LABORATORY, name=name)
    running = start(partners=(partner, THE_OPERATOR), rows=[a_row()])
    for language in LANGUAGES:
        response = asked(
            running, "POST", "/v1/transmissions", form=a_transmission(), language=language
        )
        page = Page(response.content)
        assert page.defects() == []
        assert name in page.text
        assert "<script" not in page.source


# ---------- what is chosen by what is asked


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        *((None, JSON), ("*/*", JSON), ("text/html", HTML), ("TEXT/HTML", HTML)),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", HTML),
        ("text/csv;q=0.5, text/html;q=0.4", CSV),
        ("text/csv;q=0.5, application/xml;q=0.6", "application/xml"),
        ("text/html;q=0, text/*;q=0.1", "text/xml"),
        ("text/html;q=0, text/xml;q=0, text/*;q=0.1", CSV),
        ("application/json;q=0, */*", "application/xml"),
        ("text/html;q=0.9, application/json;q=0.9", JSON),
    ],
)
def test_the_representation_is_chosen_by_weight(gateway, accept, media_type):
    _, receipt = sent(gateway, "REJECTED")
    response = gateway.request(
        "GET",
        f"/v1/receipts/{receipt['acknowledgement']['id']}",
        by="laboratory",
        headers={"accept": accept} if accept else {},
    )
    assert response.headers["content-type"].partition(";")[0] == media_type


SIGNED = [JSON, "application/xml", "text/xml", "application/jose", HTML, CSV]
REPORTED = [JSON, "application/xml", "text/xml", HTML, CSV]


@pytest.mark.parametrize(
    ("method", "path", "exists"),
    [
        ("POST", "/v1/transmissions", SIGNED),
        ("GET", "/v1/receipts/{receipt}", SIGNED),
        ("GET", "/v1/receipts/{receipt}/lines", REPORTED),
        ("GET", "/v1/transmissions/{id}", REPORTED),
        ("POST", "/v1/checks", REPORTED),
        ("GET", "/v1/transmissions", REPORTED[:3]),
        ("GET", "/v1/rules", [JSON]),
    ],
)
@pytest.mark.parametrize("language", LANGUAGES)
def test_what_does_not_exist_is_406_naming_what_does(gateway, method, path, exists, language):
    form, receipt = sent(gateway, "REJECTED")
    path = path.format(receipt=receipt["acknowledgement"]["id"], id=form["id"])
    sends = a_transmission() if method == "POST" else None
    before = gateway.counted("transmissions")
    refused = asked(gateway, method, path, accept="image/png", language=language, form=sends)
    assert refused.status_code == 406
    problem = refused.json()
    assert problem["code"] == "B005"
    assert problem["available"] == exists
    assert all(media_type in problem["detail"] for media_type in exists)
    assert problem["detail"] == problem["text"][language]
    assert refused.headers["content-language"] == language
    assert gateway.counted("transmissions") == before


def test_a_head_tells_what_a_get_would(gateway):
    form, receipt = sent(gateway, "PARTLY_ACCEPTED")
    for path in (
        f"/v1/receipts/{receipt['acknowledgement']['id']}",
        f"/v1/receipts/{receipt['acknowledgement']['id']}/lines",
        f"/v1/transmissions/{form['id']}",
    ):
        for accept in (HTML, CSV, JSON):
            got = asked(gateway, "GET", path, accept=accept, language="en")
            told = asked(gateway, "HEAD", path, accept=accept, language="en")
            assert (told.status_code, told.content) == (200, b"")
            for answer in (told, got):
                del answer.headers["ratelimit"]  # each of the two is one
            assert told.headers == got.headers


def test_the_notice_of_another_s_receipt_is_not_found(gateway):
    form, receipt = sent(gateway, "REJECTED")
    for path in (
        f"/v1/receipts/{receipt['acknowledgement']['id']}",
        f"/v1/receipts/{receipt['acknowledgement']['id']}/lines",
        f"/v1/transmissions/{form['id']}",
        f"/v1/receipts/{uuid.uuid4()}",
    ):
        for accept in (HTML, CSV):
            refused = asked(gateway, "GET", path, accept=accept, by="operator")
            assert (refused.status_code, refused.json()["code"]) == (404, "A003")


# ---------- languages elsewhere


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_problem_is_told_in_the_language_asked_and_says_so(gateway, language):
    for path in ("/v1/receipts/x", f"/v1/receipts/{uuid.uuid4()}", "/v1/rules/Z999", "/nowhere"):
        refused = asked(gateway, "GET", path, accept=JSON, language=language)
        problem = refused.json()
        said = REFUSALS[problem["code"]]
        assert problem["title"] == {"fr": said.fr, "en": said.en}[language]
        assert problem["text"] == {"fr": said.fr, "en": said.en}
        assert refused.headers["content-language"] == language
        assert refused.headers["vary"] == "Accept, Accept-Language"


@pytest.mark.parametrize("version", builders.SOAP)
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_fault_is_told_in_the_language_asked_where_it_has_room_for_one(
    gateway, language, version
):
    for body in (b"<", builders.in_soap("", version=version, operation="Ping")):
        headers = builders.soap_headers(version=version, operation="Ping")
        by = "laboratory" if body == b"<" else None
        response = gateway.request(
            "POST",
            "/soap/v1",
            by=by,
            headers={**dict(headers), "accept-language": language},
            content=body,
        )
        code = "S001" if body == b"<" else "A001"
        said = REFUSALS[code]
        text = response.content.decode()
        first = {"fr": said.fr, "en": said.en}[language]
        if version == "1.1":
            assert f"<faultstring>{first}</faultstring>" in text
        else:
            assert text.index(said.fr) < text.index(said.en)
        assert said.fr in text
        assert said.en in text
        assert response.headers["content-language"] == "fr, en"


def test_what_is_signed_carries_both_languages_and_says_so(gateway):
    form, receipt = sent(gateway, "REJECTED")
    name = receipt["acknowledgement"]["id"]
    for path in (f"/v1/receipts/{name}", f"/v1/transmissions/{form['id']}", "/v1/rules"):
        response = asked(gateway, "GET", path, accept=JSON, language="en")
        assert response.headers["content-language"] == "fr, en"
    french, english = (
        asked(gateway, "GET", f"/v1/receipts/{name}", accept=JSON, language=language).content
        for language in LANGUAGES
    )
    assert french == english == rfc8785.dumps(json.loads(english))


@pytest.mark.parametrize(
    ("language", "said", "other"),
    [
        ("fr", "Cette page demande un script", "This page needs"),
        ("en", "This page needs a script", "Cette page demande"),
    ],
)
def test_the_documentation_is_told_in_the_language_asked(gateway, language, said, other):
    response = gateway.request("GET", "/docs", headers={"accept-language": language})
    assert f'<html lang="{language}">' in response.text
    assert said in response.text
    assert other not in response.text
    assert response.headers["content-language"] == language
    assert response.headers["vary"] == "Accept-Language"
    headers = {"accept-language": language, "if-none-match": response.headers["etag"]}
    assert gateway.request("GET", "/docs", headers=headers).status_code == 304
    headers["accept-language"] = {"fr": "en", "en": "fr"}[language]
    assert gateway.request("GET", "/docs", headers=headers).status_code == 200


def test_every_code_of_the_catalogue_has_its_law_on_the_page(gateway):
    form, receipt = sent(gateway, "PARTLY_ACCEPTED")
    page = Page(asked(gateway, "POST", "/v1/transmissions", form=form, language="en").content)
    for entry in receipt["acknowledgement"]["codes"]:
        assert CATALOGUE.rule(entry["code"]).source in page.text
        assert entry["rule"] in page.text
