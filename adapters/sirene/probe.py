"""What the breaker asks first of a Sirene that failed: whether it says of itself that it works."""

from adapters.http import Answer, Assessment, Probe
from adapters.sirene import questions
from adapters.sirene.documents import InformationDocument, document, is_its_word
from adapters.sirene.plans import PublicPlan
from adapters.sirene.statuses import NOT_FOUND, assessing

_UP = "UP"


def probe(plan: PublicPlan) -> Probe:
    """`GET /informations`, by the plan's key.

    Of the public plan alone: a token of the private one may have ended when the breaker asks, and
    the first call that goes through is the probe there.
    """
    return Probe(request=questions.informations(plan.headers), assess=_assess)


def _assess(answer: Answer) -> Assessment:
    if answer.status == NOT_FOUND and is_its_word(answer):
        return Assessment.TRANSIENT  # Sirene without its own state: out of order, not refusing us
    assessment = _assess_document(answer)
    if assessment is not Assessment.ANSWERED:
        return assessment
    read = document(answer, InformationDocument)
    return Assessment.TRANSIENT if read is None or read.etatService != _UP else assessment


_assess_document = assessing(
    reads=lambda answer: document(answer, InformationDocument) is not None,
    says=frozenset(),
    renews=False,
)
