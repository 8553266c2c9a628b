"""
Developer tokens: JSON Web Tokens by which Apple knows the application, signed with its MusicKit private key (ES256).

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
"""Of tokens for our own calls; six months would be the most."""
PAGE_LIFETIME = timedelta(hours=1)
"""Of tokens that stand in a page: longer than a login is good for, and of use to that page's origin alone."""
RENEWED_BEFORE_END = 0.25
"""Part of its lifetime that a token has left when it is made anew."""
_IDS = re.compile(r"([A-Z0-9]{10})\.([A-Z0-9]{10})")


@dataclass(frozen=True)
class _Kept:
    token: str = field(repr=False)
    good_until: float


_kept: dict[tuple[str, str, str | None], _Kept] = {}


def developer_token(application: Application, origin: str | None = None) -> str:
    """
    A token that is good for a while; a warm Lambda signs seldom.

    origin  the one origin from which browsers may use it; without one it is for our own calls

    Raises  ApplicationMissing when the application's ids or key cannot be Apple's
    """
    secret = sha256(application.client_secret.encode()).hexdigest()
    slot, now = (application.client_id, secret, origin), times.now().timestamp()
    kept = _kept.get(slot)
    if kept is None or kept.good_until <= now:
        lifetime = (PAGE_LIFETIME if origin else LIFETIME).total_seconds()
        kept = _Kept(_signed(application, origin, int(now), int(lifetime)), now + lifetime * (1 - RENEWED_BEFORE_END))
        _kept[slot] = kept
    return kept.token


def forget() -> None:
    """Sign anew at the next call."""
    _kept.clear()


def _signed(application: Application, origin: str | None, now: int, lifetime: int) -> str:
    # Only who signs pays for the library: 30 ms at a cold start.
    from cryptography.hazmat.primitives.asymmetric.ec import ECDSA
    from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
    from cryptography.hazmat.primitives.hashes import SHA256

    ids = _IDS.fullmatch(application.client_id)
    if ids is None:
        raise ApplicationMissing("the application needs a team id and a key id of ten capital letters and digits each")
    team_id, key_id = ids.groups()
    claims = {"iss": team_id, "iat": now, "exp": now + lifetime} | ({"origin": [origin]} if origin else {})
    message = f"{_part({'alg': 'ES256', 'kid': key_id})}.{_part(claims)}"
    numbers = decode_dss_signature(_key(application.client_secret).sign(message.encode(), ECDSA(SHA256())))
    return f"{message}.{_text(b''.join(number.to_bytes(32) for number in numbers))}"


def _key(text: str) -> "EllipticCurvePrivateKey":
    """The key of a .p8 file: PKCS 8 in base64, with or without its first and last line."""
    from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey
    from cryptography.hazmat.primitives.serialization import load_der_private_key

    refused = ApplicationMissing("the application's private key is none of MusicKit's: give what its .p8 file holds")
    try:
        key = load_der_private_key(base64.b64decode(re.sub(r"-----[A-Z ]+-----|\s", "", text), validate=True), None)
    except (ValueError, TypeError, binascii.Error):
        # The error's own text may hold parts of the key.
        raise refused from None
    if not isinstance(key, EllipticCurvePrivateKey) or not isinstance(key.curve, SECP256R1):
        raise refused
    return key


def _part(told: object) -> str:
    return _text(json.dumps(told, separators=(",", ":")).encode())


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
