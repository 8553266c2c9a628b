"""
Sealing token sets: one KMS Encrypt, authenticated by KMS itself, bound to purpose, provider and user.

Limit   KMS takes 4,096 bytes of plaintext; a larger token set is refused, never cut
Context is logged in CloudTrail in clear: ids only
"""

import json
from dataclasses import dataclass, field
from datetime import datetime

from botocore.exceptions import ClientError

from blendify.core import aws, times
from blendify.core.errors import CollectError
from blendify.core.settings import settings

LARGEST = 4_096
_TAMPERED = {"InvalidCiphertextException", "IncorrectKeyException", "AccessDeniedException"}


class SealBroken(CollectError):
    """The blob was changed, is another user's, or was sealed under another key."""


class TooLarge(Exception):
    """The token set does not fit one KMS call."""


@dataclass(frozen=True)
class TokenSet:
    """What a provider gave for one grant; it exists in memory only, and hides itself from `repr`."""

    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    expires_at: datetime
    """When the access token ends, by our clock at the time of the answer."""
    previous_refresh_token: str | None = field(default=None, repr=False)
    """The one that the refresh token replaced: some providers let it work once more."""


def _context(provider: str, user_id: str) -> dict[str, str]:
    return {"purpose": "oauth-token", "provider": provider, "user": user_id}


def seal(tokens: TokenSet, *, provider: str, user_id: str) -> bytes:
    """
    The token set as ciphertext that opens for this provider and user alone.

    The previous refresh token is a spare: it is left out where it does not fit.

    Raises  TooLarge
    """
    needed = [tokens.access_token, tokens.refresh_token, times.iso(tokens.expires_at)]
    plain = json.dumps([*needed, tokens.previous_refresh_token]).encode()
    if tokens.previous_refresh_token is None or len(plain) > LARGEST:
        plain = json.dumps(needed).encode()
    if len(plain) > LARGEST:
        raise TooLarge(f"a token set of {len(plain)} bytes does not fit the {LARGEST} that KMS encrypts at once")
    answer = aws.client("kms").encrypt(
        KeyId=settings().tokens_key, Plaintext=plain, EncryptionContext=_context(provider, user_id)
    )
    return answer["CiphertextBlob"]


def unseal(sealed: bytes, *, provider: str, user_id: str) -> TokenSet:
    """
    The token set, for as long as the caller needs it.

    Raises  SealBroken when it is not this user's, not this provider's, or not as it was sealed
    """
    try:
        answer = aws.client("kms").decrypt(
            KeyId=settings().tokens_key, CiphertextBlob=sealed, EncryptionContext=_context(provider, user_id)
        )
    except ClientError as error:
        if error.response["Error"]["Code"] in _TAMPERED:
            raise SealBroken(f"the sealed {provider} tokens of {user_id} do not open: {error}") from error
        raise
    try:
        access, refresh, expires_at, *previous = json.loads(answer["Plaintext"])
        return TokenSet(access, refresh, times.parse(expires_at), previous[0] if previous else None)
    except ValueError:
        raise SealBroken(f"the sealed {provider} tokens of {user_id} hold no token set") from None
