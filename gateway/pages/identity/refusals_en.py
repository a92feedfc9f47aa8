"""What went wrong and what to do, in English."""

from typing import Final

from gateway.model.accounts import NoAccount
from gateway.model.federation import SignInFailure
from gateway.pages.identity.refusals import Explanation, Trouble, What

_AGAIN: Final = "Begin again from the sign-in page."
_CONTACT: Final = "If it happens again, write to the register's manager and give the reference."

ENGLISH: Final[dict[What, Explanation]] = {
    SignInFailure.CANCELLED: Explanation(
        "The sign-in was not completed",
        "It was interrupted, or the identity service could not recognise you.",
        (
            "Begin again, with another means of identification if need be.",
            "If you give up, close this page: nothing was recorded.",
        ),
    ),
    SignInFailure.NOT_OURS: Explanation(
        "This sign-in request is no longer valid",
        "It is more than ten minutes old, was used already, or does not come from this browser.",
        (
            _AGAIN,
            "Accept the cookies of this site, and use neither the Back button nor a saved link.",
            "If you did not ask to sign in, close this page: nothing is open.",
        ),
    ),
    SignInFailure.TOO_WEAK: Explanation(
        "A stronger identification is needed",
        "What you want to do asks for a level of assurance that this sign-in does not reach.",
        (
            (
                "With ProConnect: use a second factor (application, card or security key); your IT"
                " department knows which one is open to you."
            ),
            "With FranceConnect+: choose a digital identity of level substantial or high.",
        ),
    ),
    SignInFailure.PROVIDER_AWAY: Explanation(
        "The identity service does not answer",
        "It is down or too slow. Your password is not the cause.",
        (
            "Try again in a few minutes.",
            "There is no other way in meanwhile: a less safe one is never opened.",
        ),
    ),
    SignInFailure.NOT_BELIEVED: Explanation(
        "The answer received could not be verified",
        "For safety it was refused. Nothing is open.",
        (_AGAIN, _CONTACT),
    ),
    SignInFailure.UNUSABLE: Explanation(
        "Your identity came incomplete",
        "Something that is needed is missing, or cannot be read.",
        (
            (
                "Check with your identity provider your names, your date and place of birth or, for"
                " a professional, your e-mail address and your SIRET."
            ),
            "Try another means of identification.",
            _CONTACT,
        ),
    ),
    SignInFailure.MISCONFIGURED: Explanation(
        "Signing in is set up wrongly on our side",
        "The identity service refuses our request. There is nothing that you can do.",
        ("Try again later.", _CONTACT),
    ),
    NoAccount.DISABLED: Explanation(
        "Your account is disabled",
        "It was not used for 24 months, or the register's manager closed it.",
        ("Write to the register's manager, who can open it again.",),
    ),
    NoAccount.EMAIL_TAKEN: Explanation(
        "This e-mail address belongs to another account",
        "An address opens one account only: the first that used it.",
        (
            "If you changed your means of identification, use the former one again.",
            "Otherwise write to the register's manager, who can release the address.",
        ),
    ),
    NoAccount.TOO_MANY_NUMBERS: Explanation(
        "Too many numbers were typed",
        "For safety, typing is closed, at least for today.",
        (
            "Try again tomorrow, with your Vitale card or a pay slip before you.",
            "If it stays closed, write to the register with the reference, never your number.",
        ),
    ),
    NoAccount.WAITED_TOO_LONG: Explanation(
        "The time to type has passed",
        "Your identification waited for ten minutes only.",
        (_AGAIN,),
    ),
    Trouble.FORM_REFUSED: Explanation(
        "This form was not taken",
        "It is too old, or does not come from this browser. Nothing was done.",
        ("Open the page again and start over.", "Accept the cookies of this site."),
    ),
    Trouble.UNREADABLE: Explanation(
        "This request cannot be read",
        "Something in it is repeated, too long or badly written. Nothing was done.",
        (_AGAIN,),
    ),
    Trouble.NOT_FOUND: Explanation(
        "This page does not exist",
        "The address is wrong or no longer served.",
        ("Check the address, or start from the sign-in page.",),
    ),
    Trouble.NOT_ALLOWED: Explanation(
        "This page is not asked for in this way",
        "It was opened by an address and expects a form, or the reverse.",
        (_AGAIN,),
    ),
    Trouble.TOO_LARGE: Explanation(
        "This form is too long",
        "It is more than this page can receive. Nothing was done.",
        (_AGAIN,),
    ),
    Trouble.REQUEST_OVER: Explanation(
        "The portal's request no longer waits",
        "The portal sent you here too long ago, or its request was already followed.",
        ("Go back to the portal, and sign in from there.",),
    ),
    Trouble.PORTAL_NOT_KNOWN: Explanation(
        "The service that sends you is not known",
        "Its name, its return address or what it asks is not what was registered. Nothing was"
        " passed on to it.",
        (
            "If you followed a link that came by e-mail, close this page.",
            (
                "Otherwise start again from the service by its usual address; if it happens again,"
                " tell that service, with the reference."
            ),
        ),
    ),
    Trouble.SIGN_OUT_UNPROVEN: Explanation(
        "This sign-out is not yours",
        "No sign-out is under way in this browser.",
        ('Your sign-ins are on the page "My sign-ins": you can end them there.',),
    ),
    Trouble.FULL: Explanation(
        "The service is unavailable for the moment",
        "Nothing was lost, and nothing was done.",
        ("Try again in a minute.",),
    ),
    Trouble.BROKEN: Explanation(
        "Something went wrong on our side",
        "It was logged, without anything that you typed.",
        ("Try again in a few minutes.", _CONTACT),
    ),
}
