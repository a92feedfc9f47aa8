"""Reads a page as strictly as a page of ours must be written, and its tables as people do."""

import base64
import hashlib
import itertools
import re
from html.parser import HTMLParser

import lxml.html

_VOID = {"br", "col", "hr", "img", "input", "link", "meta", "wbr"}
_HEADINGS = {"h1", "h2", "h3", "h4", "h5", "h6"}
_FETCHING = {"src", "href", "srcset", "action", "formaction", "data", "poster", "background"}


class _Strict(HTMLParser):
    """Every element closed where it was opened; text escaped."""

    def __init__(self):
        super().__init__(convert_charrefs=False)
        self.open, self.elements, self.faults = [], [], []

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if len(dict(attrs)) != len(attrs):
            self.faults.append(f"<{tag}> repeats an attribute")
        if tag not in _VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.faults.append(f"</{tag}> closes nothing")

    def handle_data(self, data):
        if "<" in data or ("&" in data and self.open[-1] not in {"style", "script"}):
            self.faults.append(f"unescaped text {data!r}")


class Page:
    """One HTML page."""

    def __init__(self, content):
        self.source = content.decode("utf-8")
        strict = _Strict()
        strict.feed(self.source)
        strict.close()
        self.elements = strict.elements
        self.faults = [*strict.faults, *(f"<{tag}> is not closed" for tag in strict.open)]
        self.tree = lxml.html.document_fromstring(content)

    @property
    def language(self):
        return self.tree.get("lang")

    @property
    def text(self):
        """What a reader sees, blanks as one."""
        (body,) = self.tree.iter("body")
        return words(body)

    @property
    def title(self):
        (title,) = self.tree.iter("h1")
        return words(title)

    def section(self, name):
        """The section under the heading of that id, or None."""
        found = self.tree.xpath(f"//section[@aria-labelledby='{name}']")
        return found[0] if found else None

    def rows(self, name):
        """The cells of the table of a section, those that span repeated in each of their rows."""
        section = self.section(name)
        rows = []
        for body in [] if section is None else section.iter("tbody"):
            spanning = []
            for line in body.iter("tr"):
                cells = [words(cell) for cell in line if cell.tag in {"th", "td"}]
                rows.append([*spanning, *cells] if spanning else cells)
                if not spanning:
                    spanning = [words(cell) for cell in line if int(cell.get("rowspan", 1)) > 1]
        return rows

    def defects(self):
        """What makes the page invalid, inaccessible, or dependent on anything but itself."""
        found = list(self.faults)
        if not self.source.lstrip().startswith("<!DOCTYPE html>"):
            found.append("no doctype")
        ids = [attributes["id"] for _, attributes in self.elements if "id" in attributes]
        found += [f"id {name} stands twice" for name in {n for n in ids if ids.count(n) > 1}]
        for tag, attributes in self.elements:
            named = attributes.get("aria-labelledby", "").split()
            found += [f"nothing is called {name}" for name in named if name not in ids]
            found += [f"<{tag} {name}>" for name in attributes if name in {"style", *_FETCHING}]
            found += [f"<{tag} {name}>" for name in attributes if name.startswith("on")]
            if tag in {"script", "iframe", "object", "embed", "link", "form", "base", "svg"}:
                found.append(f"<{tag}>")
        return [*found, *self._outline(), *self._tables()]

    def _outline(self):
        levels = [int(tag[1]) for tag, _ in self.elements if tag in _HEADINGS]
        if levels[:1] != [1] or levels.count(1) != 1:
            yield "not one first heading"
        for above, below in itertools.pairwise(levels):
            if below > above + 1:
                yield f"h{below} under h{above}"

    def _tables(self):
        for table in self.tree.iter("table"):
            if not words(table[0]) or table[0].tag != "caption":
                yield "a table without a caption"
            for head in table.iter("th"):
                if head.get("scope") not in {"col", "row", "rowgroup"}:
                    yield "a heading without scope"
            columns = len(table.xpath("./thead/tr/th"))
            for body in table.iter("tbody"):
                spans = [int(cell.get("colspan", 1)) for cell in body[0] if cell.tag != "tr"]
                if sum(spans) != columns:
                    yield "a row of other columns than the head"

    def style_sources(self):
        """What a policy must name for the page's style to apply."""
        return {
            f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
            for text in re.findall(r"<style>(.*?)</style>", self.source, re.DOTALL)
        }

    def own_policy(self):
        """The policy that the page states of itself."""
        (policy,) = self.tree.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")
        return policy


def words(element):
    return re.sub(r"\s+", " ", " ".join(element.itertext())).strip()


def directives(policy):
    """A Content-Security-Policy as a dictionary."""
    parts = (part.split() for part in policy.split(";"))
    return {part[0]: set(part[1:]) for part in parts}
