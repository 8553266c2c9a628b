"""The pages on which a login ends without a redirect: what happened, and what the listener can do."""

from collections.abc import Mapping
from math import ceil

from blendify.access.login import ApplicationOfAnother, ForeignIssuer
from blendify.access.oauth_states import StateRefused
from blendify.access.users import AccountTaken
from blendify.core import times
from blendify.core.errors import AccessTokenRefused, ApplicationBlocked, CollectError, GrantRevoked, MustWait
from blendify.core.telemetry import logger
from blendify.providers.provider import Provider
from blendify.web import responses
from blendify.web.responses import Response
from blendify.web.router import Router

RELOAD_SECONDS = 2
"""After how long the browser asks again how a login ended that another request is finishing."""

_REFUSED_STATES: Mapping[StateRefused, tuple[str, str]] = {
    StateRefused.UNKNOWN: (
        "This login did not start here",
        "The link does not belong to a login that was started on this site. Nothing was stored. Please start again.",
    ),
    StateRefused.EXPIRED: (
        "This login took too long",
        "You have ten minutes from start to end. Nothing was stored. Please start again.",
    ),
    StateRefused.COOKIE_MISSING: (
        "Your browser did not send our cookie",
        "A login needs one cookie, which shows that it was you who started it. Load this page again. If that does not "
        "help, your browser blocks cookies: allow them for this site, then start again. Private windows, windows "
        "inside other apps, and blockers often keep cookies back. If you started in another browser, finish there. "
        "Nothing was stored.",
    ),
    StateRefused.FOREIGN: (
        "This login was started in another browser",
        "Finish it in the browser in which you started it, with cookies allowed. Nothing was stored.",
    ),
    StateRefused.PENDING: ("Your login is being finished", "This page goes on by itself in a moment."),
    StateRefused.CONNECTED: (
        "This login was used already",
        "It has connected your account: open your home page. If you are asked to connect once more there, your browser "
        "does not keep our cookies: allow cookies for this site, then connect again.",
    ),
    StateRefused.USED: ("This login was used already", "It ended before you were logged in. Please start again."),
}


def refused_state(router: Router, provider: Provider, refused: StateRefused) -> Response[str]:
    """400: the callback's state cannot be used."""
    title, text = _REFUSED_STATES[refused]
    pending = refused is StateRefused.PENDING
    headers = {"Refresh": str(RELOAD_SECONDS)} if pending else {}
    return responses.message_page(router, 400, title, text, None if pending else provider.name, headers)


def incomplete(router: Router, provider: Provider) -> Response[str]:
    """400: the callback has no code or token, or one of its parameters several times."""
    text = f"{provider.title} sent you back without a {_credential(provider)}. Nothing was stored. Please try again."
    return responses.message_page(router, 400, "The login is not complete", text, retry=provider.name)


def declined(router: Router, provider: Provider, error: str) -> Response[str]:
    """
    403: the listener did not consent. 400: another error, which is not shown.

    The browser brings it, and may have made it up: it is no failure of ours, and must not call the operator.
    """
    if error == "access_denied":
        title = f"You did not give access to {provider.title}"
        text = "That is fine. Nothing was read and nothing was stored. If you change your mind, connect again."
        return responses.message_page(router, 403, title, text, retry=provider.name)
    logger.warning("The provider refused the login", extra={"provider": provider.name})
    text = f"{provider.title} refused the login. Nothing was stored. Try again; if it keeps failing, tell the operator."
    return responses.message_page(router, 400, "The login was refused", text, retry=provider.name)


def failed(router: Router, provider: Provider, error: CollectError, *, own: bool = False) -> Response[str]:
    """
    The consent could not be turned into a connection.

    own     whether the application is the listener's own
    """
    headers, more = {}, None
    match error:
        case GrantRevoked() | AccessTokenRefused():
            title, status = f"{provider.title} did not accept this login", 400
            text = (
                f"Its {_credential(provider)} was wrong, too old, or used before. Nothing was stored. "
                "Please connect again."
            )
        case AccountTaken():
            title, status = f"This {provider.title} account cannot be added to yours", 409
            text = (
                f"You are already logged in here. Either that {provider.title} account belongs to another listener, "
                f"or you connected a different {provider.title} account before. Nothing was stored. To use that "
                "account, log out on your account page first, then connect again."
            )
        case ApplicationOfAnother():
            title, status = f"This {provider.title} account is another listener's", 409
            text = (
                f"This browser last connected {provider.title} with an application of somebody's own, which is for "
                "their account alone. Nothing was stored. Connect again: it is not used for that any more."
            )
            more = responses.own_application(provider)
        case ApplicationBlocked() if own:
            title, status = f"{provider.title} does not admit this login with your own application", 400
            text = f"{error}. Nothing was stored. Only you can fix this, at {provider.title} or with other credentials."
            more = responses.own_application(provider)
        case ApplicationBlocked():
            title, status = f"{provider.title} does not admit this login", 503
            text = f"{error}. Nothing was stored. Only the operator of this Blendify can fix this."
            more = responses.own_application(provider)
        case ForeignIssuer():
            return refused_state(router, provider, StateRefused.UNKNOWN)
        case MustWait():
            seconds = max(1, ceil((error.until - times.now()).total_seconds()))
            headers["Retry-After"] = str(seconds)
            title, status = f"{provider.title} cannot be asked right now", 503
            text = f"Nothing was stored. Please connect again {_in_words(seconds)}."
        case _:
            title, status = f"{provider.title} is not responding as it should", 503
            text = "Nothing was stored. This usually passes: please try again in a few minutes."
    return responses.message_page(router, status, title, text, provider.name, headers, more)


def question(router: Router, provider: Provider, listener: str, fields: Mapping[str, str]) -> Response[str]:
    """
    200 with a page that asks whether the account may be added to the history of the listener who is logged in.

    fields  what the form sends back
    """
    return responses.page(
        200,
        "link",
        # Without a referrer browsers send `Origin: null` with the form.
        headers={"Referrer-Policy": "same-origin"},
        root=responses.relative_root(router),
        provider=provider,
        listener=listener,
        fields=fields,
    )


def _credential(provider: Provider) -> str:
    """What the login brings, in words: `music_user_token` is a music user token."""
    return provider.access.callback_parameter.replace("_", " ")


def _in_words(seconds: int) -> str:
    if seconds < 90:
        return "in a minute"
    minutes = ceil(seconds / 60)
    return f"in {minutes} minutes" if minutes < 120 else f"in {ceil(minutes / 60)} hours"
