"""
One call to a provider's API: every response is either data or an error that says what to do next.

Redirects are not followed: a call goes to the address in the provider's table and to no other.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import requests

from blendify.core.errors import ApplicationBlocked, ProviderUnavailable
from blendify.core.http import USER_AGENT, read_body
from blendify.core.json_text import NotJson, parsed
from blendify.providers.application import Application
from blendify.providers.provider import Provider

NO_CONTENT = object()
"""In place of JSON for a 204: the provider has nothing to send, which is not an error."""


@dataclass(frozen=True)
class Call:
    """One GET on behalf of a listener."""

    path: str
    """Below the API's address."""
    parameters: Mapping[str, str]
    token: str = field(repr=False)
    timeout: tuple[float, float]
    """Seconds to connect, and for the whole answer."""


def fetch(provider: Provider, application: Application, call: Call, http: requests.Session) -> Any:
    """
    Make the call once: JSON, or NO_CONTENT for a 204.

    Raises  the error by `provider.classify_error`; ProviderUnavailable without a response, or for one that is not JSON
    """
    query, headers = provider.access.sign(application, call.token, call.parameters)
    try:
        with http.get(
            application.api_url + call.path,
            params=query,
            headers={**headers, "Accept": "application/json", "User-Agent": USER_AGENT},
            timeout=call.timeout,
            allow_redirects=False,
            stream=True,
        ) as response:
            body = read_body(response)
            error = provider.classify_error(
                response.status_code,
                {name.lower(): value for name, value in response.headers.items()},
                body.decode(errors="replace"),
            )
    except requests.RequestException as failure:
        raise ProviderUnavailable(f"{provider.title} did not answer ({type(failure).__name__})") from None
    if error:
        raise application.naming(error) if isinstance(error, ApplicationBlocked) else error
    if response.status_code == 204:
        return NO_CONTENT
    try:
        return parsed(body)
    except NotJson as refused:
        raise ProviderUnavailable(f"{provider.title}'s response is not JSON: {refused} ({len(body)} bytes)") from None
