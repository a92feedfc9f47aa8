import csv
import io
import json

import pytest

from gateway.__main__ import main
from gateway.commands.converting.columns import KNOWN, OF_MEASUREMENT, ORDER, column_of
from gateway.commands.converting.rows import converted
from gateway.commands.opening import machine_time
from gateway.commands.samples.transmissions import DEFAULT_SENDERS, Wanted, sample, totals_of
from gateway.model.transmission import Flow
from gateway.wire.v1.contract import TransmissionContract

LABORATORY = DEFAULT_SENDERS[Flow.PASSIVE_EXTERNAL]
OPERATOR = DEFAULT_SENDERS[Flow.OPERATIONAL]
COLUMNS = [*ORDER, *OF_MEASUREMENT]


@pytest.fixture(scope="module")
def contract():
    return TransmissionContract()


def made(flow=Flow.PASSIVE_EXTERNAL, lines=8, day=None):
    return sample(
        Wanted(flow=flow, lines=lines, seed=3, day=day or machine_time().date(),
               sender=DEFAULT_SENDERS[flow])
    )  # fmt: skip


def rows_of(form):
    """The rows that say what a transmission says."""
    for line in form["results"]:
        for measurement in line["measurements"]:
            row = {}
            for name, (member, _) in ORDER.items():
                row[name] = value_of(line, member)
            for name, (member, _) in OF_MEASUREMENT.items():
                row[name] = value_of(measurement, member)
            yield row


def value_of(form, member):
    for step in member:
        form = form.get(step, {})
    return "|".join(form) if isinstance(form, list) else (form or "")


