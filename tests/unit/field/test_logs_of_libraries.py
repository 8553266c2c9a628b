"""Nobody logs what a request holds: not our code in a debug mode, not a library, not AWS's own words."""

import logging
import socket
import threading
from collections.abc import Iterator
from typing import Any, cast

import pytest
import requests
from botocore.exceptions import ClientError

from blendify.access import token_vault
from blendify.access.token_vault import SealBroken
from blendify.core import aws
from blendify.core.http import http_session
from blendify.web import responses
from blendify.web.router import handler, new_router
from tests.unit.http_events import Context, event
from tests.unit.visible import logged

SECRET = "this-is-the-session-key"


@pytest.fixture
def odd_headers() -> Iterator[str]:
    """The address of a service whose response has a header that cannot be parsed."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer() -> None:
            with server.accept()[0] as connection:
                connection.recv(65_536)
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nno header at all\r\nX: y\r\n\r\n{}")

        thread = threading.Thread(target=answer)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}"
        thread.join()


def test_a_library_does_not_log_the_address_of_a_call(odd_headers: str, caplog: pytest.LogCaptureFixture) -> None:
    """Last.fm's key is in the query, and urllib3 warns with the address; at DEBUG it logs each."""
    caplog.set_level("DEBUG")
    with http_session() as http:
        assert http.get(f"{odd_headers}/2.0/?sk={SECRET}", timeout=60).status_code == requests.codes.ok
    assert SECRET not in logged(caplog)


@pytest.mark.usefixtures("aws_in_memory")
def test_a_library_does_not_log_what_aws_answers(caplog: pytest.LogCaptureFixture) -> None:
    """With the function's log level at DEBUG, botocore would log the applications' secrets."""
    caplog.set_level("DEBUG")
    aws.client("secretsmanager").get_secret_value(SecretId="blendify/applications/spotify/default/client_secret")
    assert "simulated-secret" not in logged(caplog)


def test_the_levels_do_not_follow_the_root() -> None:
    for name in ("boto3", "botocore", "botocore.parsers", "pynamodb.connection.base", "urllib3.connectionpool"):
        assert logging.getLogger(name).getEffectiveLevel() >= logging.INFO, name


def test_a_debug_mode_of_powertools_prints_no_event(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    """An operator may set the variable, and an event holds cookies and codes."""
    monkeypatch.setenv("POWERTOOLS_DEV", "true")
    router = new_router()

    @router.get("/")
    def start() -> responses.Response[str]:
        return responses.json_response(200, {})

    handler(router)(event("GET", f"/?code={SECRET}", {"Cookie": f"session={SECRET}"}), cast(Any, Context()))
    assert SECRET not in "".join(capsys.readouterr()) + logged(caplog)


class Kms:
    """Refuses to decrypt with this code."""

    def __init__(self, code: str) -> None:
        self._code = code

    def decrypt(self, **_: object) -> None:
        message = "User: arn:aws:sts::111122223333:assumed-role/role is not authorized: arn:aws:kms:eu:key/1"
        raise ClientError({"Error": {"Code": self._code, "Message": message}}, "Decrypt")


@pytest.mark.usefixtures("aws_in_memory")
@pytest.mark.parametrize(
    ("code", "error"), [("InvalidCiphertextException", SealBroken), ("AccessDeniedException", ClientError)]
)
def test_a_listener_does_not_read_what_kms_says(
    monkeypatch: pytest.MonkeyPatch, code: str, error: type[Exception]
) -> None:
    """Its words name account, role and key. A role that may not decrypt says nothing about the tokens."""
    monkeypatch.setattr(aws, "client", lambda _: Kms(code))
    with pytest.raises(error) as raised:
        token_vault.unseal(b"sealed", provider="spotify", user_id="u1")
    if error is SealBroken:
        assert str(raised.value) == "the stored access to this account cannot be opened: connect it again"
        assert raised.value.__cause__ is None
