"""
Giving grants back to providers after their listeners have left: messages in a queue, one for each grant.

Who disconnects does not wait for the provider, and what destroys the tokens cannot open them. A message holds the
tokens as they were sealed, and the queue drops it after an hour. It is tried again until then; nothing depends on it.

A provider may want a living access token. One that has ended is renewed first, which can end the refresh token: so the
new tokens are a message of their own before they are used. Two deliveries of one message may renew at once, and a
provider that refuses the second has ended the grant, or takes it back by the first one's tokens.
"""

import json
from base64 import b64decode, b64encode
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from blendify.access import applications, brought_applications, connections
from blendify.access.token_vault import TokenSet, seal, unseal
from blendify.core import aws, telemetry, times
from blendify.core.errors import ApplicationBlocked, GrantRevoked
from blendify.core.settings import revocations_queue
from blendify.db.state_table import Item
from blendify.providers import PROVIDERS
from blendify.providers.application import DEFAULT, Application, BroughtApplication

if TYPE_CHECKING:
    import requests

OK = 300
"""The first status that is no success."""


@dataclass(frozen=True)
class Given:
    """A grant that is to be given back."""

    user_id: str
    provider: str
    application: str
    tokens: bytes = field(repr=False)
    """Sealed."""
    brought: BroughtApplication | None = field(default=None, repr=False)
    """Of an application that the listener brought: it may be deleted by now. Its secret is sealed."""
    renewed: bool = False
    """Whether the tokens were renewed to give the grant back: once is enough."""

    @classmethod
    def of(cls, body: str) -> "Given":
        """The grant in a message's body; KeyError, TypeError or ValueError when it is none."""
        content = json.loads(body)
        content["tokens"] = b64decode(content["tokens"], validate=True)
        if brought := content.get("brought"):
            sealed = b64decode(brought["sealed"], validate=True)
            content["brought"] = BroughtApplication(**{**brought, "sealed": sealed})
        return cls(**content)

    def body(self) -> str:
        """The message's body."""
        return json.dumps(asdict(self), default=lambda sealed: b64encode(sealed).decode())


def ask(user_id: str, provider: str, connection: Item) -> None:
    """Have the grant of a connection, whose item is deleted, given back; a failure changes nothing for the listener."""
    revocation, application = PROVIDERS[provider].access.revocation, connection["application"]
    if revocation is None:
        return
    try:
        brought = None
        if revocation.by_access_token and application != DEFAULT:
            brought = brought_applications.named(user_id, provider, application)
        _send(Given(user_id, provider, application, bytes(connection["tokens"]), brought))
    except (BotoCoreError, ClientError) as error:
        telemetry.logger.warning("A grant will not be given back: %s", error, extra={"provider": provider})


def give_back(given: Given, http: "requests.Session") -> None:
    """
    Give one grant back, unless the listener has connected the account again: a provider may end that grant too.

    Where its tokens had to be renewed for that, they are given back by a message of their own.

    Raises  ProviderUnavailable and other errors, after which it may be tried again
    """
    access = PROVIDERS[given.provider].access
    if access.revocation is None or _connected_again(given):
        return
    tokens = unseal(given.tokens, provider=given.provider, user_id=given.user_id)
    if access.revocation.by_access_token and (fresh := _renewed(given, tokens, http)):
        _send(replace(given, tokens=seal(fresh, provider=given.provider, user_id=given.user_id), renewed=True))
        return
    address = access.token_address(applications.settings_of(given.provider)["accounts_url"].rstrip("/"))
    token = tokens.access_token if access.revocation.by_access_token else tokens.refresh_token
    status = access.revocation.request(address, token, http)
    telemetry.logger.info("A grant was given back" if status < OK else "The provider knows no such grant")


def _send(given: Given) -> None:
    aws.client("sqs").send_message(QueueUrl=revocations_queue(), MessageBody=given.body())


def _connected_again(given: Given) -> bool:
    return any(each.provider == given.provider for each in connections.connections(given.user_id))


def _renewed(given: Given, tokens: TokenSet, http: "requests.Session") -> TokenSet | None:
    """The tokens after these, whose access token has ended; None where it lives, or they cannot be renewed."""
    renew = PROVIDERS[given.provider].access.renew
    if renew is None or tokens.expires_at > times.now() or given.renewed:
        return None
    try:
        response = renew(_application(given), tokens.refresh_token, http)
    except (ApplicationBlocked, GrantRevoked):
        return None
    return TokenSet(response.access_token, response.refresh_token or tokens.refresh_token, response.expires_at)


def _application(given: Given) -> Application:
    return applications.of_brought(given.brought) if given.brought else applications.application(given.provider)
