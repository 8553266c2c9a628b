"""An invitation that somebody has opened before they had an account: after their login they come back to it."""

import re

from aws_lambda_powertools.event_handler import APIGatewayRestResolver
from aws_lambda_powertools.shared.cookies import Cookie

from blendify.web.cookies import cookie_values, delete_cookie, set_cookie

INVITATION = re.compile(r"[A-Za-z0-9_-]{32}")
"""What the secret of an invitation looks like."""
COOKIE = "invitation"
SECONDS = 3_600
"""How long a login may take from the invitation on."""


def remember(invitation: str) -> Cookie:
    """The cookie by which the browser comes back."""
    return set_cookie(COOKIE, invitation, SECONDS)


def forget() -> Cookie:
    """The cookie that ends the waiting."""
    return delete_cookie(COOKIE)


def waiting(router: APIGatewayRestResolver) -> str | None:
    """The invitation that this browser has opened; None without one."""
    return next((value for value in cookie_values(router, COOKIE) if INVITATION.fullmatch(value)), None)
