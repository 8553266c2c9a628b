"""
Giving grants back to providers after their listeners have left: messages in a queue, one for each grant.

Who disconnects does not wait for the provider, and what destroys the tokens cannot open them. A message holds the
tokens as they were sealed, and the queue drops it after an hour. It is tried again until then; nothing depends on it.
"""

import json
from base64 import b64decode, b64encode
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from blendify.access import applications, connections
from blendify.access.token_vault import TokenSet, unseal
from blendify.core import aws, telemetry, times
from blendify.core.errors import GrantRevoked
from blendify.core.settings import revocations_queue
from blendify.db.state_table import Item
from blendify.providers import PROVIDERS
from blendify.providers.application import DEFAULT, ApplicationMissing

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

    @classmethod
    def of(cls, body: str) -> "Given":
        """The grant in a message's body; KeyError, TypeError or ValueError when it is none."""
        content = json.loads(body)
        tokens = b64decode(content["tokens"], validate=True)
        return cls(content["user_id"], content["provider"], content["application"], tokens)

    def body(self) -> str:
        """The message's body."""
        return json.dumps({**vars(self), "tokens": b64encode(self.tokens).decode()})


def ask(user_id: str, provider: str, connection: Item) -> None:
    """Have the grant of a connection, whose item is deleted, given back; a failure changes nothing for the listener."""
    if PROVIDERS[provider].access.revocation is None:
        return
    given = Given(user_id, provider, connection["application"], bytes(connection["tokens"]))
    try:
        aws.client("sqs").send_message(QueueUrl=revocations_queue(), MessageBody=given.body())
    except (BotoCoreError, ClientError) as error:
        telemetry.logger.warning("A grant will not be given back: %s", error, extra={"provider": provider})


def give_back(given: Given, http: "requests.Session") -> None:
    """
    Give one grant back, unless the listener has connected the account again: a provider may end that grant too.

    Raises  ProviderUnavailable and other errors, after which it may be tried again
    """
    access = PROVIDERS[given.provider].access
    if access.revocation is None or _connected_again(given):
        return
    tokens = unseal(given.tokens, provider=given.provider, user_id=given.user_id)
    address = access.token_address(applications.settings_of(given.provider)["accounts_url"].rstrip("/"))
    token = _living(given, tokens, http) if access.revocation.by_access_token else tokens.refresh_token
    status = access.revocation.request(address, token, http)
    telemetry.logger.info("A grant was given back" if status < OK else "The provider knows no such grant")


def _connected_again(given: Given) -> bool:
    return any(each.provider == given.provider for each in connections.connections(given.user_id))


def _living(given: Given, tokens: TokenSet, http: "requests.Session") -> str:
    """The access token; one that has ended is renewed, where the grant was to the operator's application."""
    renew = PROVIDERS[given.provider].access.renew
    if renew is None or tokens.expires_at > times.now() or given.application != DEFAULT:
        return tokens.access_token
    try:
        return renew(applications.application(given.provider), tokens.refresh_token, http).access_token
    except (ApplicationMissing, GrantRevoked):
        return tokens.access_token