def table(rows, *, delimiter=";", columns=COLUMNS):
    stream = io.StringIO()
    writer = csv.DictWriter(stream, columns, delimiter=delimiter, lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    return stream.getvalue()


def convert(folder, text, *more, flow="PASSIVE_EXTERNAL", sender=LABORATORY, out="lot.json"):
    file = folder / "doses.csv"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    command = ["convert", str(file), "--flow", flow, "--sender", sender]
    return main([*command, "--out", str(folder / out), *more])


@pytest.mark.parametrize("flow", [Flow.PASSIVE_EXTERNAL, Flow.OPERATIONAL])
@pytest.mark.parametrize("delimiter", [";", ","])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_a_table_gives_the_transmission_that_it_was_made_of(tmp_path, flow, delimiter, mark):
    one = made(flow)
    text = mark + table(rows_of(one.form), delimiter=delimiter)
    assert convert(tmp_path, text, flow=flow.value, sender=DEFAULT_SENDERS[flow]) == 0
    form = json.loads((tmp_path / "lot.json").read_bytes())
    assert form["results"] == one.form["results"]
    assert form["totals"] == one.form["totals"]
    assert form["sender"]["type"] == one.form["sender"]["type"]


def test_it_is_written_in_xml_as_well(tmp_path, capsys):
    one = made()
    assert convert(tmp_path, table(rows_of(one.form)), "--test", "--accreditation", "1-0001",
                   out="lot.xml") == 0  # fmt: skip
    content = (tmp_path / "lot.xml").read_text()
    assert "<test>true</test>" in content
    assert "<accreditation>1-0001</accreditation>" in content
    assert "Rien à corriger" in capsys.readouterr().out


def french(row):
    """As a French spreadsheet has it."""
    for name in ("value", "recording_level"):
        row[name] = row[name].replace(".", ",")
    for name in ("period_start", "period_end", "birth_date"):
        year, month, day = row[name].split("-")
        row[name] = f"{day}/{month}/{year}"
    row["employer_siret"] = " ".join(row["employer_siret"][at : at + 3] for at in range(0, 14, 3))
    return row


def test_decimal_commas_french_dates_and_grouped_numbers_are_read_and_said_so(tmp_path, capsys):
    one = made(lines=30)
    assert convert(tmp_path, table(map(french, rows_of(one.form)))) == 0
    form = json.loads((tmp_path / "lot.json").read_bytes())
    assert form["results"] == one.form["results"]
    out = capsys.readouterr().out
    for said in ("virgule", "JJ/MM/AAAA", "blancs"):
        assert said in out


def test_rows_of_one_reference_make_one_line(contract):
    row = next(iter(rows_of(made().form)))
    second = {**row, "radiation": "NEUTRON", "value": "0.3", "status": "MEASURED"}
    result = converted(table([row, second]), contract)
    (line,) = result.lines
    assert [one["radiation"] for one in line["measurements"]] == ["PHOTON", "NEUTRON"]
    assert totals_of(result.lines)["measurements"] == 2


@pytest.mark.parametrize(
    ("change", "column", "said"),
    [
        ({"value": "1.850575E+14"}, "value", "mSv"),
        ({"value": "1 234,5"}, "value", "mSv"),
        ({"value": "0.1234"}, "value", "mSv"),
        ({"value": "-0.1"}, "value", "mSv"),
        ({"birth_date": "31/02/1990"}, "birth_date", "calendrier"),
        ({"birth_name": ""}, "birth_name", "absent"),
        ({"ref": ""}, "ref", "absent"),
        ({"nir": "1,85E+14"}, "nir", "15 lettres"),
        ({"operation": "CORRECTION"}, "operation", "INITIAL"),
        ({"status": "WORN"}, "status", "MEASURED"),
        ({"period_end": ""}, "period_end", "absent"),
        ({"other_exposures": "RADON|SUN"}, "other_exposures", "COSMIC"),
    ],
)
def test_a_bad_row_is_told_by_number_and_reason_and_the_good_ones_are_kept(
    tmp_path, capsys, change, column, said
):
    one = made()
    rows = list(rows_of(one.form))
    rows[2] = {**rows[2], "status": "MEASURED", "value": "0.1", **change}
    assert convert(tmp_path, table(rows), "--json") == 1
    report = json.loads(capsys.readouterr().out)
    assert [(bad["row"], bad["column"]) for bad in report["bad"]] == [(4, column)]
    assert said in report["bad"][0]["expected"]["fr"]
    form = json.loads((tmp_path / "lot.json").read_bytes())
    assert form["results"] == [*one.form["results"][:2], *one.form["results"][3:]]
    assert form["totals"] == totals_of(form["results"])


def test_a_reference_that_two_lines_share_keeps_the_first(contract):
    first, second, *_ = rows_of(made().form)
    result = converted(table([first, {**second, "ref": first["ref"]}]), contract)
    assert len(result.lines) == 1
    assert [(bad.number, bad.column) for bad in result.bad] == [(3, "ref")]


def test_a_line_whose_second_row_is_bad_is_left_out_whole(contract):
    row = next(iter(rows_of(made().form)))
    result = converted(table([row, {**row, "radiation": "LIGHT"}]), contract)
    assert not result.lines
    assert [(bad.number, bad.column) for bad in result.bad] == [(2, "ref"), (3, "radiation")]


@pytest.mark.parametrize(
    "header",
    ["ref;nir", ";".join([*COLUMNS, "dose"]), ";".join([*COLUMNS, "ref"]), "", "299079912345678"],
)
def test_a_header_that_is_none_is_refused_without_a_value(tmp_path, capsys, header):
    assert convert(tmp_path, f"{header}\r\n1;2\r\n") == 3
    assert "299079912345678" not in capsys.readouterr().err
    assert not (tmp_path / "lot.json").exists()


@pytest.mark.parametrize(
    "content", [table(rows_of(made().form)).encode("latin-1", "replace") + b"\xe9", b'"ref\n']
)
def test_what_is_no_csv_in_utf_8_is_refused(tmp_path, capsys, content):
    assert convert(tmp_path, content) == 3
    assert "Traceback" not in capsys.readouterr().err


def test_no_good_row_writes_nothing(tmp_path):
    rows = [{**row, "status": "?"} for row in rows_of(made().form)]
    assert convert(tmp_path, table(rows)) == 3
    assert not (tmp_path / "lot.json").exists()


def test_what_the_rules_refuse_is_found_at_once(tmp_path, capsys):
    rows = list(rows_of(made().form))
    rows[0] = {**rows[0], "sex": "F" if rows[0]["sex"] == "M" else "M"}
    assert convert(tmp_path, table(rows)) == 1
    assert "I013" in capsys.readouterr().out


def test_a_file_that_exists_is_not_replaced(tmp_path):
    (tmp_path / "lot.json").write_text("mine")
    assert convert(tmp_path, table(rows_of(made().form))) == 3
    assert (tmp_path / "lot.json").read_text() == "mine"
    assert convert(tmp_path, table(rows_of(made().form)), "--force") == 0


def test_no_value_is_printed(tmp_path, capsys):
    rows = list(rows_of(made().form))
    rows[1]["birth_name"] = "QUATREMERE\u0007"
    rows[2]["nir"] = "29907991234567é"
    convert(tmp_path, table(rows))
    shown = capsys.readouterr()
    for said in ("QUATREMERE", "29907991234567", rows[0]["nir"], rows[0]["first_name"]):
        assert said not in shown.out + shown.err


def test_every_member_of_a_line_has_a_column_or_is_beyond_a_table(contract):
    inside = {"examination", "committed", "corrects"}
    for name, kind in contract.line_shape.members.items():
        if name in inside:
            continue
        members = getattr(kind, "members", None) or {}
        for member in members:
            assert column_of(f"/{name}/{member}") in KNOWN
    assert column_of("/measurements/0/exposure/value") == "exposure_value"
