"""A check as JUnit XML: a suite a file, a case a line; refused lines fail, the others pass."""

from collections.abc import Sequence

from lxml import etree

from gateway.commands.checking.findings import Checked, Found
from gateway.commands.checking.human import at
from gateway.model.verdict import Level, Verdict

_REFUSED = frozenset({Verdict.REJECTED, Verdict.HELD})


def junit_xml(every: Sequence[Checked], *, english: int) -> bytes:
    """The report on all files."""
    root = etree.Element("testsuites", name="siseri-gateway check")
    tests = failures = errors = 0
    for checked in every:
        suite = _suite(checked, english)
        tests += int(suite.get("tests", "0"))
        failures += int(suite.get("failures", "0"))
        errors += int(suite.get("errors", "0"))
        root.append(suite)
    for name, value in (("tests", tests), ("failures", failures), ("errors", errors)):
        root.set(name, str(value))
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True, pretty_print=True)


def _suite(checked: Checked, english: int) -> etree._Element:
    suite = etree.Element("testsuite", name=str(checked.file))
    whole = _case(suite, checked, ("envoi", "transmission")[english])
    failures, errors = 0, 0
    if checked.fault is not None:
        etree.SubElement(whole, "error", message=checked.fault[english], type="unreadable")
        errors = 1
    about_all = [found for found in checked.found if found.index is None]
    failures += _tell(whole, about_all, english, fails=checked.is_inadmissible)
    by_line: dict[int, list[Found]] = {}
    for found in checked.found:
        if found.index is not None:
            by_line.setdefault(found.index, []).append(found)
    for index, ref in enumerate(checked.refs, 1):
        named = f"{('ligne', 'line')[english]} {index}{'' if ref is None else f' {ref}'}"
        case = _case(suite, checked, named)
        fails = checked.verdicts.get(index) in _REFUSED
        failures += _tell(case, by_line.get(index, []), english, fails=fails)
    counts = (("tests", len(suite)), ("failures", failures), ("errors", errors), ("skipped", 0))
    for name, value in counts:
        suite.set(name, str(value))
    return suite


def _case(suite: etree._Element, checked: Checked, name: str) -> etree._Element:
    return etree.SubElement(
        suite, "testcase", name=name, classname=checked.file.name, file=str(checked.file), time="0"
    )


def _tell(case: etree._Element, every: list[Found], english: int, *, fails: bool) -> int:
    """Write the findings of a case; one failure at most, in the order of the engine."""
    if not every:
        return 0
    text = "\n".join(_said(found, english) for found in every)
    if not fails:
        etree.SubElement(case, "system-out").text = text
        return 0
    worst = next((f for f in every if f.entry.level in {Level.FATAL, Level.ERROR}), every[0])
    failure = etree.SubElement(
        case, "failure", message=worst.entry.text(english), type=worst.entry.code
    )
    failure.text = text
    return 1


def _said(found: Found, english: int) -> str:
    members = "".join(f" [{m.pointer or '/'} : {m.text(english)}]" for m in found.members)
    where = found.xpath or found.pointer or ""
    return f"{at(found.place)} {found.entry.code} {where} {found.entry.text(english)}{members}"
