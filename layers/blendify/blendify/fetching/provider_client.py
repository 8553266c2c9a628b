"""
Calls to a provider's API: through the gate, with a timeout, every answer either data or an error that says what next.

Redirects, automatic 429 retries and `next` addresses are off: a call goes where the table says, or not at all.
"""

import random
import threading
import time
from collections.abc import Callable, Mapping
from functools import partial
from math import ceil
from typing import Any, TypeVar

from blendify.access import access_tokens, doubted_grants
from blendify.access.access_tokens import Wanted
from blendify.access.connections import Connection
from blendify.calling.fetch import Call, fetch
from blendify.calling.rate_limiter import RateLimiter
from blendify.calling.tries import TRIES
from blendify.core.errors import (
    AccessTokenRefused,
    ApplicationBlocked,
    CollectError,
    GrantRevoked,
    MustWait,
    Outage,
    ProviderUnavailable,
    RateLimited,
    Refused,
)
from blendify.core.http import http_session
from blendify.providers.application import Application
from blendify.providers.provider import Provider

TIMEOUT = (5, 30)
"""Seconds to connect, and for the whole answer."""
LONGEST_PAUSE = 10.0
"""Seconds. Where pauses are never longer than that the gate sleeps them out; else nothing more is called."""
MOST_PAUSES = 5
PER_SECOND = 2
"""Calls under way at once for each call a second that the pace allows: slow answers must not hold up the next slot."""
MOST_AT_ONCE = 8

T = TypeVar("T")


class ProviderClient:
    """The calls of one user to one provider; counts them, and is shared by the threads of one collector."""

    def __init__(
        self, provider: Provider, application: Application, connection: Connection, *, alone: bool = False
    ) -> None:
        """
        connection  the user's, as it was read a moment ago
        alone       whether no other worker calls the provider for this user: its few calls take no turn among those of
                    the user, and its access token is not stored
        """
        self._provider, self._application, self._user_id = provider, application, connection.user_id
        self._gate = RateLimiter(application, None if alone else connection.user_id)
        self._http = http_session()
        self._lock = threading.Lock()
        self._token: str | None = None
        self._over: CollectError | None = None
        self._failing = False
        """Whether the latest call failed to the end: as long as none succeeds, each is tried once."""
        self._just_read: Connection | None = connection
        self._alone, self._doubted = alone, connection.doubted_since is not None
        """Whether the listener's grant was refused lately, which a later call has yet to confirm."""
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

    def get(
        self,
        path: str,
        parameters: Mapping[str, str],
        take: Callable[[Any], T],
        *,
        tries: int = TRIES,
        final: type[Refused] | tuple[()] = (),
    ) -> T:
        """
        What `take` makes of the JSON that the provider answers, or of NO_CONTENT.

        tries   after so many failures the call has failed; one, if the call before it has failed as well. Refusals are
                always asked about four times: they pass, or another way helps no more
        final   refusals that are raised at once: the caller itself asks again, later

        Raises  MustWait after a 429 (short pauses are slept out), ProviderUnavailable after the last try (by `take` as
                well, for an answer that is not what was asked for), Refused after the last try, GrantRevoked, Outage
        """
        failures = pauses = 0
        while True:
            try:
                result = take(self._once(path, parameters, renewed=failures))
            except (GrantRevoked, Outage) as error:
                raise self._ended(error) from None
            except (ProviderUnavailable, Refused) as error:
                if isinstance(error, final):
                    raise
                failures += 1
                renewable = isinstance(error, AccessTokenRefused) and self._provider.access.renew is not None
                most = TRIES if isinstance(error, Refused) else tries
                if failures >= (1 + renewable if self._failing else most):
                    self._failing = True
                    raise self._explained(error) from None
                if not (renewable and failures % 2):
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
                    raise self._ended(MustWait(str(error), until, limited=True)) from None
            else:
                self._works()
                return result

    def close(self) -> None:
        """Close the connections to the provider."""
        self._http.close()

    def _ended(self, error: CollectError) -> CollectError:
        """Abort the client: threads that wait for the rate limiter raise the same error."""
        self._over = error
        return error

    def _works(self) -> None:
        """The provider answers: what was in doubt is not any more."""
        self._failing = False
        if self._doubted:
            self._doubted = False
            doubted_grants.clear(self._user_id, self._provider.name)

    def _explained(self, error: CollectError) -> CollectError:
        """The error to raise for the last try: a refusal is held against other calls before anybody is blamed."""
        title = self._provider.title
        if isinstance(error, ApplicationBlocked) and self._provider.application_request:
            error = self._if_not_the_application(error)
        if not isinstance(error, AccessTokenRefused):
            return error
        if self._provider.access.renew:
            # A grant that the token host has just renewed is alive: only `invalid_grant` ends it.
            return AccessTokenRefused(f"{title} refuses this (401), although your login has just been renewed")
        if self._token is None:
            return error
        accepted = partial(self._accepts, *self._provider.profile_request, self._token)
        doubted = access_tokens.classify_repeated_refusal(self._provider, self._user_id, self._token, accepted)
        return self._ended(doubted) if isinstance(doubted, GrantRevoked | MustWait | Outage) else doubted

    def _if_not_the_application(self, error: ApplicationBlocked) -> CollectError:
        """A call that needs no listener tells whether the application is refused, or this listener alone."""
        assert self._provider.application_request is not None  # noqa: S101 -- for the type checker
        try:
            self._send(*self._provider.application_request, "")
        except ApplicationBlocked:
            return error
        except (ProviderUnavailable, RateLimited):
            return ProviderUnavailable(f"{self._provider.title} refuses this, and does not say why")
        except Refused:
            pass
        return AccessTokenRefused(f"{self._provider.title} refused your login")

    def _accepts(self, path: str, parameters: Mapping[str, str], token: str) -> bool:
        """Whether the provider takes the token for another call; raises CollectError when nobody knows."""
        try:
            self._send(path, parameters, token)
        except (AccessTokenRefused, ApplicationBlocked):
            return False
        return True

    def _once(self, path: str, parameters: Mapping[str, str], renewed: int) -> Any:
        """
        One call.

        renewed     how often this call was refused or failed: every second refusal brings a new token where there are
                    new ones, as some of the provider's servers may not know the latest so soon
        """
        if self._over:
            raise self._over
        token = self._access_token()
        try:
            return self._send(path, parameters, token)
        except AccessTokenRefused:
            if renewed % 2 == 0 and self._provider.access.renew:
                self._access_token(refused=token)
            raise

    def _access_token(self, refused: str | None = None) -> str:
        with self._lock:
            if self._token is None or self._token == refused:
                wanted = Wanted(refused, self._just_read, for_others=not self._alone)
                self._just_read = None
                self._token = access_tokens.fresh_access_token(
                    self._provider, self._application, self._user_id, self._http, wanted
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
