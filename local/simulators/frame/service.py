"""One simulated service: what a provider says about itself, as tables and a few methods; the frame does the rest."""

import re
import time
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from http.client import responses
from typing import Any, ClassVar

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import compile_path

from local.simulators.frame.accounts import Accounts
from local.simulators.frame.acts import change
from local.simulators.frame.entries import Entries, Entry
from local.simulators.frame.faults import EVERYWHERE, Fault, OwnTroubles
from local.simulators.frame.library import Clock, Library, Rows, everything
from local.simulators.frame.options import Options
from local.simulators.frame.pages import Reading
from local.simulators.frame.responses import Json, json_response
from local.simulators.frame.tables import Refusal, Refusals
from local.simulators.frame.traffic import Traffic


@dataclass(slots=True)
class Listener:
    """One account; a service adds what can be arranged for it."""

    name: str
    library: Any


@dataclass(frozen=True, slots=True)
class Call:
    """One call that was accepted."""

    service: Any
    listener: Any
    parameters: Mapping[str, str]
    """Of query and form."""
    path: Mapping[str, str]
    """What the placeholders of the endpoint's path stand for."""
    base: str
    """How the caller reaches this server: links to pages begin with it."""
    url: str
    """The path that was called, without the query."""
    grant: Any = None
    """The service's own: what the call was made with."""

    @property
    def address(self) -> str:
        return self.base + self.url


@dataclass(frozen=True, kw_only=True)
class Endpoint:
    """A row of the API: a path, and the list that it serves page by page, or else what answers it."""

    path: str
    """Whole, with placeholders in braces; calls are counted and spoiled by it."""
    list: str = ""
    """The data type of the list."""
    name: Callable[[Call], str] = lambda _: ""
    """Which of the lists is meant, where there are several. Raises `Refusal`."""
    pages: Any = None
    default: int = 20
    """Entries of a page, unless the caller says otherwise."""
    most: int = 50
    """Entries of the largest page."""
    counted: bool = True
    """Whether the length of the list is told."""
    shown: Callable[[Call, Entries], Sequence[Entry]] | None = None
    """The part of the list that there is for a caller; all of it without this. Raises `Refusal`."""
    rows: Callable[[Call], Rows] | None = None
    """The list, where it is none of the library's."""
    read: Callable[[Call], Json] | None = None
    """The body, where it is no list."""
    scope: str | None = None
    """The permission that it needs."""

    def body(self, call: Call) -> Json:
        """What the call is answered. Raises `Refusal`."""
        return self.read(call) if self.read else self.pages.written(call, self, self.reading(call).page)

    def reading(self, call: Call) -> Reading:
        """The page that the call truly gets. Raises `Refusal`."""
        if self.rows is None:
            shown = partial(self.shown, call) if self.shown else None
            rows = call.listener.library.rows(self.list, self.name(call), call.service.view(call), shown)
        else:
            rows = self.rows(call)
        window = self.pages.window(call, self, rows)
        return Reading.of(self, rows, window)


@dataclass(frozen=True, slots=True)
class AccountPage:
    """A page of the service's accounts, outside the API: for the listener's browser, or for tokens."""

    path: str
    methods: tuple[str, ...]
    handle: Callable[[Any, Request], Awaitable[Response]]
    secret: Callable[[Mapping[str, str]], str] = lambda _: ""
    """The code or token among a form's fields that says whose call it is."""


