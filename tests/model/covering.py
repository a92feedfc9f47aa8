"""What the sequences must have met: a model that sees nothing happen proves nothing."""

from hypothesis import HealthCheck, Phase, settings

from tests.model.telling import DOORS

CODES = (
    *("C001", "C002", "C003", "C005", "C006", "C007", "D004", "D020", "H003", "I011", "P004"),
    *("P010", "P011", "R001", "R003", "R004", "R009", "S006", "S007", "S010", "U001", "U002"),
)
MOVES = (
    *("submit", "submit results", "correct", "cancel", "declare absence", "late result"),
    *("resend", "other content under the id", "resend as a test", "in the name of another"),
    *("wrong totals", "repaired under the same id", "import directory", "judge again"),
    *("advance the clock", "succession", "decide", "check", "check, then submit", "read back"),
)
DISPOSITIONS = (
    *("ACCEPTED", "ACCEPTED_WITH_RESERVATIONS", "PARTLY_ACCEPTED", "HELD", "REJECTED"),
    *("INADMISSIBLE", "CONFLICT"),
)
OUTCOMES = (
    *("replay", "held line closed", "judged again REJECTED", "judged again ACCEPTED"),
    *("judged again ACCEPTED_WITH_WARNINGS", "decision added", "decision changed"),
    *("decision unchanged", "decision LINE_UNKNOWN", "decision LINE_NOT_IN_FORCE"),
    "decision ABSENCE",
)
ALL = (
    *(f"code {code}" for code in CODES),
    *(f"move {move}" for move in MOVES),
    *(f"disposition {disposition}" for disposition in DISPOSITIONS),
    *(f"door {door}" for door in DOORS),
    *OUTCOMES,
)


def missing(tally, *, least):
    """What was met less often than that."""
    return {name: tally[name] for name in ALL if tally[name] < least}


def sequences(count, *, steps, shrinks):
    """How hypothesis draws: the same for the same seed on every machine, and kept nowhere."""
    phases = (Phase.generate, Phase.shrink) if shrinks else (Phase.generate,)
    return settings(
        max_examples=count,
        stateful_step_count=steps,
        phases=phases,
        database=None,
        deadline=None,
        report_multiple_bugs=False,
        print_blob=False,
        suppress_health_check=list(HealthCheck),
    )
