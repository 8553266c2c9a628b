"""
Applications that listeners bring: client id and secret of what they registered with a provider themselves.

Item    `application#<provider>#<name>` in the user's partition. Logins use the newest; an older one stays as long as
        the present grant was given to it
Secret  sealed by KMS, bound to provider and name. Its context says for what: what opens tokens does not open it
"""

import secrets
from base64 import b32encode
from collections.abc import Iterator
from typing import Any

from boto3.dynamodb.conditions import Attr
from botocore.exceptions import ClientError

from blendify.access.users import UserGone
from blendify.core import aws, times
from blendify.core.settings import settings
from blendify.db import keys
from blendify.db.state_table import ConditionFailed, Item, state_table
from blendify.db.transactions import check, commit, put
from blendify.providers.application import ApplicationMissing, BroughtApplication

PURPOSE = "application-secret"
MAX_SECRET_BYTES = 4_096
"""What KMS takes."""
_TAMPERED = {"InvalidCiphertextException", "IncorrectKeyException"}


def bring(provider: str, client_id: str, client_secret: str, name: str | None = None) -> BroughtApplication:
    """The application with its secret sealed; nothing is stored. `name` is that of one with the same client id."""
    name = name or "own" + b32encode(secrets.token_bytes(15)).decode().lower()
    response = aws.client("kms").encrypt(
        KeyId=settings().tokens_key, Plaintext=client_secret.encode(), EncryptionContext=_context(provider, name)
    )
    return BroughtApplication(provider, name, client_id, times.iso(times.now()), response["CiphertextBlob"])


def client_secret(brought: BroughtApplication) -> str:
    """
    The secret, in memory.

    Raises  ApplicationMissing when what is stored was changed, or is of another application
    """
    try:
        response = aws.client("kms").decrypt(
            KeyId=settings().tokens_key,
            CiphertextBlob=brought.sealed,
            EncryptionContext=_context(brought.provider, brought.name),
        )
    except ClientError as error:
        if error.response["Error"]["Code"] in _TAMPERED:
            raise ApplicationMissing("the stored client secret cannot be opened: give it again") from None
        raise
    return response["Plaintext"].decode()


def attributes(brought: BroughtApplication) -> dict[str, Any]:
    """It as attributes of an item."""
    return dict(vars(brought))


def of_item(item: Item) -> BroughtApplication:
    """The inverse of `attributes`."""
    return BroughtApplication(
        item["provider"], item["name"], item["client_id"], item["created_at"], bytes(item["sealed"])
    )


def store(user_id: str, brought: BroughtApplication) -> None:
    """
    Store it as the user's.

    Raises  UserGone
    """
    where, sort_key = keys.user(user_id), keys.application(brought.provider, brought.name)
    try:
        commit(
            put(where, sort_key, attributes(brought)),
            check(where, keys.profile(), only_if=Attr("pk").exists()),
            check(where, keys.leaving(brought.provider), only_if=Attr("begun").not_exists()),
        )
    except ConditionFailed as refused:
        raise UserGone(f"user {user_id} has left") from refused


def all_brought(user_id: str, provider: str = "") -> Iterator[BroughtApplication]:
    """All that are stored of the user, at one provider or at all."""
    for item in state_table().query(keys.user(user_id), keys.application(provider)):
        yield of_item(item)


def current(user_id: str, provider: str) -> BroughtApplication | None:
    """The one that the user's next login uses."""
    return max(all_brought(user_id, provider), key=lambda each: (each.created_at, each.name), default=None)


def named(user_id: str, provider: str, name: str) -> BroughtApplication | None:
    """The one to which a grant was given."""
    item = state_table().get(keys.user(user_id), keys.application(provider, name))
    return of_item(item) if item else None


def _context(provider: str, name: str) -> dict[str, str]:
    return {"purpose": PURPOSE, "provider": provider, "application": name}