class Service(ABC):
    """
    One simulator, which shares nothing with any other in the process. A provider is a subclass: its tables, how it
    knows its callers, and how it refuses.

    `clock` tells the seconds since 1970, by which tokens and bans age and plays are dated.
    """

    title: ClassVar[str]
    options_type: ClassVar[type[Options]]
    library_type: ClassVar[type[Library]]
    catalogue_type: ClassVar[Any]
    """The music that exists, as the service renders it, from a seed."""
    accounts_type: ClassVar[type[Accounts]]
    listener_type: ClassVar[type[Listener]] = Listener
    endpoints: ClassVar[Sequence[Endpoint]]
    account_pages: ClassVar[Sequence[AccountPage]]
    api_roots: ClassVar[Sequence[str]]
    """What the paths of the API begin with; what is below one and no endpoint is counted as `unknown`."""
    unknown: ClassVar[str] = "/v1/unknown"
    troubles: ClassVar[OwnTroubles]
    refusals: ClassVar[Refusals]
    tells_deadlines: ClassVar[bool] = True
    """Whether the refusal of a rate limit says when to come again."""
    picture_hosts: ClassVar[Sequence[str]] = ()
    """Where the pictures of its answers are."""

    accounts: Any

    def __init__(self, options: Any, clock: Clock = time.time) -> None:
        self.options = options
        self.clock = clock
        self.catalogue = type(self).catalogue_type(options.seed)
        self.accounts = self.accounts_type(options, clock)
        self.listeners = Listeners(self)
        self.traffic = Traffic(self, latency_ms=options.latency_ms, flight_seconds=options.flight_seconds, clock=clock)

    @abstractmethod
    def whose(self, request: Request, parameters: Mapping[str, str]) -> str | None:
        """The listener that a call is about, as far as it can be told, for the counters and for faults."""

    @abstractmethod
    def accept(self, request: Request, parameters: Mapping[str, str], endpoint: Endpoint | None) -> tuple[str, Any]:
        """
        The name of the listener whose call it is, and what the call was made with.

        `endpoint` is None for a path that leads nowhere. Raises `Refusal`
        """

    @abstractmethod
    def error(self, **row: Json) -> Json:
        """The body of a refusal, from its row."""

    @abstractmethod
    def profile(self, listener: Any) -> Json:
        """What the service says of the account itself, with nothing left out."""

    def refuse(self, refusal: Refusal, headers: Mapping[str, str] | None = None) -> Response:
        """A refusal as a response."""
        row = self.refusals.row(refusal)
        return json_response(self.error(**row), row["status"], headers)

    def too_many(self, headers: Mapping[str, str]) -> Response:
        """The refusal of a rate limit; `headers` say when to come again, for services that tell."""
        return self.refuse(Refusal("too_many"), headers if self.tells_deadlines else None)

    def failure(self, status: int, headers: Mapping[str, str]) -> Response:
        """An error of which nothing is known but the status."""
        own = f"failure_{status}"
        reason = responses.get(status, "Error")
        return self.refuse(Refusal(own if own in self.refusals else "failure", status=status, reason=reason), headers)

    def view(self, call: Call) -> Any:
        """How this caller wants entries shown: the `Spot.view` of what is rendered."""
        return None

    def truth_view(self, listener: Any, data_type: str, name: str) -> Any:
        """The view in which the truth is told: the one that the product asks for, with nothing left out."""
        return None

    def endpoint_of(self, request: Request, parameters: Mapping[str, str]) -> tuple[Endpoint | None, dict[str, str]]:
        """The endpoint that a request means, and what its placeholders stand for."""
        for endpoint, pattern in self._patterns:
            if (match := pattern.match(request.url.path)) is not None:
                return endpoint, match.groupdict()
        return None, {}

    def is_name(self, name: str) -> bool:
        """Whether an account may be called that."""
        return name.strip() != "" and len(name) <= 64 and name.isprintable()

    def library_of(self, name: str) -> Library:
        """The library of a listener who is new here."""
        return self.library_type(name, self.options, self.catalogue, self.clock)

    def known_paths(self) -> list[str]:
        pages = [each.path for each in self.account_pages]
        return [*pages, *(each.path for each in self.endpoints), self.unknown]

    def trouble(self, name: str, endpoint: str = EVERYWHERE, **more: Any) -> Fault:
        """
        From now on a trouble of `TROUBLES`, or one of the service's own; `more` are fields of `Fault`.

        Raises ValueError or TypeError for what makes no sense.
        """
        fault = self.troubles.fault(name, {"endpoint": endpoint, **more})
        fault.check_endpoint(self.known_paths())
        self.traffic.faults.append(fault)
        return fault

    def truth(self, name: str, *data_types: str) -> Json:
        """Everything, or what there is of these data types, that the endpoints would serve of a listener now."""
        listener = self.listeners[name]
        return {
            "profile": self.profile(listener),
            "data": everything(listener.library, lambda *of: self.truth_view(listener, *of), *data_types),
        }

    def change(self, name: str, act: str, data_type: str, list_name: str = "", **details: Any) -> Json:
        """One act of a listener, see `acts.change`. Raises ImpossibleChangeError."""
        return change(self.listeners[name].library, act, data_type, list_name, **details)

    def arrange(self, name: str, wanted: Mapping[str, Json]) -> None:
        """
        Change what holds for one listener; what is not named stays as it is. Each name is a method `arrange_<name>`.

        Raises  ValueError or TypeError for what cannot be, KeyError for a listener who does not exist
        """
        listener = self.listeners[name]
        known = {each.removeprefix("arrange_") for each in dir(self) if each.startswith("arrange_")}
        if unknown := wanted.keys() - known:
            raise ValueError(f"There is nothing to arrange about {', '.join(sorted(unknown))}.")
        for each, value in wanted.items():
            getattr(self, f"arrange_{each}")(listener, value)
        self.accounts.save()

    def arrange_revoke(self, listener: Any, value: Json) -> None:
        """True ends what the listener allowed."""
        if flag(value):
            self.accounts.revoke(listener.name)

    def arrange_sizes(self, listener: Any, value: Json) -> None:
        """A new library of other sizes, without earlier changes."""
        options, old = self.options.resized(value), listener.library
        listener.library = type(old)(old.name, options, self.catalogue, self.clock)

    @cached_property
    def _patterns(self) -> list[tuple[Endpoint, re.Pattern[str]]]:
        return [(endpoint, compile_path(endpoint.path)[0]) for endpoint in self.endpoints]


class Listeners:
    """Every name that may be one is a listener, made when first mentioned."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._known: dict[str, Any] = {}

    def find(self, name: str) -> Any | None:
        return self._known.get(self._service.library_type.key(name))

    def __getitem__(self, name: str) -> Any:
        """The listener; KeyError for a name that may not be one."""
        service = self._service
        key = service.library_type.key(name)
        if key not in self._known:
            if not service.is_name(name):
                raise KeyError(name)
            self._known[key] = service.listener_type(name, service.library_of(name))
        return self._known[key]


def bearer(request: Request, wanted: str = "bearer") -> str:
    """The token that a call was made with, by this scheme; empty without one."""
    scheme, _, secret = request.headers.get("authorization", "").partition(" ")
    return secret.strip() if scheme.lower() == wanted else ""


def flag(value: Json) -> bool:
    """A value that must be true or false; TypeError otherwise."""
    if not isinstance(value, bool):
        raise TypeError(f"{value!r} is neither true nor false.")
    return value
