"""
Giving a grant back at the provider (RFC 7009, or what a provider has in its place): the token is in the body.

Source  https://developers.google.com/identity/protocols/oauth2/web-server#tokenrevoke,
        https://github.com/soundcloud/api, openapi/api.yaml, /sign-out
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from blendify.core.errors import ProviderUnavailable

if TYPE_CHECKING:
    import requests

TIMEOUT = (3, 10)
"""Seconds to connect and to answer."""
RATE_LIMITED, FAILED = 429, 500


@dataclass(frozen=True)
class Revocation:
    """How an application gives a grant back."""

    path: str
    """Below the address where tokens are given."""
    field: str
    """What the body calls the token."""
    by_access_token: bool = False
    """Whether the access token says which grant, which it can while it lives; else the refresh token."""
    as_json: bool = False
    """Whether the body is JSON, and not a form."""

    def request(self, address: str, token: str, http: "requests.Session") -> int:
        """
        Give the grant of a token back; answers the status. One of 400 to 428 says that the provider knows none.

        address  where tokens are given
        Raises   ProviderUnavailable when it may be tried again
        """
        import requests

        body = {self.field: token}
        try:
            with http.post(
                f"{address}{self.path}",
                json=body if self.as_json else None,
                data=None if self.as_json else body,
                timeout=TIMEOUT,
                allow_redirects=False,
                stream=True,
            ) as response:
                status = response.status_code
        except requests.RequestException as error:
            # The chained exception of an HTTP library may print the request: only its class is used.
            raise ProviderUnavailable(f"the grant could not be given back ({type(error).__name__})") from None
        if status == RATE_LIMITED or status >= FAILED:
            raise ProviderUnavailable(f"the grant could not be given back (status {status})")
        return status
