"""What stops the gateway, as one tree. What a sender can correct is a Finding, never raised.

GatewayError
├── Refusal                     answered unsigned, from the one table of api.problems
│   ├── NotAuthenticated  A001      ├── BodyTooSlow           B003
│   ├── NotAuthorised     A002      ├── InFlight              B004
│   ├── NotFound          A003      ├── NotAcceptable         B005
│   ├── BodyTooLarge      T002      ├── UnsupportedMediaType  B006
│   ├── BadRequest        B001      ├── TooManyRequests       B007
│   ├── UnreadableEnvelope S001…    ├── Overloaded            B008
│   ├── UnknownHost       B002      ├── EvidenceDelayed       B012
│   ├── CredentialNotTaken K001…    ├── EnrolledAlready       K011
│   ├── SlotsTaken        K012      ├── InvitationOver        K015
│   ├── NotYetLogged      B013      ├── EvidenceDamaged       B014
│   └── MessageRefused    A001, W001…
├── Inadmissible                caught by receive, answered by a signed INADMISSIBLE
├── AuthorityUnavailable        an authority of time-stamps gave none: the next one is asked
├── WitnessUnavailable          a witness of the log cosigned nothing now: it is asked again
│   └── WitnessRefused          it refuses what it was shown: somebody must look
├── SignInRefused               a way to an identity provider and back that opens nothing
├── PortalRefused               what a portal asks is not taken; it is told by its own redirection
├── PortalNotRegistered         what the operator registers of a portal is not taken
├── LogUnavailable              a log that is followed gives nothing that can be read
├── RecordMoved                 the record changed between check and close: judge again
└── ConfigurationFault          the gateway cannot start
"""


class GatewayError(Exception):
    """The root of the tree; `code` is stable and public, the message never holds a value."""

    code: str = "B000"


class Refusal(GatewayError):
    """An answer of the unsigned class: nothing is recorded. `retry_after_s` in seconds, if any."""

    def __init__(
        self, detail: str = "", *, code: str | None = None, retry_after_s: int | None = None
    ) -> None:
        super().__init__(detail)
        if code is not None:
            self.code = code
        self.detail = detail
        self.retry_after_s = retry_after_s


class NotAuthenticated(Refusal):
    """No credential, or one that nobody holds (RFC 6750 §3.1)."""

    code = "A001"


class NotAuthorised(Refusal):
    """The credential is known and does not open this."""

    code = "A002"


class NotFound(Refusal):
    """There is no such thing, or it is another's: the answer is the same."""

    code = "A003"


class CredentialNotTaken(Refusal):
    """What a partner offers to enrol is not fit, or not proven to be its own; the code says why."""

    code = "K014"


class EnrolledAlready(Refusal):
    """The credential is enrolled already, or its key under another partner."""

    code = "K011"


class SlotsTaken(Refusal):
    """The partner has as many live credentials of that kind as it may."""

    code = "K012"


class InvitationOver(Refusal):
    """The invitation opened enrolment once, or was withdrawn, or waited too long."""

    code = "K015"


class BodyTooLarge(Refusal):
    """More than the published limit of bytes, lines or closed transmissions (contract.md §6)."""

    code = "T002"


class BadRequest(Refusal):
    """A parameter or a header that cannot be read."""

    code = "B001"


class UnknownHost(Refusal):
    """The Host header is missing, repeated or not one of ours."""

    code = "B002"


class BodyTooSlow(Refusal):
    """The body came slower than the published minimum rate or deadline."""

    code = "B003"


class InFlight(Refusal):
    """The same transmission is being judged at this moment: ask again."""

    code = "B004"


class NotAcceptable(Refusal):
    """None of the representations that exist was asked for; `offered` are those."""

    code = "B005"

    def __init__(self, detail: str = "", *, offered: tuple[str, ...] = ()) -> None:
        super().__init__(detail)
        self.offered = offered


class UnsupportedMediaType(Refusal):
    """The media type, charset or content encoding is missing or not one we read."""

    code = "B006"


