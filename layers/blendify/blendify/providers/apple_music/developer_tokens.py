"""
Developer tokens: JSON Web Tokens that identify the application to Apple, signed with its MusicKit private key (ES256).

Source  https://developer.apple.com/documentation/applemusicapi/generating-developer-tokens; RFC 7515, 7518 (3.4)
"""

import base64
import binascii
import json
import re
from dataclasses import dataclass, field
from datetime import timedelta
from hashlib import sha256
from typing import TYPE_CHECKING

from blendify.core import times
from blendify.providers.application import Application, ApplicationMissing

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey

LIFETIME = timedelta(hours=12)
"""For tokens of our own calls; Apple allows up to six months."""
PAGE_LIFETIME = timedelta(hours=1)
"""For tokens in a page: longer than a login is valid, and usable from that page's origin only."""
RENEW_BEFORE_END = 0.25
"""A token is replaced when this part of its lifetime is left."""
_IDS = re.compile(r"([A-Z0-9]{10})\.([A-Z0-9]{10})")


@dataclass(frozen=True)
class _Cached:
    token: str = field(repr=False)
    valid_until: float


_cache: dict[tuple[str, str, str | None], _Cached] = {}


def developer_token(application: Application, origin: str | None = None) -> str:
    """
    A token that is valid for a while; a warm Lambda signs seldom.

    origin  the only origin from which browsers may use it; None for our own calls

    Raises  ApplicationMissing when the application's ids or key do not have Apple's format
    """
    secret = sha256(application.client_secret.encode()).hexdigest()
    key, now = (application.client_id, secret, origin), times.now().timestamp()
    cached = _cache.get(key)
    if cached is None or cached.valid_until <= now:
        lifetime = (PAGE_LIFETIME if origin else LIFETIME).total_seconds()
        token = _signed(application, origin, int(now), int(lifetime))
        cached = _cache[key] = _Cached(token, now + lifetime * (1 - RENEW_BEFORE_END))
    return cached.token


def forget() -> None:
    """Drop the cached tokens: the next call signs again."""
    _cache.clear()


def _signed(application: Application, origin: str | None, now: int, lifetime: int) -> str:
    # Imported here, as only signing needs it: 30 ms of a cold start.
    from cryptography.hazmat.primitives.asymmetric.ec import ECDSA
    from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
    from cryptography.hazmat.primitives.hashes import SHA256

    team_id, key_id = _ids(application.client_id)
    claims = {"iss": team_id, "iat": now, "exp": now + lifetime} | ({"origin": [origin]} if origin else {})
    message = f"{_part({'alg': 'ES256', 'kid': key_id})}.{_part(claims)}"
    numbers = decode_dss_signature(_key(application.client_secret).sign(message.encode(), ECDSA(SHA256())))
    return f"{message}.{_text(b''.join(number.to_bytes(32) for number in numbers))}"


def problem(client_id: str, client_secret: str) -> str | None:
    """What keeps these from signing developer tokens, in a sentence; None for nothing."""
    try:
        _ids(client_id)
        _key(client_secret)
    except ApplicationMissing as error:
        text = str(error)
        return f"{text[0].upper()}{text[1:]}."
    return None


def _ids(client_id: str) -> tuple[str, str]:
    """The team's id and the key's."""
    ids = _IDS.fullmatch(client_id)
    if ids is None:
        raise ApplicationMissing(
            "the client id must be a team id, a dot and a key id, each of ten capital letters and digits"
        )
    return ids[1], ids[2]


def _key(text: str) -> "EllipticCurvePrivateKey":
    """The key of a .p8 file: PKCS 8 in base64, with or without its first and last line."""
    from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey
    from cryptography.hazmat.primitives.serialization import load_der_private_key

    invalid = ApplicationMissing(
        "the Apple Music client secret must be a MusicKit private key: the contents of its .p8 file"
    )
    try:
        key = load_der_private_key(base64.b64decode(re.sub(r"-----[A-Z ]+-----|\s", "", text), validate=True), None)
    except (ValueError, TypeError, binascii.Error):
        # The error's own text may contain parts of the key.
        raise invalid from None
    if not isinstance(key, EllipticCurvePrivateKey) or not isinstance(key.curve, SECP256R1):
        raise invalid
    return key


def _part(value: object) -> str:
    return _text(json.dumps(value, separators=(",", ":")).encode())


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
