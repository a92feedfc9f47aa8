"""Lines as a careful sender writes them, for every flow and operation.

Every optional member is there or not by the dice; what is there is right, so that only what a
defect adds is wrong. What is on record may still be against a line.
"""

import unicodedata
from dataclasses import dataclass
from datetime import date, timedelta

from tests.differential import said, values
from tests.differential.people import E1, OPERATOR, Person

ABSENCES = ("PASSIVE_EXTERNAL", "RADON", "RADIOTOXICOLOGY", "BODY_COUNTING")
_NO_VALUE = ("NOT_WORN", "NOT_RETURNED", "LOST", "DAMAGED", "UNREADABLE")
_HP10_PLACES, _HP007_PLACES = (
    ("TRUNK", "WHOLE_BODY", "ABDOMEN"),
    ("SKIN", "WRIST", "FINGER", "ANKLE"),
)
_OF_EXCRETA, _OF_BODY = ("Bq", "mBq", "Bq/L", "Bq/d", "Bq/kg", "ug/L"), ("Bq", "mBq", "Bq/kg")


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """Whom and when a line speaks of."""

    person: Person
    employer: str = E1
    category: str | None = "A"
    other_exposures: tuple[str, ...] = ()
    start: date
    end: date


class Pen:
    """Writes parts of transmissions as one pair of dice falls."""

    def __init__(self, dice):
        self.dice = dice

    def maybe(self, value, chance=0.4):
        return value if self.dice.random() < chance else None

    def result(self, flow, operation, about, *, ref):
        """A line of that flow; `corrects` is the caller's."""
        members = {}
        if operation != "CANCELLATION":
            members = getattr(self, f"_of_{flow.lower()}")(about, is_absent=operation == "ABSENCE")
        return said.Result(
            ref=ref,
            operation=operation,
            worker=self.worker(about.person),
            employer=said.Establishment(siret=about.employer),
            monitoring=said.Monitoring(
                type="SDI",
                category=self.maybe(about.category),
                other_exposures=self.maybe(about.other_exposures or None),
                situation=self.maybe(self.dice.choice(("PLANNED", "EXISTING"))),
            ),
            **members,
        )

    def worker(self, person):
        """The person, by any spelling that the register takes for the same."""
        return said.Worker(
            nir=self.dice.choice((str.upper, str.lower))(person.nir),
            id_type=person.id_type if person.id_type != "NIR" else self.maybe("NIR"),
            birth_name=self._spelled(person.birth_name),
            used_name=self.maybe(self.dice.choice(values.NAMES), 0.3),
            first_name=self._spelled(person.first_name),
            other_first_names=self.maybe(self.dice.choice(values.NAMES), 0.3),
            birth_date=self.maybe(self._birth_date(person), 0.6),
            sex=self.maybe(person.sex, 0.6),
        )

    def _spelled(self, name):
        form = self.dice.choice(("NFC", "NFD", "NFC"))
        spelling = self.dice.choice((str, str.upper, _without_accents, _with_other_signs))
        return unicodedata.normalize(form, spelling(name))

    def _birth_date(self, person):
        year, month, day = person.birth_date.split("-")
        return self.dice.choice((person.birth_date, f"{year}-{month}-00", f"{year}-00-{day}"))

    # ---------- what each flow takes

    def _of_passive_external(self, about, *, is_absent):
        members = {
            "period": said.Period(start=f"{about.start}", end=f"{about.end}"),
            "site": self.maybe(self.site(), 0.2),
        }
        place, quantity = self.dice.choice((
            *((place, "HP10") for place in _HP10_PLACES),
            *((place, "HP007") for place in _HP007_PLACES),
            ("EYE_LENS", "HP3"), (None, "HP10"), (None, "E"),
        ))  # fmt: skip
        if place is not None:
            members["dosimeter"] = self._dosimeter(place, values.DOSIMETERS)
        if is_absent:
            return {**members, "measurements": (self._pending(quantity, "PHOTON"),)}
        step = 100 if quantity == "HP007" else 50
        radiations = self.dice.sample(("PHOTON", "NEUTRON", "BETA"), self.dice.choice((1, 1, 2)))
        return {**members, "measurements": self._measured(quantity, radiations, step)}

    def _of_radon(self, about, *, is_absent):
        members = {
            "period": said.Period(start=f"{about.start}", end=f"{about.end}"),
            "site": self.maybe(self.site(), 0.2),
            "dosimeter": self.maybe(self._dosimeter("WHOLE_BODY", ("LR115", "CR39", "ELECTRET"))),
        }
        if is_absent:
            return {**members, "measurements": (self._pending("E", "RADON"),)}
        exposure = said.Exposure(
            value=self.dice.choice(values.AMOUNTS),
            unit=self.dice.choice(values.ENUMERATIONS["exposure_unit"]),
        )
        is_exposed = self.dice.random() < 0.5
        return {**members, "measurements": (said.Measurement(
            quantity="E", radiation="RADON",
            status=self.dice.choice(("MEASURED", "CALCULATED", "ESTIMATED")),
            value=None if is_exposed and self.dice.random() < 0.5 else self._msv(1),
            exposure=exposure if is_exposed else None, uncertainty=self._uncertainty(),
            background=self.maybe("CONTROL"),
        ),)}  # fmt: skip

    def _of_operational(self, about, *, is_absent):
        assert not is_absent
        members = {
            "site": self.site(),
            "dosimeter": self.maybe(self._dosimeter("TRUNK", ("EPD",)), 0.7),
        }
        if self.dice.random() < 0.8:
            members["exposure_time"] = self.times(about)
        else:
            members["period"] = said.Period(start=f"{about.end}", end=f"{about.end}")
        radiation = self.dice.choice(("PHOTON", "NEUTRON"))
        step = 5 if radiation == "NEUTRON" else 1
        return {**members, "measurements": self._measured("HP10", [radiation], step)}

    def _of_aircrew(self, about, *, is_absent):
        assert not is_absent
        return {
            "period": said.Period(start=f"{about.start}", end=f"{about.end}"),
            "measurements": (said.Measurement(
                quantity="E", radiation="COSMIC", status="CALCULATED", value=self._msv(50, least=2),
                uncertainty=self._uncertainty(),
            ),),
        }  # fmt: skip

    def _of_radiotoxicology(self, about, *, is_absent):
        return self._examination(about, ("URINE", "FAECES", "NASAL"), _OF_EXCRETA, is_absent)

    def _of_body_counting(self, about, *, is_absent):
        return self._examination(about, ("WHOLE_BODY", "THYROID", "LUNG"), _OF_BODY, is_absent)

    def _examination(self, about, kinds, units, is_absent):
        is_collected = self.dice.random() < 0.5
        found = self.dice.sample(values.RADIONUCLIDES, self.dice.choice((1, 1, 2, 4)))
        return {"examination": said.Examination(
            kind=self.dice.choice(kinds),
            taken_on=None if is_collected else f"{about.end}",
            collected_from=f"{about.start}" if is_collected else None,
            collected_to=f"{about.end}" if is_collected else None,
            prescriber=self.maybe(said.Physician(rpps=values.RPPS)),
            activities=None if is_absent else tuple(self._activity(name, units) for name in found),
        )}  # fmt: skip

    def _activity(self, radionuclide, units):
        is_below = self.dice.random() < 0.4
        return said.Activity(
            radionuclide=radionuclide,
            value=None if is_below else self.dice.choice(values.AMOUNTS),
            unit=self.dice.choice(units),
            uncertainty=self._uncertainty(),
            detection_limit=self.dice.choice(values.AMOUNTS),
            below_limit=is_below,
        )

    def _of_committed_dose(self, about, *, is_absent):
        assert not is_absent
        organ = self.maybe(self.dice.choice(values.ORGANS))
        found = tuple(self.dice.sample(values.RADIONUCLIDES, self.dice.choice((1, 2, 3))))
        based_on = tuple(self.reference() for _ in range(self.dice.choice((1, 2))))
        return {"committed": said.Committed(
            quantity="E50" if organ is None else "HT50",
            organ=organ,
            radionuclides=self.maybe(found, 0.8),
            route=self.dice.choice(values.ENUMERATIONS["route"]),
            intake_on=self.maybe(f"{about.end}", 0.7),
            value=self._msv(1),
            physician=said.Physician(rpps=values.RPPS),
            based_on=self.maybe(based_on, 0.5),
        )}  # fmt: skip

    # ---------- parts

    def times(self, about):
        """A few hours of the last day, told with any offset."""
        minute = self.dice.randrange(60)
        offset, hour = self.dice.choice((("Z", 8), ("+01:00", 9), ("-14:00", 1), ("+05:30", 13)))
        fraction = self.dice.choice(("", ".1", ".120", ".999"))
        return said.ExposureTime(
            start_at=f"{about.end}T{hour:02d}:{minute:02d}:{self.dice.randrange(60):02d}{offset}",
            end_at=f"{about.end}T{hour + 2:02d}:{minute:02d}:59{fraction}{offset}",
        )

    def site(self):
        return said.Site(
            siret=OPERATOR,
            inb=self.maybe(self.dice.choice(("101", "INB-12/a", "x" * 16))),
            work=self.maybe(self.dice.choice(values.NAMES)),
        )

    def reference(self):
        return said.LineReference(transmission=self.uuid(), ref=self.dice.choice(values.REFS))

    def uuid(self):
        text = f"{self.dice.getrandbits(128):032x}"
        told = "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))
        return told.upper() if self.dice.random() < 0.2 else told

    def _dosimeter(self, location, types):
        return said.Dosimeter(
            type=self.dice.choice(types),
            serial=self.dice.choice(("A-0001", "Ø 12", "e\u0301", "é" * 64, "<&>")),
            location=location,
            side=self.maybe(self.dice.choice(("LEFT", "RIGHT"))),
        )

    def _pending(self, quantity, radiation):
        return said.Measurement(quantity=quantity, radiation=radiation, status="PENDING")

    def _measured(self, quantity, radiations, step):
        chance = self.dice.random()
        if chance < 0.15:
            return tuple(
                said.Measurement(
                    quantity=quantity, radiation=each, status=self.dice.choice(_NO_VALUE)
                )
                for each in radiations
            )
        doses = [self.dice.choice((0, 2, 3, 10)) * step for _ in radiations]
        told = [
            self._dose(quantity, each, dose) for each, dose in zip(radiations, doses, strict=True)
        ]
        if len(told) > 1 and chance < 0.6:
            told.append(self._dose(quantity, "TOTAL", sum(doses)))
        return tuple(told)

    def _dose(self, quantity, radiation, usv):
        is_below = usv == 0 and self.dice.random() < 0.5
        return said.Measurement(
            quantity=quantity,
            radiation=radiation,
            status="BELOW_RECORDING_LEVEL"
            if is_below
            else self.dice.choice(("MEASURED", "ESTIMATED")),
            value=self._written(usv),
            recording_level=self.maybe("0.00" if usv < 10 else "0.010"),
            uncertainty=self._uncertainty(),
            background=self.maybe(self.dice.choice(("CONTROL", "OTHER"))),
        )

    def _msv(self, step, least=0):
        return self._written(step * self.dice.choice((least, least + 1, least + 7)))

    def _written(self, usv):
        """A dose in mSv with or without zeros at its end."""
        text = f"{usv // 1000}.{usv % 1000:03d}"
        short = text.rstrip("0").rstrip(".")
        return self.dice.choice((text, short))

    def _uncertainty(self):
        return self.maybe(self.dice.choice(values.AMOUNTS), 0.3)


def _without_accents(name):
    return "".join(c for c in unicodedata.normalize("NFD", name) if not unicodedata.combining(c))


def _with_other_signs(name):
    return name.replace("'", "\u2019").replace("-", " ")


def days_before(day, count):
    return day - timedelta(days=count)
