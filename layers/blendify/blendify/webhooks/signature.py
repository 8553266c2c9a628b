"""
How an event is signed, by the Standard Webhooks specification: whoever has its library can verify it.

A secret is `whsec_` and 32 random bytes in base64; KMS seals it, bound to the webhook and its user.
"""

import secrets
from base64 import b64encode
from datetime import datetime

from blendify.core import aws
from blendify.core.settings import settings

PURPOSE = "webhook-secret"


def new_secret() -> str:
    """A secret for one webhook."""
    return f"whsec_{b64encode(secrets.token_bytes(32)).decode()}"


def seal(secret: str, user_id: str, webhook_id: str) -> bytes:
    """The secret as ciphertext that opens for this webhook alone."""
    response = aws.client("kms").encrypt(
        KeyId=settings().tokens_key, Plaintext=secret.encode(), EncryptionContext=_context(user_id, webhook_id)
    )
    return response["CiphertextBlob"]


def headers(event_id: str, moment: datetime, body: bytes, secret: str) -> dict[str, str]:
    """The headers of one attempt to deliver an event: another attempt has the same id and another moment."""
    # Only the function that delivers has the library.
    from standardwebhooks.webhooks import Webhook

    return {
        "webhook-id": event_id,
        "webhook-timestamp": str(int(moment.timestamp())),
        "webhook-signature": Webhook(secret).sign(event_id, moment, body.decode()),
    }


def unseal(sealed: bytes, user_id: str, webhook_id: str) -> str:
    """The secret, in memory. Raises ClientError when it is another webhook's."""
    response = aws.client("kms").decrypt(
        KeyId=settings().tokens_key, CiphertextBlob=sealed, EncryptionContext=_context(user_id, webhook_id)
    )
    return response["Plaintext"].decode()


def _context(user_id: str, webhook_id: str) -> dict[str, str]:
    return {"purpose": PURPOSE, "user": user_id, "webhook": webhook_id}