class TooManyRequests(Refusal):
    """This partner's share is used up."""

    code = "B007"


class Overloaded(Refusal):
    """The gateway is full, or cannot write."""

    code = "B008"


class EvidenceDelayed(Refusal):
    """What the gateway would sign now cannot be dated by others: its time-stamps are too late."""

    code = "B012"


class NotYetLogged(Refusal):
    """The answer is recorded, and waits for its place in the evidence log: ask again."""

    code = "B013"


class EvidenceDamaged(Refusal):
    """What the database holds of the evidence log is not what was signed: somebody changed it."""

    code = "B014"

    def __init__(self, detail: str = "") -> None:
        super().__init__(detail, retry_after_s=3600)  # not before somebody has looked


class UnreadableEnvelope(Refusal):
    """A SOAP envelope that cannot be read, or whose Body and SOAPAction disagree."""

    code = "S001"


class MessageRefused(Refusal):
    """A SOAP message whose security or addressing header does not hold.

    A001: nothing proves whose it is. W001: outside the published profile. W002: changed after it
    was signed. W003: not of now. W004: it asks for an answer, an operation or a receiver elsewhere.
    """

    code = "W001"

    def __init__(
        self, detail: str = "", *, code: str | None = None, subcodes: tuple[str, ...] = ()
    ) -> None:
        """`subcodes` are the norm's names for it, `{namespace}local`, the most specific last."""
        super().__init__(detail, code=code)
        self.subcodes = subcodes


class Inadmissible(GatewayError):
    """The transmission as a whole cannot be judged; `pointer` is RFC 6901 on the JSON form."""

    def __init__(self, code: str, pointer: str | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.pointer = pointer


class AuthorityUnavailable(GatewayError):
    """An outside authority gave nothing that counts; `reason` names the kind, never content."""

    code = "B015"

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class WitnessUnavailable(GatewayError):
    """A witness gave no cosignature that counts; `reason` names the kind, never content."""

    code = "B016"

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class WitnessRefused(WitnessUnavailable):
    """A witness does not know our log, its key, or finds that it is not what it was."""

    code = "B017"


class LogUnavailable(GatewayError):
    """A log that is followed gave nothing that counts; `reason` names the kind, never content."""

    code = "B018"

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class RecordMoved(GatewayError):
    """Results of a worker of this message were recorded since the facts were read."""

    code = "B009"


class ConfigurationFault(GatewayError):
    """The configuration or a key cannot be used; it names every fault at once, never a value.

    `fr` and `en` say what is wrong and, where a command mends it, which.
    """

    code = "B010"

    def __init__(self, fr: str, en: str) -> None:
        super().__init__(en)
        self.fr = fr
        self.en = en


class PortalRefused(GatewayError):
    """An authorization request that a portal is refused, by OAuth's name for it.

    RFC 6749 §4.1.2.1, OpenID Connect Core §3.1.2.6, Unmet Authentication Requirements 1.0.
    """

    code = "F002"

    def __init__(self, error: str) -> None:
        super().__init__(error)
        self.error = error


class PortalNotRegistered(GatewayError):
    """What is to be registered of a portal is not taken; `fr` and `en` name the defect."""

    code = "F003"

    def __init__(self, fr: str, en: str) -> None:
        super().__init__(en)
        self.fr = fr
        self.en = en


class SignInRefused(GatewayError):
    """A sign-in that is not taken; the family has a page, the step is for the log alone."""

    code = "F001"

    def __init__(self, failure: str, *, step: str = "") -> None:
        super().__init__(f"{failure} at {step}")
        self.failure = failure
        """A `model.federation.SignInFailure`."""
        self.step = step


def place_of(error: BaseException) -> str:
    """Module and line where it was raised, for a log: never the message, which may hold a value."""
    frame = error.__traceback__
    while frame is not None and frame.tb_next is not None:
        frame = frame.tb_next
    if frame is None:
        return ""
    return f"{frame.tb_frame.f_globals.get('__name__', '')}:{frame.tb_lineno}"
