"""HTTP for all calls to providers: no redirects, no retries of its own, no endless answers."""

from typing import TYPE_CHECKING

from blendify.core.errors import ProviderUnavailable

if TYPE_CHECKING:
    import requests

USER_AGENT = "Blendify/1 (listening history)"
"""Some providers ask clients to identify themselves, and may block those that do not."""
LARGEST_BODY = 8 * 1024 * 1024
"""Bytes; a provider's largest page has less than 2 MB, and eight pages may be in memory at once."""


def http_session(connections: int = 8) -> "requests.Session":
    """
    A session that does not retry and reads no proxy or netrc settings; threads may share it.

    A timeout is a pair: seconds to connect, and seconds for the whole answer.

    requests is imported here, as it costs a cold start a tenth more: many Lambdas never call a provider
    """
    import requests

    from blendify.core.timed_http import TimedAdapter

    http = requests.Session()
    http.trust_env = False
    adapter = TimedAdapter(pool_connections=2, pool_maxsize=connections, max_retries=0)
    http.mount("https://", adapter)
    http.mount("http://", adapter)
    return http


def read_body(response: "requests.Response") -> bytes:
    """
    The body of a streamed response.

    Raises  ProviderUnavailable if it is larger than any real page; requests.RequestException if it breaks off, or does
            not end within the read timeout
    """
    body = bytearray()
    for chunk in response.iter_content(64 * 1024):
        body += chunk
        if len(body) > LARGEST_BODY:
            raise ProviderUnavailable("the response is larger than any page can be")
    return bytes(body)
