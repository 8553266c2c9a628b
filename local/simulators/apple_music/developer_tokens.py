"""The tokens by which the service knows the application: JSON web tokens of its developer, verified to the last bit."""

import json
from base64 import b64decode
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
        try:
            header, claims, signature = map(_decoded, token.split("."))
            self._verify(token.rpartition(".")[0].encode(), signature)
            return self._holds(json.loads(header), json.loads(claims), origin)
        except (ValueError, KeyError, TypeError, InvalidSignature):
            return False

    def _holds(self, header: Any, claims: Any, origin: str | None) -> bool:
        begin, end, allowed = claims["iat"], claims["exp"], claims.get("origin")
        now = self._clock()
        return (
            (header["alg"], header["kid"], claims["iss"]) == ("ES256", self._key_id, self._team_id)
            and type(begin) is type(end) is int
            and begin <= now + _CLOCKS_DIFFER_BY
            and now < end <= begin + LONGEST_LIFE
            and (origin is None or allowed is None or (isinstance(allowed, list) and origin in allowed))
        )

    def _verify(self, message: bytes, signature: bytes) -> None:
        """The two numbers of a signature stand side by side in a JWT (RFC 7518, 3.4), and in ASN.1 elsewhere."""
        if len(signature) != 2 * _HALF:
            raise InvalidSignature
        numbers = int.from_bytes(signature[:_HALF]), int.from_bytes(signature[_HALF:])
        self._key.verify(encode_dss_signature(*numbers), message, ECDSA(SHA256()))


def _decoded(part: str) -> bytes:
    """Raises ValueError for anything but the letters of a token."""
    return b64decode(part + "=" * (-len(part) % 4), altchars=b"-_", validate=True)
