"""Who signed in is taken for a worker of the register by six fields, or not at all.

The identities are of nobody: written for these tests, after the kinds that FranceConnect's sandbox
and the numbering of the NIR are known for.
"""

from dataclasses import dataclass, replace

import pytest

from gateway.identifiers import Nir
from gateway.identity.reconciliation import confirms, is_outdone, reconcile
from gateway.model.accounts import Candidate
from gateway.model.directory import KnownWorker
from gateway.model.federation import FRANCE, BirthDay, Person, Pivot

ALGERIA, MOROCCO, TUNISIA, PORTUGAL = "99352", "99350", "99351", "99139"


@dataclass(frozen=True)
class Said:
    """A person as FranceConnect+ says; by default the one whom `Known` describes."""

    name: str = "DUBOIS"
    given: str = "Angela Claire Louise"
    born: tuple[int, int | None, int | None] | None = (1962, 8, 24)
    sex: str | None = "F"
    place: str | None = "75107"
    text: str | None = None
    country: str | None = FRANCE
    used: str | None = None
    is_european: bool = False
    rnipp: "Said | None" = None

    def pivot(self) -> Pivot:
        return Pivot(
            birth_name=self.name,
            given_names=tuple(self.given.split()),
            birth=None
            if self.born is None
            else BirthDay(year=self.born[0], month=self.born[1], day=self.born[2]),
            sex=self.sex,
            birthplace=self.place,
            birthplace_text=self.text,
            birthcountry=self.country,
        )

    def person(self) -> Person:
        return Person(
            pivot=self.pivot(),
            used_name=self.used,
            is_european=self.is_european,
            rnipp=None if self.rnipp is None else self.rnipp.pivot(),
        )


@dataclass(frozen=True)
class Known:
    """A worker of the directory; `number` is thirteen characters, without the key."""

    id: str = "w1"
    name: str = "DUBOIS"
    used: str | None = None
    first: str = "ANGELA"
    others: str | None = "CLAIRE LOUISE"
    born: str = "1962-08-24"
    sex: str = "F"
    number: str = "2620875107001"

    def candidate(self) -> Candidate:
        worker = KnownWorker(
            id=self.id,
            birth_name=self.name,
            used_name=self.used,
            first_name=self.first,
            other_first_names=self.others,
            birth_date=self.born,
            sex=self.sex,
        )
        return Candidate(worker=worker, nir=nir(self.number))


def nir(number):
    figures = int(number.replace("2A", "19").replace("2B", "18"))
    return Nir.parse(f"{number}{97 - figures % 97:02d}")


ANGELA, HERS = Said(), Known()
LUC = Said(name="MARTIN", given="Luc", born=(1980, 3, 2), sex="M", place="69123")
HIS = Known(
    name="MARTIN", first="LUC", others=None, born="1980-03-02", sex="M", number="1800369123042"
)
JEAN = Said(name="LE GUEN", given="Jean Pierre Marie", born=(1975, 1, 9), sex="M", place="29019")
JEANS = Known(
    name="LE GUEN",
    first="JEAN-PIERRE",
    others="MARIE",
    born="1975-01-09",
    sex="M",
    number="1750129019007",
)
ALI = Said(
    name="BENALI",
    given="Ali",
    born=(1958, 5, 4),
    sex="M",
    place=None,
    text="Alger",
    country=ALGERIA,
)
ALIS = Known(
    name="BENALI", first="ALI", others=None, born="1958-05-04", sex="M", number="1580599352011"
)
FATIMA = Said(
    name="EL IDRISSI", given="Fatima", born=(1992, None, None), sex="F", place=None, country=MOROCCO
)
FATIMAS = Known(
    name="EL IDRISSI", first="FATIMA", others=None, born="1992-00-00", number="2922099350033"
)
ANTHONY = Said(name="CASANOVA", given="Anthony", born=(1980, 3, 2), sex="M", place="2B033")
ANTHONYS = Known(
    name="CASANOVA",
    first="ANTHONY",
    others=None,
    born="1980-03-02",
    sex="M",
    number="180032B033023",
)
ZOHRA = replace(FATIMA, born=(1992, 6, 15))
ZOHRAS = replace(FATIMAS, born="1992-06-15", number="2920699350033")
MARIE = Said(given="Marie Louise")
MARIES = Known(id="own", first="MARIE", others="LOUISE", number="2620875107002")
LOUISES = Known(first="LOUISE", others="ANNE")


