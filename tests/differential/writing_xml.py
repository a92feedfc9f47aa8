"""One writer of XML, of text alone: no XML library, no table that the writer of JSON reads too.
Everything that XML lets a writer choose is chosen by the dice: prefixes, where namespaces are
declared, blanks between elements and in tags, quotes, references for characters, empty elements.
"""

from dataclasses import dataclass

from tests.differential import said

NAMESPACE = "urn:siseri:gateway:transmission:1"
SERVICE = "urn:siseri:gateway:service:1"
SOAP_11 = "http://schemas.xmlsoap.org/soap/envelope/"
SOAP_12 = "http://www.w3.org/2003/05/soap-envelope"
INDENTS = (None, None, "", "  ", "\t", "    ")
_MUST = {"&": "&amp;", "<": "&lt;", "\r": "&#13;"}
_MAY = {">": "&gt;", '"': "&quot;", "'": "&apos;", "\t": "&#9;", "\n": "&#xA;"}


@dataclass(frozen=True, slots=True)
class Style:
    prefix: str = ""
    indent: str | None = None
    """None: nothing between elements."""
    newline: str = "\n"
    quote: str = '"'
    references: float = 0.0
    """How many of the characters that need none are written as references."""
    declares_often: bool = False
    blank_in_tags: str = ""
    closes_empty: bool = False
    states_location: bool = False
    before: str = '<?xml version="1.0" encoding="UTF-8"?>\n'
    after: str = ""


PLAIN = Style()


def drawn_style(dice):
    return Style(
        prefix=dice.choice(("", "", "t", "siseri", "_a.1-b", "é")),
        indent=dice.choice(INDENTS),
        newline=dice.choice(("\n", "\r\n", "\n\n")),
        quote=dice.choice("\"'"),
        references=dice.choice((0.0, 0.0, 0.1, 1.0)),
        declares_often=dice.random() < 0.2,
        blank_in_tags=dice.choice(("", "", " ", "\n", "\t ")),
        closes_empty=dice.random() < 0.5,
        states_location=dice.random() < 0.2,
        before=dice.choice((
            "", '<?xml version="1.0" encoding="UTF-8"?>\n', "<?xml version='1.0'?>",
            "\ufeff<?xml version='1.0' encoding='utf-8' standalone='yes' ?>\r\n", "\ufeff",
        )),
        after=dice.choice(("", "\n", " \r\n\t")),
    )  # fmt: skip


