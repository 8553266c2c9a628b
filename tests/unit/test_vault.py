"""Sealed tokens open for their own user and provider alone."""

from datetime import UTC, datetime

import pytest

from blendify.vault import LARGEST, SealBroken, TokenSet, TooLarge, seal, unseal

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
    with pytest.raises(TooLarge, match=str(LARGEST)):
        seal(TokenSet("a" * LARGEST, "r", TOKENS.expires_at), provider="spotify", user_id="ua")


def test_tokens_hide_from_repr() -> None:
    """A token set in a log line or a traceback shows no token."""
    assert "access-1" not in repr(TOKENS)
    assert "refresh-1" not in repr(TOKENS)
