"""A login begins: the browser goes to the provider's consent page, or sees ours that asks."""

from urllib.parse import urlsplit

from aws_lambda_powertools.shared.cookies import Cookie

from blendify.access import login, oauth_states
from blendify.access.oauth_states import Origin
from blendify.providers.application import Application
from blendify.providers.consent import ClientSideConsent
from blendify.providers.provider import Provider
from blendify.web import listener_names, responses
from blendify.web.cookies import delete_cookie, login_cookie, set_cookie, surplus_logins
from blendify.web.responses import ContentSources, Response
from blendify.web.router import Router


def to_consent(router: Router, provider: Provider, application: Application, origin: Origin) -> Response[str]:
    """
    303 to the provider, or 200 with our page. The browser keeps the login's secret in a cookie for ten minutes.

    Raises  ApplicationMissing when the application's credentials cannot be used
    """
    attempt = login.start(provider, application, origin)
    secret = set_cookie(login_cookie(attempt.state), attempt.browser_secret, oauth_states.LIFETIME_SECONDS)
    cookies = [*map(delete_cookie, surplus_logins(router)), secret]
    if isinstance(attempt.consent, ClientSideConsent):
        return _consent_page(router, provider, attempt.consent, attempt.state, (cookies, origin.user_id))
    return responses.see_other(attempt.consent, cookies)


def _consent_page(
    router: Router, provider: Provider, consent: ClientSideConsent, state: str, browser: tuple[list[Cookie], str | None]
) -> Response[str]:
    """
    Our page on which the provider's own script asks for access; it may load that script and what belongs to its host.

    browser     the cookies to set, and the user who is logged in

    The page posts to our origin. Its referrer policy is `same-origin`: without a referrer browsers send `Origin: null`.
    Its opener policy lets the provider's window answer.
    """
    cookies, user = browser
    script = urlsplit(consent.script_url)
    return responses.page(
        200,
        "connect",
        sources=ContentSources(f"{script.scheme}://{script.netloc}", " ".join(consent.allowed_origins)),
        headers={
            "Referrer-Policy": "same-origin",
            "Cross-Origin-Opener-Policy": "same-origin-allow-popups",
        },
        cookies=cookies,
        root=responses.relative_root(router),
        provider=provider,
        consent=consent,
        state=state,
        logged_in=user is not None,
        listener=listener_names.of(user) if user else "",
    )
