"""A listener's browser. It follows the real pages: login, consent, callback, dashboard."""

import json
from collections.abc import Mapping
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin, urlsplit

import requests

from local.errors import CommandError

PATIENCE = 120
"""Seconds until a page has to be there: a laptop that runs all of it at once can be busy for a while."""


class WalkFailed(CommandError):
    """An unexpected page, or none; the message describes it without its address."""


class Browser:
    """One listener's browser. It has cookies and follows redirects one by one."""

    def __init__(self, api_url: str) -> None:
        self._api_url = api_url
        self._http = requests.Session()
        self._http.trust_env = False

    def connect(self, provider: str, listener: str) -> str:
        """Connect the listener's account. Returns the dashboard right after the login."""
        return self._consent(self._go(f"{self._api_url}/auth/{provider}/login"), listener)

    def bring(self, provider: str, listener: str, client_id: str, client_secret: str) -> str:
        """The same with an application of the listener's own, from the page that takes it."""
        page = self._go(f"{self._api_url}/applications/{provider}")
        form = {"client_id": client_id, "client_secret": client_secret}
        headers = {"Origin": "{0.scheme}://{0.netloc}".format(urlsplit(page.url))}
        address = urljoin(page.url, Form.of(page.text).action)
        begun = self._ask("POST", address, data=form, headers=headers)
        return self._consent(self._follow(begun), listener)

    def _consent(self, consent: requests.Response, listener: str) -> str:
        """From the page that asks to the dashboard."""
        form = Form.of(consent.text)
        answers = {**form.fields, "listener": listener, "decision": "allow"}
        if form.parameters:
            answers = {**form.fields, **self._consented(consent, form.parameters, listener)}
        headers = {"Origin": "{0.scheme}://{0.netloc}".format(urlsplit(consent.url))}
        address = urljoin(consent.url, form.action)
        page = self._follow(self._ask("POST", address, data=answers, headers=headers))
        if not page.url.endswith("/dashboard") or page.status_code != 200:
            raise WalkFailed(f"the login did not end at the dashboard but at a page with status {page.status_code}")
        return page.text

    def _consented(self, page: requests.Response, parameters: str, listener: str) -> dict[str, str]:
        """
        The fields that the provider's script on our own page would receive from the provider's host.

        The page permits that host: it is the last one that the page's policy names for scripts.
        """
        policy = page.headers["Content-Security-Policy"]
        scripts = next(part for part in policy.split(";") if part.strip().startswith("script-src"))
        address = f"{scripts.split()[-1]}/_simulator/authorize"
        body = {**json.loads(parameters), "listener": listener, "decision": "allow"}
        origin = "{0.scheme}://{0.netloc}".format(urlsplit(page.url))
        answer = self._ask("POST", address, data=body, headers={"Origin": origin})
        if answer.status_code != 200:
            raise WalkFailed(f"the provider did not give access: status {answer.status_code}")
        given: dict[str, str] = answer.json()
        return given

    def upload(self, path: str, name: str, content: bytes) -> str:
        """Send a file by the form of one of our pages, without script; returns the path of where it leads."""
        page = self._go(f"{self._api_url}{path}")
        form = Form.of(page.text)
        fields = {name: value for name, value in form.fields.items() if name != "file"}
        sent = self._ask("POST", urljoin(page.url, form.action), data=fields, files={"file": (name, content)})
        arrived = self._follow(sent)
        if arrived.status_code != 200:
            raise WalkFailed(f"the upload ended at a page with status {arrived.status_code}")
        return arrived.url.removeprefix(self._api_url)

    def accept(self, invitation: str) -> None:
        """Join a blend by the page of its invitation."""
        page = self._go(invitation)
        form = Form.of(page.text)
        headers = {"Origin": "{0.scheme}://{0.netloc}".format(urlsplit(page.url))}
        address = urljoin(page.url, form.action)
        joined = self._ask("POST", address, data=form.fields, headers=headers)
        if "/together/blends/" not in self._follow(joined).url:
            raise WalkFailed("the invitation did not lead to a blend")

    def read(self, path: str) -> dict[str, object]:
        """The API's response to this browser, e.g. for `/me`."""
        answer = self._ask("GET", self._api_url + path)
        if answer.status_code >= 400:
            raise WalkFailed(f"the API answered a question with status {answer.status_code}")
        body: dict[str, object] = answer.json()
        return body

    def send(
        self, path: str, body: object = None, *, method: str = "POST"
    ) -> tuple[int, dict[str, Any], Mapping[str, str]]:
        """Status, body and headers of the API's response, e.g. to `/me/syncs`. A refusal is no error."""
        answer = self._ask(method, self._api_url + path, json=body)
        return answer.status_code, answer.json() if answer.text else {}, answer.headers

    def cookies(self) -> list[str]:
        """The values of the browser's cookies; all are secrets."""
        return [cookie.value for cookie in self._http.cookies if cookie.value]

    def _go(self, address: str) -> requests.Response:
        return self._follow(self._ask("GET", address))

    def _ask(self, method: str, address: str, **details: Any) -> requests.Response:
        """One request, without its redirects; no answer is a sentence."""
        try:
            return self._http.request(method, address, allow_redirects=False, timeout=PATIENCE, **details)
        except requests.Timeout:
            message = f"a page took more than {PATIENCE} s. What was started runs on: `make status` shows it"
            raise WalkFailed(message) from None
        except requests.ConnectionError:
            raise WalkFailed("nothing answers any more: `make up` starts the stack again") from None

    def _follow(self, answer: requests.Response) -> requests.Response:
        for _ in range(5):
            if answer.status_code not in (302, 303):
                break
            where = urljoin(answer.url, answer.headers["Location"])
            answer = self._ask("GET", where)
        if answer.status_code >= 400:
            raise WalkFailed(f"a page answered with status {answer.status_code}: {_words(answer.text)}")
        return answer


class Form(HTMLParser):
    """The first form of a page: its target and the values of its inputs."""

    def __init__(self) -> None:
        super().__init__()
        self.action = ""
        self.parameters = ""
        """Parameters for a script on the page, as JSON; empty if a person fills in the form."""
        self.fields: dict[str, str] = {}
        self._ended = False

    @classmethod
    def of(cls, page: str) -> "Form":
        form = cls()
        form.feed(page)
        if not form.action:
            raise WalkFailed("the page has no form")
        return form

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag == "form" and not self.action:
            self.action = values.get("action", "")
            self.parameters = values.get("data-parameters", "")
        elif tag == "input" and "name" in values and "disabled" not in values and not self._ended:
            self.fields[values["name"]] = values.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        self._ended = self._ended or (tag == "form" and bool(self.action))


class _Heading(HTMLParser):
    """The text of a page's first heading."""

    def __init__(self) -> None:
        super().__init__()
        self._inside = False
        self.words = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002
        self._inside = tag == "h1" and not self.words

    def handle_data(self, data: str) -> None:
        if self._inside:
            self.words, self._inside = data.strip(), False


def _words(page: str) -> str:
    heading = _Heading()
    heading.feed(page)
    return heading.words or "no heading"
