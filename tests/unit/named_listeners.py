"""Listeners whom others can name: connected, with plays, in blends with each other."""

from collections.abc import Iterable
from datetime import timedelta

from blendify.access import connections, users
from blendify.access.connections import Grant
from blendify.blends import membership
from blendify.core import times
from blendify.providers.provider import Profile
from tests.unit.insights_stories import Messages, Story

SYNC = "2026-11-27T21:00:00.000Z"


def connected(user_id: str, name: str, provider: str = "spotify") -> None:
    """Give the user a connection to a service under this name."""
    grant = Grant("default", (), b"", times.now() + timedelta(hours=1))
    connections.connect(user_id, provider, Profile(name.casefold(), name.casefold(), name), grant)


def plays(name: str, artists: Iterable[str], messages: Messages) -> str:
    """A connected listener who played a song of each of these artists; returns their id."""
    story = Story(users.find_or_create_user("spotify", name.casefold()))
    connected(story.user_id, name)
    story.append(*(story.play(SYNC, "spotify", f"{artist}/One", "2026-11-27T20:00:00.000Z") for artist in artists))
    story.forwarded()
    messages.work()
    return story.user_id


def blended(*user_ids: str) -> None:
    """Put them into one blend."""
    made = membership.make(user_ids[0])
    assert made is not None
    for user_id in user_ids[1:]:
        membership.join(user_id, made[1])
