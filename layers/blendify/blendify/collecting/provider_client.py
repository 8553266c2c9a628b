"""
Calls to a provider's API: through the gate, with a timeout, every answer either data or an error that says what next.

Redirects, automatic 429 retries and `next` addresses are off: a call goes where the table says, or not at all.
"""

import random
import threading
import time
from collections.abc import Callable, Mapping
from math import ceil
from typing import Any, TypeVar

from blendify.access import access_tokens
from blendify.calling.fetch import Call, fetch
from blendify.calling.rate_limiter import RateLimiter
from blendify.core.errors import (
    AccessTokenRefused,
    CollectError,
    GrantRevoked,
    MustWait,
    Outage,
    ProviderUnavailable,
    RateLimited,
)
from blendify.core.http import http_session
from blendify.providers.application import Application
from blendify.providers.provider import Provider

TIMEOUT = (5, 30)
"""Seconds to connect, and between two packets."""
TRIES = 4
MOST_REFRESHES = 2
"""Refreshed tokens that a call tries before the grant is taken for dead."""
LONGEST_PAUSE = 10.0
"""Seconds. Where pauses are never longer than that the gate sleeps them out; else nothing more is called."""
MOST_PAUSES = 5
PER_SECOND = 2
"""Calls under way at once for each call a second that the pace allows: slow answers must not hold up the next slot."""
MOST_AT_ONCE = 8
T = TypeVar("T")


class ProviderClient:
    """The calls of one user to one provider; counts them, and is shared by the threads of one collector."""

    def __init__(self, provider: Provider, application: Application, user_id: str) -> None:
        self._provider, self._application, self._user_id = provider, application, user_id
        self._gate = RateLimiter(application, user_id)
        self._http = http_session()
        self._lock = threading.Lock()
        self._token: str | None = None
        self._over: CollectError | None = None
        self.calls = 0
        self.rate_limits = 0

    @property
    def at_once(self) -> int:
        """
        How many calls are worth having under way at once.

        A paced application gains nothing by more: they would only stand in the queue that its users share.
        """
        paces = [self._application.calls_per_minute, self._application.calls_per_minute_and_user]
        pace = min((pace for pace in paces if pace), default=0.0)
        return max(2, min(MOST_AT_ONCE, ceil(PER_SECOND * pace / 60))) if pace else MOST_AT_ONCE

    def get(self, path: str, parameters: Mapping[str, str], take: Callable[[Any], T]) -> T:
        """
        What `take` makes of the JSON that the provider answers, or of NO_CONTENT.

        Raises  MustWait after a 429 (short pauses are slept out), ProviderUnavailable after four tries (by `take` as
                well, for an answer that is not what was asked for), and the other errors as `refusal` names them
        """
        failures = pauses = 0
        while True:
            try:
                return take(self._once(path, parameters))
            except (GrantRevoked, Outage) as error:
                raise self._ended(error) from None
            except ProviderUnavailable:
                failures += 1
                if failures == TRIES:
                    raise
                time.sleep(random.uniform(0.2, 0.5) * 2**failures)  # noqa: S311 -- jitter
            except RateLimited as error:
                with self._lock:
                    self.rate_limits += 1
                until = self._gate.back_off(error, self._provider.backoff)
                pauses += 1
                if (
                    error.quota
                    or pauses > MOST_PAUSES
                    or max(error.seconds or 0, *self._provider.backoff) > LONGEST_PAUSE
                ):
                    raise self._ended(MustWait(str(error), until)) from None

    def close(self) -> None:
        """Close the connections to the provider."""
        self._http.close()

    def _ended(self, error: CollectError) -> CollectError:
        """Abort the client: threads that wait for the rate limiter raise the same error."""
        self._over = error
        return error

    def _once(self, path: str, parameters: Mapping[str, str]) -> Any:
        if self._over:
            raise self._over
        token = self._access_token()
        # A refused new token is not the end yet: some of the provider's servers may not know it so soon.
        for _ in range(MOST_REFRESHES):
            try:
                return self._send(path, parameters, token)
            except AccessTokenRefused:
                token = self._access_token(refused=token)
        try:
            return self._send(path, parameters, token)
        except AccessTokenRefused:
            raise access_tokens.classify_repeated_refusal(
                self._provider, self._application, self._user_id, token
            ) from None

    def _access_token(self, refused: str | None = None) -> str:
        with self._lock:
            if self._token is None or self._token == refused:
                self._token = access_tokens.fresh_access_token(
                    self._provider, self._application, self._user_id, self._http, refused=refused
                )
            return self._token

    def _send(self, path: str, parameters: Mapping[str, str], token: str) -> Any:
        try:
            self._gate.acquire()
        except MustWait as error:
            raise self._ended(error) from None
        if self._over:
            raise self._over
        with self._lock:
            self.calls += 1
        return fetch(self._provider, self._application, Call(path, parameters, token, TIMEOUT), self._http)