class Writer:
    def __init__(self, style, dice):
        self._style, self._dice = style, dice

    def body(self, transmission):
        style = self._style
        return f"{style.before}{self.element(transmission)}{style.after}".encode()

    def element(self, transmission):
        """The `transmission` element, for a body or an envelope."""
        return self._tagged("transmission", self._transmission(transmission), depth=0, is_root=True)

    # ---------- the tables of the contract, in their order

    def _transmission(self, t):
        return [
            ("version", t.version), ("id", t.id), ("flow", t.flow), ("test", t.test),
            ("sender", t.sender and self._sender(t.sender)), ("issuedAt", t.issued_at),
            ("totals", t.totals and self._totals(t.totals)), *t.extra,
            ("results", self._every("result", t.results, self._result)),
        ]  # fmt: skip

    def _sender(self, s):
        return [
            ("type", s.type), ("siret", s.siret), ("accreditation", s.accreditation),
            ("onBehalfOf", s.on_behalf_of and self._siret(s.on_behalf_of)), *s.extra,
        ]  # fmt: skip

    @staticmethod
    def _siret(establishment):
        return [("siret", establishment.siret), *establishment.extra]

    @staticmethod
    def _totals(t):
        return [
            ("results", t.results), ("measurements", t.measurements), ("sumMsv", t.sum_msv),
            *t.extra,
        ]  # fmt: skip

    def _result(self, r):
        return [
            ("ref", r.ref), ("operation", r.operation),
            ("worker", r.worker and self._worker(r.worker)),
            ("employer", r.employer and self._siret(r.employer)),
            ("monitoring", r.monitoring and self._monitoring(r.monitoring)),
            ("period", r.period and self._period(r.period)),
            ("exposureTime", r.exposure_time and self._time(r.exposure_time)),
            ("dosimeter", r.dosimeter and self._dosimeter(r.dosimeter)),
            ("measurements", self._every("measurement", r.measurements, self._measurement)),
            ("examination", r.examination and self._examination(r.examination)),
            ("committed", r.committed and self._committed(r.committed)),
            ("site", r.site and self._site(r.site)),
            ("corrects", r.corrects and self._corrects(r.corrects)), *r.extra,
        ]  # fmt: skip

    @staticmethod
    def _worker(w):
        return [
            ("nir", w.nir), ("idType", w.id_type), ("birthName", w.birth_name),
            ("usedName", w.used_name), ("firstName", w.first_name),
            ("otherFirstNames", w.other_first_names), ("birthDate", w.birth_date), ("sex", w.sex),
            *w.extra,
        ]  # fmt: skip

    def _monitoring(self, m):
        return [
            ("type", m.type), ("category", m.category),
            ("otherExposures", self._every("otherExposure", m.other_exposures)),
            ("situation", m.situation), *m.extra,
        ]  # fmt: skip

    @staticmethod
    def _period(p):
        return [("start", p.start), ("end", p.end), *p.extra]

    @staticmethod
    def _time(t):
        return [("startAt", t.start_at), ("endAt", t.end_at), *t.extra]

    @staticmethod
    def _dosimeter(d):
        return [
            ("type", d.type), ("serial", d.serial), ("location", d.location), ("side", d.side),
            *d.extra,
        ]  # fmt: skip

    def _measurement(self, m):
        exposure = m.exposure
        return [
            ("quantity", m.quantity), ("radiation", m.radiation), ("status", m.status),
            ("value", m.value), ("recordingLevel", m.recording_level),
            ("uncertainty", m.uncertainty), ("background", m.background),
            ("exposure", exposure and [("value", exposure.value), ("unit", exposure.unit)]),
            *m.extra,
        ]  # fmt: skip

    def _examination(self, e):
        return [
            ("kind", e.kind), ("takenOn", e.taken_on), ("collectedFrom", e.collected_from),
            ("collectedTo", e.collected_to),
            ("prescriber", e.prescriber and [("rpps", e.prescriber.rpps)]),
            ("activities", self._every("activity", e.activities, self._activity)), *e.extra,
        ]  # fmt: skip

    @staticmethod
    def _activity(a):
        return [
            ("radionuclide", a.radionuclide), ("value", a.value), ("unit", a.unit),
            ("uncertainty", a.uncertainty), ("detectionLimit", a.detection_limit),
            ("belowLimit", a.below_limit), *a.extra,
        ]  # fmt: skip

    def _committed(self, c):
        return [
            ("quantity", c.quantity), ("organ", c.organ),
            ("radionuclides", self._every("radionuclide", c.radionuclides)), ("route", c.route),
            ("intakeOn", c.intake_on), ("value", c.value),
            ("physician", c.physician and [("rpps", c.physician.rpps)]),
            ("basedOn", self._every("result", c.based_on, self._line)), *c.extra,
        ]  # fmt: skip

    @staticmethod
    def _line(reference):
        return [("transmission", reference.transmission), ("ref", reference.ref)]

    @staticmethod
    def _site(s):
        return [("siret", s.siret), ("inb", s.inb), ("work", s.work), *s.extra]

    def _corrects(self, c):
        return [
            ("transmission", c.transmission), ("ref", c.ref),
            ("original", c.original and self._original(c.original)),
            ("acknowledgementSha256", c.acknowledgement_sha256), ("reason", c.reason),
            ("justification", c.justification), *c.extra,
        ]  # fmt: skip

    def _original(self, o):
        return [
            ("flow", o.flow), ("quantity", o.quantity), ("radiation", o.radiation),
            ("location", o.location), ("side", o.side),
            ("period", o.period and self._period(o.period)),
            ("exposureTime", o.exposure_time and self._time(o.exposure_time)),
            ("site", o.site and [("siret", o.site.siret), ("inb", o.site.inb)]), ("kind", o.kind),
            ("takenOn", o.taken_on), ("collectedFrom", o.collected_from),
            ("radionuclide", o.radionuclide), ("organ", o.organ),
            ("radionuclides", self._every("radionuclide", o.radionuclides)),
            ("intakeOn", o.intake_on), ("basedOn", self._every("result", o.based_on, self._line)),
            *o.extra,
        ]  # fmt: skip

    @staticmethod
    def _every(name, entries, members=None):
        """A wrapper's children; a list of pairs, as the members of any element."""
        if entries is None:
            return None
        return [(name, members(entry) if members else entry) for entry in entries]

    # ---------- how it is written

    def _tagged(self, name, content, *, depth, is_root=False):
        style = self._style
        name = f"{style.prefix}:{name}" if style.prefix else name
        attributes = self._namespace() if is_root or self._declares() else ""
        if is_root and style.states_location:
            attributes += self._location()
        is_list = isinstance(content, list)
        inside = self._members(content, depth) if is_list else self._text(content)
        opened = f"{name}{attributes}{style.blank_in_tags}"
        if not inside and style.closes_empty:
            return f"<{opened}/>"
        return f"<{opened}>{inside}</{name}{style.blank_in_tags}>"

    def _declares(self):
        return self._style.declares_often and self._dice.random() < 0.2

    def _namespace(self):
        prefix, quote = self._style.prefix, self._style.quote
        name = f"xmlns:{prefix}" if prefix else "xmlns"
        return f" {name}={quote}{NAMESPACE}{quote}"

    def _location(self):
        quote, xsi = self._style.quote, "http://www.w3.org/2001/XMLSchema-instance"
        return f" xmlns:i={quote}{xsi}{quote} i:schemaLocation={quote}{NAMESPACE} t.xsd{quote}"

    def _members(self, members, depth):
        style = self._style
        written = [
            self._tagged(name, content, depth=depth + 1)
            for name, content in members
            if content is not None
        ]
        if style.indent is None or not written:
            return "".join(written)
        before = f"{style.newline}{style.indent * (depth + 1)}"
        return "".join(before + each for each in written) + style.newline + style.indent * depth

    def _text(self, value):
        if isinstance(value, bool):
            return "true" if value else "false"
        return "".join(map(self._character, str(value))).replace("]]>", "]]&gt;")

    def _character(self, character):
        if character in _MUST:
            return _MUST[character]
        if self._style.references and self._dice.random() < self._style.references:
            if character in _MAY:
                return _MAY[character]
            code = ord(character)
            return f"&#{code};" if self._dice.random() < 0.5 else f"&#x{code:x};"
        return character


