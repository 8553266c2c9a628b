"""
One call to a provider's API: every answer is either data or an error that says what next.

Redirects and `next` addresses are off: a call goes where the table says, or not at all.
"""

import json
from collections.abc import Mapping
from math import isfinite
from typing import Any

import requests

from blendify.core.errors import ProviderUnavailable
from blendify.core.http import USER_AGENT, read_body
from blendify.providers.application import Application
from blendify.providers.provider import Provider

NO_CONTENT = object()
"""In place of JSON when the provider answers 204: there is nothing, and that is no error."""


def fetch(
    provider: Provider,
    application: Application,
    path: str,
    parameters: Mapping[str, str],
    token: str,
    http: requests.Session,
    *,
    timeout: tuple[float, float],
) -> Any:
    """
    One GET, no second try: JSON, or NO_CONTENT for a 204.

    timeout  seconds to connect, and between two packets

    Raises  the error that `provider.refusal` names, ProviderUnavailable for silence and for answers that do not parse
    """
    query, headers = provider.access.authorised(application, token, parameters)
    try:
        with http.get(
            application.api_url + path,
            params=query,
            headers={**headers, "Accept": "application/json", "User-Agent": USER_AGENT},
            timeout=timeout,
            allow_redirects=False,
            stream=True,
        ) as answer:
            body = read_body(answer)
            refused = provider.refusal(
                answer.status_code,
                {name.lower(): value for name, value in answer.headers.items()},
                body.decode(errors="replace"),
            )
    except requests.RequestException as error:
        raise ProviderUnavailable(f"{provider.title} did not answer ({type(error).__name__})") from None
    if refused:
        raise refused
    return NO_CONTENT if answer.status_code == 204 else _parsed(provider, body)


def _parsed(provider: Provider, body: bytes) -> Any:
    try:
        return json.loads(body, parse_constant=_no_number, parse_float=_finite)
    except (ValueError, RecursionError):
        raise ProviderUnavailable(f"{provider.title}'s answer is no JSON ({len(body)} bytes)") from None


def _no_number(name: str) -> float:
    raise ValueError(f"{name} is no JSON")


def _finite(text: str) -> float:
    number = float(text)
    if not isfinite(number):
        raise ValueError("a number too large to be kept")
    return number
