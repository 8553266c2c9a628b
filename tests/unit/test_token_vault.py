"""Sealed tokens open for their own user and provider alone."""

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from blendify.access.token_vault import LARGEST, SealBroken, TokenSet, TokenSetTooLarge, seal, unseal
from blendify.core import aws, times

pytestmark = pytest.mark.usefixtures("aws_in_memory")

TOKENS = TokenSet("access-1", "refresh-1", datetime(2026, 11, 22, 18, tzinfo=UTC))


def test_what_was_sealed_opens_for_its_user() -> None:
    """A round trip loses nothing, to the millisecond."""
    assert unseal(seal(TOKENS, provider="spotify", user_id="ua"), provider="spotify", user_id="ua") == TOKENS


def test_another_users_blob_does_not_open() -> None:
    """Swapping two users' blobs in the table is refused."""
    sealed = seal(TOKENS, provider="spotify", user_id="ua")
    with pytest.raises(SealBroken):
        unseal(sealed, provider="spotify", user_id="ub")


def test_another_providers_blob_does_not_open() -> None:
    """The same user's tokens of one provider are not taken for another's."""
    sealed = seal(TOKENS, provider="spotify", user_id="ua")
    with pytest.raises(SealBroken):
        unseal(sealed, provider="lastfm", user_id="ua")


@pytest.mark.parametrize("place", [-1, -20, 60])
def test_a_changed_byte_does_not_open(place: int) -> None:
    """KMS authenticates what it seals: one flipped bit, wherever it is, is refused."""
    sealed = bytearray(seal(TOKENS, provider="spotify", user_id="ua"))
    sealed[place] ^= 1
    with pytest.raises(SealBroken):
        unseal(bytes(sealed), provider="spotify", user_id="ua")


def test_a_token_set_too_large_for_kms_is_refused() -> None:
    """It is refused with its size, and never cut."""
    with pytest.raises(TokenSetTooLarge, match=str(LARGEST)):
        seal(TokenSet("a" * LARGEST, "r", TOKENS.expires_at), provider="spotify", user_id="ua")


def test_the_previous_refresh_token_is_kept_as_well() -> None:
    """It comes back as it was sealed."""
    tokens = replace(TOKENS, previous_refresh_token="refresh-0")
    assert unseal(seal(tokens, provider="spotify", user_id="ua"), provider="spotify", user_id="ua") == tokens


def test_what_was_sealed_without_a_previous_refresh_token_still_opens() -> None:
    """Sets of three elements are in the table from before there was a fourth; without one they are made the same."""
    plain = json.dumps(["access-1", "refresh-1", times.iso(TOKENS.expires_at)]).encode()
    context = {"purpose": "oauth-token", "provider": "spotify", "user": "ua"}
    kms = aws.client("kms")
    sealed = kms.encrypt(KeyId="alias/tokens", Plaintext=plain, EncryptionContext=context)["CiphertextBlob"]
    assert unseal(sealed, provider="spotify", user_id="ua") == TOKENS
    blob = seal(TOKENS, provider="spotify", user_id="ua")
    assert kms.decrypt(CiphertextBlob=blob, EncryptionContext=context)["Plaintext"] == plain


@pytest.mark.parametrize("more", [0, 1])
def test_a_previous_refresh_token_that_does_not_fit_is_left_out(more: int) -> None:
    """The last byte of KMS is used; beyond it the spare gives way, not the token set."""
    room = LARGEST - len(json.dumps(["", "refresh-1", times.iso(TOKENS.expires_at), "refresh-0"]))
    tokens = replace(TOKENS, access_token="a" * (room + more), previous_refresh_token="refresh-0")
    opened = unseal(seal(tokens, provider="spotify", user_id="ua"), provider="spotify", user_id="ua")
    assert opened == replace(tokens, previous_refresh_token=None if more else "refresh-0")


def test_tokens_hide_from_repr() -> None:
    """A token set in a log line or a traceback shows no token."""
    shown = repr(replace(TOKENS, previous_refresh_token="refresh-0"))
    assert not [token for token in ("access-1", "refresh-1", "refresh-0") if token in shown]
