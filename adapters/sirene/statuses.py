"""What each status of API Sirene means for the way it was asked (docs/sirene.md has the table).

A status alone is no word of Sirene's: 301, 403 and 404 count with its own `header` in the content
only. Without it somebody else answers, which is what a wrong address of the base looks like.
"""

from collections.abc import Callable
from typing import Final

from adapters.http import Answer, Assessment
from adapters.sirene.documents import is_its_word

OK: Final = 200
MOVED: Final = 301
BAD_REQUEST: Final = 400
UNAUTHORIZED: Final = 401
FORBIDDEN: Final = 403
NOT_FOUND: Final = 404
OUR_FAULT: Final = frozenset({BAD_REQUEST, 406, 414})
"""The question is wrong, whatever the state of the register: neither retried nor its failure."""
_TOO_MANY: Final = 429
_TRANSIENT: Final = frozenset({408, 425})
_FAILURES: Final = 500
_REDIRECTIONS: Final = range(300, 400)


def assessing(
    *, reads: Callable[[Answer], bool], says: frozenset[int], renews: bool
) -> Callable[[Answer], Assessment]:
    """The assessment of answers to one question.

    `reads`: whether a content of status 200 answers it; `says`: the other statuses that answer it
    in Sirene's own words; `renews`: whether credentials that are refused are asked for again first.
    """

    def assess(answer: Answer) -> Assessment:
        status = answer.status
        if (
            (status == OK and reads(answer))
            or (status in says and is_its_word(answer))
            or (status == UNAUTHORIZED and renews)
            or status in OUR_FAULT
        ):
            return Assessment.ANSWERED
        if status == _TOO_MANY:
            return Assessment.QUOTA
        if status >= _FAILURES or status in _TRANSIENT:
            return Assessment.TRANSIENT
        if status in {UNAUTHORIZED, FORBIDDEN, NOT_FOUND} or status in _REDIRECTIONS:
            return Assessment.REFUSED_US
        return Assessment.UNREADABLE

    return assess
