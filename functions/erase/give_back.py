"""Give the grants of listeners who have left back to their providers."""

from blendify.access.revocations import Given, give_back
from blendify.core.http import http_session
from blendify.lambdas.revocations import given_back


def _give_back(given: Given) -> None:
    with http_session() as http:
        give_back(given, http)


handler = given_back(_give_back)