def in_envelope(element, *, version, operation, dice):
    """An envelope whose Body asks for `operation` about `element`."""
    envelope = SOAP_11 if version == "1.1" else SOAP_12
    e = dice.choice(("soap", "e", "SOAP-ENV"))
    o = dice.choice(("o", "ns1"))
    header = dice.choice(
        ("", "", f"<{e}:Header/>", f'<{e}:Header><w:a xmlns:w="urn:w"/></{e}:Header>')
    )
    blank = dice.choice(("", "", "\n ", "\r\n"))
    return (
        f'<?xml version="1.0" encoding="utf-8"?>{blank}<{e}:Envelope xmlns:{e}="{envelope}">'
        f"{blank}{header}{blank}<{e}:Body>{blank}"
        f'<{o}:{operation} xmlns:{o}="{SERVICE}">{blank}{element}{blank}</{o}:{operation}>{blank}'
        f"</{e}:Body>{blank}</{e}:Envelope>"
    ).encode()


def has_every_member():
    """The members that this writer names, by type: read off what it writes of a full part."""
    writer = Writer(PLAIN, None)
    tables = {
        said.Transmission: writer._transmission, said.Sender: writer._sender,
        said.Totals: writer._totals, said.Result: writer._result, said.Worker: writer._worker,
        said.Monitoring: writer._monitoring, said.Dosimeter: writer._dosimeter,
        said.Measurement: writer._measurement, said.Examination: writer._examination,
        said.Activity: writer._activity, said.Committed: writer._committed, said.Site: writer._site,
        said.Corrects: writer._corrects, said.Original: writer._original,
        said.Period: writer._period, said.ExposureTime: writer._time,
    }  # fmt: skip
    return {part: tuple(name for name, _ in table(part())) for part, table in tables.items()}
