r"""One writer of JSON, of text alone: no JSON library, no table that the writer of XML reads too.

Everything that JSON lets a writer choose is chosen by the dice: the order of members, blanks,
`\u` escapes of either case, surrogate pairs, escapes in names too.
"""

from dataclasses import dataclass

from tests.differential import said

NAMES = {
    said.Transmission: {
        "id": "id", "version": "version", "results": "results", "flow": "flow", "test": "test",
        "issued_at": "issuedAt", "sender": "sender", "totals": "totals",
    },
    said.Sender: {
        "siret": "siret", "type": "type", "on_behalf_of": "onBehalfOf",
        "accreditation": "accreditation",
    },
    said.Establishment: {"siret": "siret"},
    said.Physician: {"rpps": "rpps"},
    said.Totals: {"sum_msv": "sumMsv", "measurements": "measurements", "results": "results"},
    said.Result: {
        "operation": "operation", "ref": "ref", "employer": "employer", "worker": "worker",
        "monitoring": "monitoring", "exposure_time": "exposureTime", "period": "period",
        "measurements": "measurements", "dosimeter": "dosimeter", "committed": "committed",
        "examination": "examination", "corrects": "corrects", "site": "site",
    },
    said.Worker: {
        "birth_name": "birthName", "first_name": "firstName", "nir": "nir", "sex": "sex",
        "id_type": "idType", "used_name": "usedName", "birth_date": "birthDate",
        "other_first_names": "otherFirstNames",
    },
    said.Monitoring: {
        "category": "category", "other_exposures": "otherExposures", "type": "type",
        "situation": "situation",
    },
    said.Period: {"end": "end", "start": "start"},
    said.ExposureTime: {"end_at": "endAt", "start_at": "startAt"},
    said.Dosimeter: {"serial": "serial", "side": "side", "type": "type", "location": "location"},
    said.Exposure: {"unit": "unit", "value": "value"},
    said.Measurement: {
        "status": "status", "value": "value", "radiation": "radiation", "quantity": "quantity",
        "recording_level": "recordingLevel", "background": "background",
        "exposure": "exposure", "uncertainty": "uncertainty",
    },
    said.Activity: {
        "detection_limit": "detectionLimit", "below_limit": "belowLimit", "value": "value",
        "unit": "unit", "uncertainty": "uncertainty", "radionuclide": "radionuclide",
    },
    said.Examination: {
        "activities": "activities", "kind": "kind", "prescriber": "prescriber",
        "taken_on": "takenOn", "collected_to": "collectedTo", "collected_from": "collectedFrom",
    },
    said.LineReference: {"ref": "ref", "transmission": "transmission"},
    said.Committed: {
        "value": "value", "quantity": "quantity", "organ": "organ", "route": "route",
        "radionuclides": "radionuclides", "based_on": "basedOn", "physician": "physician",
        "intake_on": "intakeOn",
    },
    said.Site: {"inb": "inb", "siret": "siret", "work": "work"},
    said.SiteKey: {"inb": "inb", "siret": "siret"},
    said.Corrects: {
        "reason": "reason", "ref": "ref", "transmission": "transmission", "original": "original",
        "justification": "justification", "acknowledgement_sha256": "acknowledgementSha256",
    },
    said.Original: {
        "flow": "flow", "kind": "kind", "quantity": "quantity", "radiation": "radiation",
        "period": "period", "exposure_time": "exposureTime", "location": "location",
        "side": "side", "site": "site", "taken_on": "takenOn", "organ": "organ",
        "collected_from": "collectedFrom", "radionuclide": "radionuclide",
        "radionuclides": "radionuclides", "intake_on": "intakeOn", "based_on": "basedOn",
    },
}  # fmt: skip
_SHORT = {'"': '\\"', "\\": "\\\\", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t"}


@dataclass(frozen=True, slots=True)
class Style:
    escapes: float = 0.0
    """How many of the characters that need no escape are escaped."""
    is_ascii: bool = False
    is_upper: bool = False
    shuffles: bool = False
    indent: str | None = None
    newline: str = "\n"
    colon: str = ":"
    comma: str = ","
    before: str = ""
    after: str = ""


PLAIN = Style()


def drawn_style(dice):
    return Style(
        escapes=dice.choice((0.0, 0.0, 0.05, 1.0)),
        is_ascii=dice.random() < 0.3,
        is_upper=dice.random() < 0.5,
        shuffles=dice.random() < 0.8,
        indent=dice.choice((None, None, "", "  ", "\t")),
        newline=dice.choice(("\n", "\r\n", "\r")),
        colon=dice.choice((":", ": ", " : ", "\t:\n")),
        comma=dice.choice((",", ", ", " ,")),
        before=dice.choice(("", "", " ", "\r\n\t")),
        after=dice.choice(("", "\n", "  ")),
    )


class Writer:
    def __init__(self, style, dice):
        self._style, self._dice = style, dice

    def body(self, transmission):
        style = self._style
        return f"{style.before}{self._value(transmission, 0)}{style.after}".encode()

    def _value(self, value, depth):
        if isinstance(value, said.Part):
            return self._object(value, depth)
        if isinstance(value, tuple):
            return self._around("[", [self._value(entry, depth + 1) for entry in value], "]", depth)
        if isinstance(value, bool):
            return "true" if value else "false"
        return str(value) if isinstance(value, int) else self._string(value)

    def _object(self, part, depth):
        members = [
            (name, getattr(part, field))
            for field, name in NAMES[type(part)].items()
            if getattr(part, field) is not None
        ]
        members += part.extra
        if self._style.shuffles:
            self._dice.shuffle(members)
        written = [
            self._string(name) + self._style.colon + self._value(value, depth + 1)
            for name, value in members
        ]
        return self._around("{", written, "}", depth)

    def _around(self, left, written, right, depth):
        style = self._style
        if style.indent is None or not written:
            return left + style.comma.join(written) + right
        line = style.newline + style.indent * (depth + 1)
        between = style.comma.rstrip() + line
        return left + line + between.join(written) + style.newline + style.indent * depth + right

    def _string(self, text):
        return '"' + "".join(map(self._character, text)) + '"'

    def _character(self, character):
        style = self._style
        chosen = bool(style.escapes) and self._dice.random() < style.escapes
        if character in _SHORT and not (chosen and self._dice.random() < 0.5):
            return _SHORT[character]
        if character == "/" and chosen and self._dice.random() < 0.5:
            return "\\/"
        if chosen or character < " " or (style.is_ascii and character > "~"):
            return self._escape(ord(character))
        return character

    def _escape(self, code):
        form = "\\u{:04X}" if self._style.is_upper else "\\u{:04x}"
        if code < 0x10000:
            return form.format(code)
        code -= 0x10000
        return form.format(0xD800 + (code >> 10)) + form.format(0xDC00 + (code & 0x3FF))
