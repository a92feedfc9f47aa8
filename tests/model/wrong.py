"""Parts of a gateway that are wrong on purpose: what the model is there to see.

Each stands before the right part and passes on all that it does not get wrong. `moves` are those
that bring it to light: with them alone it is found within few sequences.
"""

import msgspec

import signing.keys
from gateway.model.record import Standing
from tests.model.gateways import START
from tests.model.world import LABORATORIES

_RESULTS = ("submit_results",)


class Before:
    """Stands before the right part of that name."""

    part = "log"
    moves = _RESULTS

    def __init__(self, right, tested):
        self._right, self._tested = right, tested

    def __getattr__(self, name):
        return getattr(self._right, name)


class _Directory(Before):
    part = "directory"
    moves = (*_RESULTS, "import_directory")

    def look_up(self, nirs):
        return {nir: self._altered(known) for nir, known in self._right.look_up(nirs).items()}


class ForgetsAttachment(_Directory):
    def _altered(self, known):
        return msgspec.structs.replace(known, attachments=known.attachments[1:])


class NeverEndsContract(_Directory):
    def _altered(self, known):
        endless = (msgspec.structs.replace(one, end=None) for one in known.employments)
        still = (msgspec.structs.replace(one, end=None) for one in known.attachments)
        return msgspec.structs.replace(known, employments=tuple(endless), attachments=tuple(still))


class ForgetsName(_Directory):
    def _altered(self, known):
        return msgspec.structs.replace(known, birth_name="LEFEBVRE")


class _Closing(Before):
    """Alters the lines that are written, at reception and when they are judged again."""

    moves = (*_RESULTS, "correct", "cancel")

    def close(self, closing):
        lines = tuple(map(self._altered, closing.lines))
        self._right.close(msgspec.structs.replace(closing, lines=lines))

    def supersede(self, judged):
        lines = tuple(map(self._altered, judged.lines))
        self._right.supersede(msgspec.structs.replace(judged, lines=lines))


class LeavesCorrectedInForce(_Closing):
    def _altered(self, line):
        return msgspec.structs.replace(line, replaces=())


class PutsNothingInForce(_Closing):
    def _altered(self, line):
        return msgspec.structs.replace(line, is_in_force=False)


class ClosesNothing(_Closing):
    def _altered(self, line):
        return msgspec.structs.replace(line, closes=())


class ForgetsWhatIsInForce(Before):
    def facts(self, worker_ids, **days):
        return msgspec.structs.replace(self._right.facts(worker_ids, **days), doses={})


class _Targets(Before):
    moves = (*_RESULTS, "correct", "cancel")

    def targets(self, references, places):
        return [self._altered(one) for one in self._right.targets(references, places)]


class ForgetsAuthor(_Targets):
    """Anybody corrects what anybody has sent."""

    def _altered(self, target):
        return msgspec.structs.replace(target, successors=frozenset(LABORATORIES))


class ForgetsSuccession(_Targets):
    moves = (*_RESULTS, "succeed", "correct")

    def _altered(self, target):
        return msgspec.structs.replace(target, successors=frozenset())


class TakesGoneForInForce(_Targets):
    def _altered(self, target):
        return msgspec.structs.replace(target, is_in_force=not target.is_held)


class DecidesNothing(_Targets):
    """What a physician has decided on is its sender's to correct."""

    moves = (*_RESULTS, "decide", "correct", "cancel")

    def _altered(self, target):
        return msgspec.structs.replace(target, is_decided=False)


class CountsNothing(Before):
    """What is on record, as sent or as decided, adds to no sum."""

    moves = (*_RESULTS, "decide")

    def facts(self, worker_ids, **days):
        return msgspec.structs.replace(self._right.facts(worker_ids, **days), months={})


class MixesTestsIn(Before):
    """A test's id is found among the others."""

    moves = (*_RESULTS, "resend_as_a_test")

    def standing(self, key, content_sha256):
        return self._right.standing(msgspec.structs.replace(key, test=False), content_sha256)


class ReplaysLatest(Before):
    """A replay tells what stands, not what was answered."""

    moves = (*_RESULTS, "correct", "import_directory", "resend")

    def standing(self, key, content_sha256):
        found = self._right.standing(key, content_sha256)
        if found.same_content is None:
            return found
        return msgspec.structs.replace(found, same_content=found.latest)


class TakesOtherContentForSame(Before):
    moves = (*_RESULTS, "resend_other_content")

    def standing(self, key, content_sha256):
        found = self._right.standing(key, content_sha256)
        if found.verdicts is None or found.same_content is not None:
            return found
        return Standing(same_content=found.verdicts, latest=found.verdicts)


class SignsAnew(Before):
    """What is read again is signed again: as true, and not the same bytes."""

    moves = (*_RESULTS, "resend")

    def rendering(self, acknowledgement_id, representation):
        found = self._right.rendering(acknowledgement_id, representation)
        if found is None or representation != "json":
            return found
        folder = self._tested.running.config.signing_keys
        signer = signing.keys.SigningKeys(folder).signer(decided_at=START, now=START)
        canonical = self._right.acknowledgement(acknowledgement_id).canonical
        return msgspec.structs.replace(found, content=signer.sign_json(canonical))


class ListSkips(Before):
    moves = (*_RESULTS, "resend_other_content")

    def list_after(self, sender_siret, *, after, limit):
        found = self._right.list_after(sender_siret, after=after, limit=limit)
        return [one for one in found if one.disposition != "CONFLICT"]


class StandingIsFirst(Before):
    moves = ("send_what_is_inadmissible", "read_back")

    def acknowledgements_of(self, key):
        return list(self._right.acknowledgements_of(key))[::-1]


class JudgesNothingAgain(Before):
    moves = (*_RESULTS, "import_directory", "advance", "judge_again")

    def due(self, at):
        del at
        return []


class JudgesLatestFirst(Before):
    moves = (*_RESULTS, "import_directory")

    def due(self, at):
        return list(self._right.due(at))[::-1]


WRONG = (
    *(ForgetsAttachment, NeverEndsContract, ForgetsName),
    *(LeavesCorrectedInForce, PutsNothingInForce, ClosesNothing, ForgetsWhatIsInForce),
    *(ForgetsAuthor, ForgetsSuccession, TakesGoneForInForce, MixesTestsIn, ReplaysLatest),
    *(TakesOtherContentForSame, SignsAnew, ListSkips, StandingIsFirst, JudgesNothingAgain),
    *(JudgesLatestFirst, DecidesNothing, CountsNothing),
)
