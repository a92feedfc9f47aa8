"""Who took over from an establishment that closed (`liensSuccession` of API Sirene)."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date

from adapters.http import Answer
from adapters.sirene import questions
from adapters.sirene.asking import Asking
from adapters.sirene.documents import Link, LinksDocument, document
from adapters.sirene.records import day, siret_in
from adapters.sirene.statuses import NOT_FOUND
from gateway.identifiers import Siret
from gateway.model.verification import Cause, NotAnswered


def successors(
    asking: Asking, closed: Iterable[Siret]
) -> Mapping[Siret, Siret | None] | NotAnswered:
    """The successor of each, or None where Sirene knows none; links are not all known to it."""
    waiting = tuple(closed)
    found: dict[Siret, Siret | None] = dict.fromkeys(waiting)
    for start in range(0, len(waiting), questions.MAX_LINKED):
        part = waiting[start : start + questions.MAX_LINKED]
        answer = asking.ask(
            questions.links(part),
            reads=lambda answer: _complete(answer) is not None,
            says=frozenset({NOT_FOUND}),
        )
        if isinstance(answer, NotAnswered):
            return answer
        if answer.status == NOT_FOUND:
            continue
        read = _complete(answer)
        if read is None:  # what was taken is read again alike
            return NotAnswered(cause=Cause.UNREADABLE)
        found |= _chosen(read.liensSuccession, part)
    return found


def _complete(answer: Answer) -> LinksDocument | None:
    """The document, where it holds every link that it counts: one that lacks may be the one."""
    read = document(answer, LinksDocument)
    if read is None or (read.header.total or 0) > len(read.liensSuccession):
        return None
    return read


def _chosen(links: Iterable[Link], closed: Iterable[Siret]) -> Mapping[Siret, Siret]:
    """Of several, who carries the activity on, then the newest; by number where all is equal."""
    by_predecessor: defaultdict[str, list[tuple[tuple[bool, date, str], Siret]]] = defaultdict(list)
    for link in links:
        successor = siret_in(link.siretEtablissementSuccesseur)
        if successor is None or str(successor) == link.siretEtablissementPredecesseur:
            continue
        rank = (
            link.continuiteEconomique is True,
            day(link.dateLienSuccession) or date.min,
            str(successor),
        )
        by_predecessor[link.siretEtablissementPredecesseur].append((rank, successor))
    return {
        siret: max(by_predecessor[str(siret)])[1]
        for siret in closed
        if by_predecessor.get(str(siret))
    }
