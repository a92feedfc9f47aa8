"""Codes that outside registers bring: of the worker by Ameli, of the employer by Sirene."""

from tests.differential import people
from tests.differential.defects import brings


def _told(story, person, code, *, beside=True, flows=people.FLOWS):
    flow = story.flow(flows)
    lines = [story.result(flow, about=story.about(person))]
    if beside and story.dice.random() < 0.3:
        lines.append(story.result(flow))
    story.tell(flow, lines, brings=code)


@brings("I021")
def a_birthplace_that_ameli_has_otherwise(story):
    _told(story, people.SEEN_BY_AMELI["VERIFIED_WITH_DIFFERENCE"], "I021")


@brings("I022")
def a_number_of_before(story):
    _told(story, people.SEEN_BY_AMELI["FORMER_NUMBER"], "I022")


@brings("I023")
def an_identity_that_ameli_contradicts(story):
    _told(story, people.SEEN_BY_AMELI["DISCORDANT"], "I023")


@brings("I024")
def an_identity_of_nobody_or_of_several(story):
    _told(story, people.SEEN_BY_AMELI[story.dice.choice(("NOT_FOUND", "AMBIGUOUS"))], "I024")


@brings("V001")
def a_worker_of_whom_ameli_is_silent(story):
    _told(story, people.SEEN_BY_AMELI["SILENT"], "V001")


@brings("E002")
def an_establishment_that_sirene_does_not_know(story):
    _told(story, people.AT[people.NEVER_HEARD_OF], "E002")


_WITH_DAYS = tuple(flow for flow in people.FLOWS if flow != "COMMITTED_DOSE")
"""A committed dose may tell no day, and then no establishment is said to have been closed."""


@brings("E003")
def an_establishment_that_was_closed(story):
    _told(story, people.AT[people.CLOSED], "E003", flows=_WITH_DAYS)


@brings("E004")
def an_establishment_that_has_another_in_its_place(story):
    place = story.dice.choice((people.SUCCEEDED, people.DOUBLE))
    _told(story, people.AT[place], "E004", flows=_WITH_DAYS)
