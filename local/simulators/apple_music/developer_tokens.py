"""The tokens by which the service knows the application: JSON web tokens of its developer, verified to the last bit."""

import json
import re
from base64 import urlsafe_b64decode
from collections.abc import Callable
from typing import Any, cast

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_public_key

LONGEST_LIFE = 15_777_000
"""Seconds from `iat` to `exp` at most: six months."""

_HALF = 32
_CLOCKS_DIFFER_BY = 60


class DeveloperTokens:
    """
    Accepts what one MusicKit key of one team has signed.

    Header  {"alg": "ES256", "kid": key id}
    Claims  {"iss": team id, "iat": seconds, "exp": seconds, "origin": [addresses of web pages], optional}
    """

    def __init__(self, public_key: str, team_id: str, key_id: str, clock: Callable[[], float]) -> None:
        self._key = cast("EllipticCurvePublicKey", load_pem_public_key(public_key.encode()))
        self._team_id = team_id
        self._key_id = key_id
        self._clock = clock

    def accepts(self, token: str, origin: str | None = None) -> bool:
        """Whether a token holds now; `origin` is the page that a browser calls from, None for other callers."""
        parts = token.split(".")
        if len(parts) != 3 or not all(re.fullmatch(r"[A-Za-z0-9_-]+", part) for part in parts):
            return False
        header, claims = _object(parts[0]), _object(parts[1])
        if header.get("alg") != "ES256" or header.get("kid") != self._key_id or claims.get("iss") != self._team_id:
            return False
        return (
            self._in_time(claims.get("iat"), claims.get("exp"))
            and _from_there(origin, claims.get("origin"))
            and self._signed(f"{parts[0]}.{parts[1]}".encode(), _bytes(parts[2]))
        )

    def _in_time(self, begin: object, end: object) -> bool:
        if type(begin) is not int or type(end) is not int:
            return False
        now = self._clock()
        return begin <= now + _CLOCKS_DIFFER_BY and now < end <= begin + LONGEST_LIFE

    def _signed(self, message: bytes, signature: bytes) -> bool:
        """The two numbers of a signature stand side by side in a JWT (RFC 7518, 3.4), and in ASN.1 elsewhere."""
        if len(signature) != 2 * _HALF:
            return False
        numbers = int.from_bytes(signature[:_HALF]), int.from_bytes(signature[_HALF:])
        try:
            self._key.verify(encode_dss_signature(*numbers), message, ECDSA(SHA256()))
        except InvalidSignature:
            return False
        return True


def _from_there(origin: str | None, allowed: object) -> bool:
    if origin is None or allowed is None:
        return True
    return isinstance(allowed, list) and origin in allowed


def _bytes(part: str) -> bytes:
    return urlsafe_b64decode(part + "=" * (-len(part) % 4)) if len(part) % 4 != 1 else b""


def _object(part: str) -> dict[str, Any]:
    """What a part of a token says; empty if it says nothing."""
    try:
        value = json.loads(_bytes(part))
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}
