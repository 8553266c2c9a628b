"""
Sealing token sets: one KMS Encrypt, which KMS authenticates, bound to purpose, provider and user.

Limit   KMS takes 4,096 bytes of plaintext; a larger token set is refused, never cut
Context CloudTrail logs it unencrypted, so it has ids only
"""

import json
from dataclasses import dataclass, field
from datetime import datetime

from botocore.exceptions import ClientError

from blendify.core import aws, telemetry, times
from blendify.core.errors import CollectError
from blendify.core.settings import settings

LARGEST = 4_096
_TAMPERED = {"InvalidCiphertextException", "IncorrectKeyException"}
_BROKEN = "the stored access to this account cannot be opened: connect it again"


class SealBroken(CollectError):
    """The ciphertext was changed, belongs to another user, or was sealed under another key."""


class TokenSetTooLarge(Exception):
    """The token set does not fit one KMS call."""


@dataclass(frozen=True)
class TokenSet:
    """The tokens of one grant; they exist in memory only and are hidden from `repr`."""

    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    expires_at: datetime
    """When the access token expires, by our clock at the time of the response."""
    previous_refresh_token: str | None = field(default=None, repr=False)
    """The refresh token before this one: some providers accept it once more."""


def _context(provider: str, user_id: str) -> dict[str, str]:
    return {"purpose": "oauth-token", "provider": provider, "user": user_id}


def seal(tokens: TokenSet, *, provider: str, user_id: str) -> bytes:
    """
    The token set as ciphertext that can be opened for this provider and user only.

    The previous refresh token is optional: it is left out where it does not fit.

    Raises  TokenSetTooLarge
    """
    needed = [tokens.access_token, tokens.refresh_token, times.iso(tokens.expires_at)]
    plain = json.dumps([*needed, tokens.previous_refresh_token]).encode()
    if tokens.previous_refresh_token is None or len(plain) > LARGEST:
        plain = json.dumps(needed).encode()
    if len(plain) > LARGEST:
        raise TokenSetTooLarge(
            f"a token set of {len(plain)} bytes is larger than the {LARGEST} bytes that KMS can encrypt"
        )
    response = aws.client("kms").encrypt(
        KeyId=settings().tokens_key, Plaintext=plain, EncryptionContext=_context(provider, user_id)
    )
    return response["CiphertextBlob"]


def unseal(sealed: bytes, *, provider: str, user_id: str) -> TokenSet:
    """
    The token set, in memory.

    Raises  SealBroken when it is another user's or provider's, or was changed after it was sealed; ClientError when KMS
            does not open anything, e.g. because the role may not use the key
    """
    try:
        response = aws.client("kms").decrypt(
            KeyId=settings().tokens_key, CiphertextBlob=sealed, EncryptionContext=_context(provider, user_id)
        )
    except ClientError as error:
        if error.response["Error"]["Code"] in _TAMPERED:
            # The listener reads the message. KMS's own names the account, the role and the key: that is for the log.
            telemetry.logger.error("Sealed tokens cannot be opened: %s", error, extra={"provider": provider})
            raise SealBroken(_BROKEN) from None
        raise
    try:
        access, refresh, expires_at, *previous = json.loads(response["Plaintext"])
        return TokenSet(access, refresh, times.parse(expires_at), previous[0] if previous else None)
    except ValueError:
        raise SealBroken(_BROKEN) from None