@dataclass(frozen=True)
class Row:
    what: str
    said: Said
    known: tuple[Known, ...]
    is_taken: str | None = None
    """By itself: the id of the worker."""
    is_confirmed: bool = True
    """Once the person typed the number of the first of `known`."""


ROWS = (
    Row("the same in every field", ANGELA, (HERS,), "w1"),
    Row(
        "among others of her name",
        ANGELA,
        (HERS, Known(id="w2", first="ANNE", others=None, number="2620875107002")),
        "w1",
    ),
    Row("nobody of her name", ANGELA, (replace(HERS, name="DUPONT"),), None, is_confirmed=False),
    Row("nobody at all", ANGELA, (), None, is_confirmed=False),
    Row("written in small letters", replace(ANGELA, name="Dubois"), (HERS,), "w1"),
    Row("accents", replace(ANGELA, name="DÙBOÎS"), (HERS,), "w1"),
    Row(
        "an accent in the register",
        replace(LUC, name="LEFEVRE"),
        (replace(HIS, name="LEFÈVRE"),),
        "w1",
    ),
    Row("a ligature", replace(LUC, name="LEBŒUF"), (replace(HIS, name="LEBOEUF"),), "w1"),
    Row(
        "a hyphen for a blank",
        replace(LUC, name="MARTIN-DUPONT"),
        (replace(HIS, name="MARTIN DUPONT"),),
        "w1",
    ),
    Row("an apostrophe", replace(LUC, name="D'ARTAGNAN"), (replace(HIS, name="DARTAGNAN"),), "w1"),
    Row(
        "a particle apart", replace(LUC, name="DE LA TOUR"), (replace(HIS, name="DELATOUR"),), "w1"
    ),
    Row("one letter of the name", replace(LUC, name="MARTINS"), (HIS,), None, is_confirmed=False),
    Row(
        "the name in use for that of birth",
        replace(ANGELA, name="MERCIER", used="DUBOIS"),
        (HERS,),
        None,
        is_confirmed=False,
    ),
    Row("the register knows the name in use too", ANGELA, (replace(HERS, used="MERCIER"),), "w1"),
    Row(
        "the register's name in use alone is hers",
        replace(ANGELA, name="MERCIER"),
        (replace(HERS, used="MERCIER"),),
        None,
        is_confirmed=False,
    ),
    Row(
        "fifty letters and more",
        replace(LUC, name="VANDENBROUCKE DE LA ROCHEFOUCAULD SAINT GERMAIN DES PRES"),
        (replace(HIS, name="VANDENBROUCKE DE LA ROCHEFOUCAULD SAINT GERMAIN DES PRES"),),
        "w1",
    ),
    Row("a compound given name, by a blank", JEAN, (JEANS,), "w1"),
    Row(
        "a compound given name, by a hyphen",
        replace(JEAN, given="Jean-Pierre Marie"),
        (JEANS,),
        "w1",
    ),
    Row(
        "the register has its first half",
        JEAN,
        (replace(JEANS, first="JEAN"),),
        None,
        is_confirmed=True,
    ),
    Row(
        "the register has its second half",
        JEAN,
        (replace(JEANS, first="PIERRE", others=None),),
        None,
        is_confirmed=False,
    ),
    Row(
        "the given name in use is the second",
        ANGELA,
        (replace(HERS, first="CLAIRE", others="ANGELA LOUISE"),),
        None,
        is_confirmed=True,
    ),
    Row("another given name", replace(ANGELA, given="Sophie"), (HERS,), None, is_confirmed=False),
    Row(
        "one given name of three", replace(ANGELA, given="Angela"), (HERS,), None, is_confirmed=True
    ),
    Row(
        "the first given names the other way round",
        replace(ANGELA, given="Claire Angela"),
        (HERS,),
        None,
        is_confirmed=True,
    ),
    Row(
        "a given name cut short", replace(ANGELA, given="Angel"), (HERS,), None, is_confirmed=False
    ),
    Row("another day", replace(ANGELA, born=(1962, 8, 25)), (HERS,), None, is_confirmed=False),
    Row("another month", replace(ANGELA, born=(1962, 7, 24)), (HERS,), None, is_confirmed=False),
    Row("another year", replace(ANGELA, born=(1963, 8, 24)), (HERS,), None, is_confirmed=False),
    Row(
        "a hundred years before",
        replace(ANGELA, born=(1862, 8, 24)),
        (HERS,),
        None,
        is_confirmed=False,
    ),
    Row(
        "day and month exchanged", replace(LUC, born=(1980, 2, 3)), (HIS,), None, is_confirmed=False
    ),
    Row("no date at all", replace(ANGELA, born=None), (HERS,), None, is_confirmed=False),
    Row("presumed on both sides", FATIMA, (FATIMAS,), None, is_confirmed=True),
    Row(
        "presumed, the register wrote the first of January",
        FATIMA,
        (replace(FATIMAS, born="1992-01-01"),),
        None,
        is_confirmed=True,
    ),
    Row(
        "presumed by the register alone",
        replace(FATIMA, born=(1992, 6, 15)),
        (FATIMAS,),
        None,
        is_confirmed=True,
    ),
    Row(
        "the day presumed, the month known",
        replace(FATIMA, born=(1992, 11, None)),
        (replace(FATIMAS, born="1992-11-00", number="2921199350033"),),
        None,
        is_confirmed=True,
    ),
    Row(
        "the day presumed on one side",
        replace(FATIMA, born=(1992, 11, None)),
        (replace(FATIMAS, born="1992-11-15", number="2921199350033"),),
        None,
        is_confirmed=True,
    ),
    Row(
        "the day presumed, another month",
        replace(FATIMA, born=(1992, 10, None)),
        (replace(FATIMAS, born="1992-11-15", number="2921199350033"),),
        None,
        is_confirmed=False,
    ),
    Row(
        "a month of the NIR that tells nothing (20)",
        replace(LUC),
        (replace(HIS, number="1802069123042"),),
        None,
        is_confirmed=True,
    ),
    Row(
        "a month of the NIR that tells nothing (31)",
        replace(LUC),
        (replace(HIS, number="1803169123042"),),
        None,
        is_confirmed=True,
    ),
    Row(
        "a month of the NIR that tells nothing (62)",
        replace(LUC),
        (replace(HIS, number="1806269123042"),),
        None,
        is_confirmed=True,
    ),
    Row(
        "a number of another month",
        LUC,
        (replace(HIS, number="1800469123042"),),
        None,
        is_confirmed=False,
    ),
    Row(
        "a number of another year",
        LUC,
        (replace(HIS, number="1810369123042"),),
        None,
        is_confirmed=False,
    ),
    Row(
        "a number of the other sex",
        LUC,
        (replace(HIS, number="2800369123042"),),
        None,
        is_confirmed=False,
    ),
    Row("the other sex", replace(LUC, sex="F"), (HIS,), None, is_confirmed=False),
    Row("sex unspecified", replace(LUC, sex=None), (HIS,), None, is_confirmed=True),
    Row(
        "another municipality of the département",
        replace(LUC, place="69001"),
        (HIS,),
        None,
        is_confirmed=True,
    ),
    Row(
        "a municipality merged since",
        replace(JEAN, place="29151"),
        (JEANS,),
        None,
        is_confirmed=True,
    ),
    Row(
        "another département is another birth, whoever typed the number",
        replace(LUC, place="01053"),
        (HIS,),
        None,
        is_confirmed=False,
    ),
    Row(
        "no place, of somebody born in France",
        replace(LUC, place=None),
        (HIS,),
        None,
        is_confirmed=True,
    ),
    Row(
        "a place without its country proves no birth in France",
        replace(LUC, country=None),
        (HIS,),
        None,
        is_confirmed=True,
    ),
    Row(
        "neither place nor country",
        replace(LUC, place=None, country=None),
        (HIS,),
        None,
        is_confirmed=True,
    ),
    Row("Guadeloupe", replace(LUC, place="97105"), (replace(HIS, number="1800397105042"),), "w1"),
    *(
        Row(
            f"Guadeloupe, on {what}, which is written of a day that nobody knows",
            replace(LUC, place="97105", born=(1980, month, day)),
            (replace(HIS, born=f"1980-{month:02d}-{day:02d}", number=number),),
            is_confirmed=True,
        )
        for what, month, day, number in (
            ("the first of January", 1, 1, "1800197105042"),
            ("the last of December", 12, 31, "1801297105042"),
        )
    ),
    Row(
        "another overseas département, of three figures, is another birth",
        replace(LUC, place="97205"),
        (replace(HIS, number="1800397105042"),),
        None,
        is_confirmed=False,
    ),
    Row("Haute-Corse", ANTHONY, (ANTHONYS,), "w1"),
    Row(
        "Corsica before 1976, the code of today",
        replace(ANTHONY, born=(1970, 3, 2)),
        (replace(ANTHONYS, born="1970-03-02", number="1700320033023"),),
        "w1",
    ),
    Row(
        "Corsica before 1976, the code of then",
        replace(ANTHONY, born=(1970, 3, 2), place="20033"),
        (replace(ANTHONYS, born="1970-03-02", number="1700320033023"),),
        "w1",
    ),
    Row(
        "the other half of Corsica, two départements since loi 75-356",
        replace(ANTHONY, place="2A033"),
        (ANTHONYS,),
        None,
        is_confirmed=False,
    ),
    Row(
        "another municipality of Corsica",
        replace(ANTHONY, place="2B034"),
        (ANTHONYS,),
        None,
        is_confirmed=True,
    ),
    Row("Algeria, by its country in the NIR", ALI, (ALIS,), "w1"),
    Row(
        "Algeria before 1962, by its département in the NIR",
        ALI,
        (replace(ALIS, number="1580591352011"),),
        "w1",
    ),
    Row("Constantine before 1962", ALI, (replace(ALIS, number="1580593352011"),), "w1"),
    Row(
        "Morocco before 1956",
        replace(ALI, born=(1950, 5, 4), country=MOROCCO),
        (replace(ALIS, born="1950-05-04", number="1500595352011"),),
        "w1",
    ),
    Row(
        "Tunisia before 1956",
        replace(ALI, born=(1950, 5, 4), country=TUNISIA),
        (replace(ALIS, born="1950-05-04", number="1500596352011"),),
        "w1",
    ),
    Row(
        "Algeria for Morocco",
        replace(ALI, born=(1950, 5, 4)),
        (replace(ALIS, born="1950-05-04", number="1500595352011"),),
        None,
        is_confirmed=False,
    ),
    Row(
        "Essonne of today is not Algeria",
        replace(LUC, place="91228"),
        (replace(HIS, number="1800391228042"),),
        "w1",
    ),
    Row(
        "Algeria after 1962 has its country alone: 91 is Essonne, in France",
        replace(ALI, born=(1980, 5, 4)),
        (replace(ALIS, born="1980-05-04", number="1800591352011"),),
        None,
        is_confirmed=False,
    ),
    Row(
        "Seine-et-Oise in the NIR, Essonne today",
        replace(LUC, born=(1960, 3, 2), place="91228"),
        (replace(HIS, born="1960-03-02", number="1600378228042"),),
        None,
        is_confirmed=True,
    ),
    Row(
        "Seine in the NIR, Hauts-de-Seine since loi 64-707",
        replace(LUC, born=(1960, 3, 2), place="92012"),
        (replace(HIS, born="1960-03-02", number="1600375012042"),),
        None,
        is_confirmed=True,
    ),
    Row(
        "Seine said, Seine-Saint-Denis in a NIR given later",
        replace(LUC, born=(1960, 3, 2), place="75066"),
        (replace(HIS, born="1960-03-02", number="1600393066042"),),
        None,
        is_confirmed=True,
    ),
    Row(
        "Paris is not Hauts-de-Seine for who was born after loi 64-707",
        replace(LUC, born=(1968, 3, 2), place="92012"),
        (replace(HIS, born="1968-03-02", number="1680375012042"),),
        None,
        is_confirmed=False,
    ),
    Row(
        "Seine and Seine-et-Oise were two départements",
        replace(LUC, born=(1960, 3, 2), place="78646"),
        (replace(HIS, born="1960-03-02", number="1600375646042"),),
        None,
        is_confirmed=False,
    ),
    Row(
        "Corsica before 1976 in the NIR, another municipality of today's halves",
        replace(ANTHONY, born=(1970, 3, 2), place="2A004"),
        (replace(ANTHONYS, born="1970-03-02", number="1700320033023"),),
        None,
        is_confirmed=True,
    ),
    Row(
        "Saint-Martin, of Guadeloupe until loi organique 2007-223",
        replace(LUC, place="97801"),
        (replace(HIS, number="1800397127042"),),
        None,
        is_confirmed=True,
    ),
    Row(
        "Mayotte, by its code before it was a département",
        replace(LUC, place="97608"),
        (replace(HIS, number="1800398508042"),),
        None,
        is_confirmed=True,
    ),
    Row(
        "born abroad, the NIR of a birth in France",
        replace(LUC, place=None, country=PORTUGAL),
        (HIS,),
        None,
        is_confirmed=False,
    ),
    Row(
        "born in France, the NIR of a birth abroad",
        LUC,
        (replace(HIS, number="1800399139042"),),
        None,
        is_confirmed=False,
    ),
    Row(
        "born in France, no place said, the NIR of a birth abroad",
        replace(LUC, place=None),
        (replace(HIS, number="1800399139042"),),
        None,
        is_confirmed=False,
    ),
    Row(
        "born in Marseille, the NIR of a birth in Algeria before 1962",
        replace(ALI, place="13055", country=FRANCE),
        (ALIS,),
        None,
        is_confirmed=False,
    ),
    Row(
        "Algeria before 1962 said by its département of then, as France",
        replace(ALI, place="91352", country=FRANCE),
        (ALIS,),
        None,
        is_confirmed=True,
    ),
    Row(
        "Algeria before 1962, France said without a place",
        replace(ALI, country=FRANCE),
        (ALIS,),
        None,
        is_confirmed=True,
    ),
    Row("another country", replace(ALI, country=PORTUGAL), (ALIS,), None, is_confirmed=False),
    Row(
        "born abroad, no country said", replace(ALI, country=None), (ALIS,), None, is_confirmed=True
    ),
    Row(
        "two of the same civil status",
        LUC,
        (HIS, replace(HIS, id="w2", number="1800369123043")),
        None,
        is_confirmed=True,
    ),
    Row("twins", LUC, (HIS, replace(HIS, id="w2", first="MARC", number="1800369123043")), "w1"),
    Row(
        "the first given name shared with a twin who alone is in the register",
        replace(LUC, given="Luc Joseph"),
        (replace(HIS, others="ANTOINE"),),
        None,
        is_confirmed=False,
    ),
    Row(
        "twins who share the further given names, the other's number typed",
        replace(LUC, given="Paul Marie Joseph"),
        (replace(HIS, others="MARIE JOSEPH"),),
        None,
        is_confirmed=False,
    ),
    Row(
        "further given names of which each knows its own, and one in common",
        replace(LUC, given="Luc Marie Joseph"),
        (replace(HIS, others="MARIE ANTOINE"),),
        None,
        is_confirmed=False,
    ),
    Row(
        "further given names in another order, with a hyphen",
        replace(LUC, given="Luc Joseph-Marie"),
        (replace(HIS, others="MARIE, JOSEPH"),),
        "w1",
    ),
    Row(
        "a hyphen between blanks is nobody's given name",
        replace(LUC, given="Paul - Marie"),
        (replace(HIS, others="- ANTOINE"),),
        None,
        is_confirmed=False,
    ),
    Row("the same worker found twice", LUC, (HIS, HIS), "w1"),
    Row(
        "a namesake born elsewhere", LUC, (HIS, replace(HIS, id="w2", number="1800301053043")), "w1"
    ),
    Row(
        "a namesake of the same day born in another département, the other not in the register",
        LUC,
        (replace(HIS, number="1800301053043"),),
        None,
        is_confirmed=False,
    ),
    Row(
        "the register of persons has a name that the provider does not vouch for",
        replace(LUC, name="MARTAIN", rnipp=LUC),
        (HIS,),
        None,
        is_confirmed=False,
    ),
    Row(
        "the register of persons has the first of January",
        replace(FATIMA, rnipp=replace(FATIMA, born=(1992, 1, 1))),
        (replace(FATIMAS, born="1992-01-01"),),
        None,
        is_confirmed=True,
    ),
    Row(
        "the register of persons says somebody else",
        replace(LUC, rnipp=ANGELA),
        (HIS,),
        None,
        is_confirmed=True,
    ),
    Row(
        "sex unspecified, the register of persons says it",
        replace(LUC, sex=None, rnipp=LUC),
        (HIS,),
        None,
        is_confirmed=True,
    ),
    Row(
        "the register of persons alone says this worker, of another sex and year",
        replace(ANGELA, rnipp=LUC),
        (HIS,),
        None,
        is_confirmed=False,
    ),
    Row(
        "the register of persons alone says this worker, of another year",
        replace(LUC, born=(1981, 3, 2), rnipp=LUC),
        (HIS,),
        None,
        is_confirmed=False,
    ),
    Row(
        "one worker by each of two spellings",
        replace(LUC, rnipp=ANGELA),
        (HIS, replace(HERS, id="w2")),
        None,
        is_confirmed=True,
    ),
    Row(
        "civil status changed since: another name",
        replace(ANGELA, name="LEROY"),
        (HERS,),
        None,
        is_confirmed=False,
    ),
    Row(
        "civil status changed since: another sex",
        replace(LUC, sex="F", given="Lucie"),
        (HIS,),
        None,
        is_confirmed=False,
    ),
    Row(
        "by the bridge between States, all the same",
        replace(LUC, is_european=True),
        (HIS,),
        None,
        is_confirmed=True,
    ),
    Row(
        "by the bridge, the name in use",
        replace(ANGELA, name="MERCIER", is_european=True, country=None, place=None),
        (replace(HERS, used="MERCIER"),),
        None,
        is_confirmed=True,
    ),
    Row(
        "by the bridge, no sex and no place",
        replace(LUC, is_european=True, sex=None, place=None, country=None),
        (HIS,),
        None,
        is_confirmed=True,
    ),
    Row(
        "a homonym of the year, of another town of the country: presumed on both sides",
        replace(FATIMA, text="Fès"),
        (FATIMAS, replace(FATIMAS, id="w2", number="2922099350034")),
    ),
    Row(
        "presumed on both sides, in France",
        replace(LUC, born=(1980, None, None)),
        (replace(HIS, born="1980-00-00", number="1802069123042"),),
    ),
    Row(
        "the first of January abroad, which may be nobody's birthday",
        replace(FATIMA, born=(1992, 1, 1)),
        (replace(FATIMAS, born="1992-01-01", number="2920199350033"),),
    ),
    Row(
        "the last of December abroad, likewise",
        replace(FATIMA, born=(1992, 12, 31)),
        (replace(FATIMAS, born="1992-12-31", number="2921299350033"),),
    ),
    Row(
        "the first of January in France is a day like others",
        replace(LUC, born=(1980, 1, 1)),
        (replace(HIS, born="1980-01-01", number="1800169123042"),),
        "w1",
    ),
    Row(
        "a day on both sides that the NIR was given without",
        replace(FATIMA, born=(1992, 6, 15)),
        (replace(FATIMAS, born="1992-06-15"),),
    ),
    Row("born abroad, every field the same", ZOHRA, (ZOHRAS,), "w1"),
    Row(
        "born abroad, a further given name that the register does not know",
        replace(ZOHRA, given="Fatima Zohra"),
        (ZOHRAS,),
    ),
    Row(
        "born abroad, further given names the same",
        replace(ZOHRA, given="Fatima Zohra"),
        (replace(ZOHRAS, others="ZOHRA"),),
        "w1",
    ),
    Row(
        "born in another country that day",
        replace(ZOHRA, country=PORTUGAL),
        (ZOHRAS,),
        is_confirmed=False,
    ),
    Row(
        "presumed, another country",
        replace(FATIMA, country=PORTUGAL),
        (replace(FATIMAS, born="1992-06-15", number="2920699350033"),),
        is_confirmed=False,
    ),
    Row(
        "abroad in the NIR, and nobody knew where",
        ALI,
        (replace(ALIS, number="1580599990011"),),
    ),
    Row(
        "the country said in the place of the town",
        replace(ALI, place=ALGERIA, country=None),
        (ALIS,),
    ),
    Row(
        "another country said in the place of the town",
        replace(ALI, place=PORTUGAL, country=None),
        (ALIS,),
        is_confirmed=False,
    ),
    Row(
        "Algeria said by its département of then, the NIR of Morocco",
        replace(ALI, place="91352", country=FRANCE),
        (replace(ALIS, number="1580599350011"),),
        is_confirmed=False,
    ),
    Row(
        "Morocco by its département in the NIR, another country said",
        replace(ALI, born=(1950, 5, 4), country=PORTUGAL),
        (replace(ALIS, born="1950-05-04", number="1500595352011"),),
        is_confirmed=False,
    ),
    Row(
        "a twin of the same first given name may be meant", replace(LUC, given="Luc Joseph"), (HIS,)
    ),
    Row("or the other way round", LUC, (replace(HIS, others="JOSEPH"),)),
    Row(
        "the number of a twin whose first given name is one's second",
        replace(MARIE, place="75108"),
        (LOUISES, MARIES),
        is_confirmed=False,
    ),
    Row("the same twins, every field the same", MARIE, (MARIES, LOUISES), "own"),
    Row(
        "the same twin, who alone is in the register",
        MARIE,
        (LOUISES,),
        is_confirmed=False,
    ),
    Row(
        "a twin of the same given names in another order, whose number is typed",
        replace(MARIE, place="75108"),
        (replace(LOUISES, others="MARIE"), MARIES),
        is_confirmed=False,
    ),
    Row(
        "that twin, by a day that is not known",
        replace(MARIE, born=(1962, None, None)),
        (replace(LOUISES, others="MARIE"), MARIES),
        is_confirmed=False,
    ),
    Row(
        "a homonym of the day who is the person in every field, another's number typed",
        replace(LUC, rnipp=replace(LUC, sex="F")),
        (replace(HIS, number="1800369001042"), replace(HIS, id="w2")),
        is_confirmed=False,
    ),
    Row(
        "the register of persons speaks of somebody else of another name and day",
        Said(name="DURAND", given="Marc", born=(1980, 11, 30), sex="M", place="59350", rnipp=LUC),
        (HIS,),
        is_confirmed=False,
    ),
    Row(
        "the register of persons speaks of a twin",
        replace(LUC, given="Luc Joseph", rnipp=replace(LUC, given="Luc Antoine")),
        (replace(HIS, others="ANTOINE"),),
        is_confirmed=False,
    ),
    Row(
        "the register of persons knows a further given name",
        replace(LUC, rnipp=replace(LUC, given="Luc Joseph")),
        (HIS,),
    ),
    Row(
        "the register of persons has another department",
        replace(LUC, rnipp=replace(LUC, place="01053")),
        (HIS,),
    ),
    Row(
        "the register of persons has another country",
        replace(LUC, rnipp=replace(LUC, place=None, country=PORTUGAL)),
        (HIS,),
    ),
    Row(
        "the register of persons alone has the municipality as here",
        replace(LUC, place="69001", rnipp=LUC),
        (HIS,),
    ),
    Row(
        "the register of persons alone has a municipality",
        replace(LUC, place=None, rnipp=LUC),
        (HIS,),
    ),
    Row(
        "the register of persons alone has the given names in the order of here",
        replace(ANGELA, given="Claire Angela Louise", rnipp=ANGELA),
        (HERS,),
    ),
    Row("the register of persons says the same", replace(LUC, rnipp=LUC), (HIS,), "w1"),
    Row(
        "names that hold no letter",
        replace(LUC, name="-"),
        (replace(HIS, name="."),),
        is_confirmed=False,
    ),
    Row(
        "a given name that holds no letter, on both sides",
        replace(LUC, given="-"),
        (replace(HIS, first="-"),),
        is_confirmed=False,
    ),
    Row(
        "a no-break space in a name",
        replace(JEAN, name="LE\u00a0GUEN"),
        (replace(JEANS, first="JEAN\u00a0PIERRE"),),
        "w1",
    ),
    Row(
        "the letter apostrophe",
        replace(LUC, name="D\u02bcARTAGNAN"),
        (replace(HIS, name="D'ARTAGNAN"),),
        "w1",
    ),
)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.what)
def test_a_person_is_taken_for_a_worker_by_every_field_or_not_at_all(row):
    taken = reconcile(row.said.person(), [known.candidate() for known in row.known])
    assert taken.worker_id == row.is_taken


@pytest.mark.parametrize("row", [row for row in ROWS if row.known], ids=lambda row: row.what)
def test_a_number_that_was_typed_confirms_what_registries_write_differently_and_no_more(row):
    person, (typed, *alike) = row.said.person(), [known.candidate() for known in row.known]
    is_taken = confirms(person, typed) and not is_outdone(person, typed, [typed, *alike])
    assert is_taken is row.is_confirmed


def test_the_table_is_of_sixty_identities_and_more_each_once():
    assert len({row.what for row in ROWS}) == len(ROWS) >= 60
    assert {row.is_confirmed for row in ROWS} == {True, False}


def test_the_order_in_which_workers_are_found_changes_nothing():
    for row in ROWS:
        candidates = [known.candidate() for known in row.known]
        person = row.said.person()
        assert reconcile(person, candidates) == reconcile(person, candidates[::-1])


def test_nobody_is_shown_by_what_stands_for_them():
    candidate = HIS.candidate()
    assert repr(candidate) == "Candidate(…)"
    assert "MARTIN" not in repr(LUC.person())
