"""What is known of SoundCloud: single-use tokens, pages that lead on, what a caller must ask for, how it refuses."""

from collections.abc import Callable
from typing import Any

import pytest

from local.simulators.frame.bans import RateLimit
from local.simulators.soundcloud import Soundcloud
from tests.unit.simulators.soundcloud_visitor import LINKED, SoundcloudAccount, SoundcloudVisitor
from tests.unit.simulators.visitor import SECRET

Start = Callable[..., Any]


@pytest.fixture
def soundcloud(start: Start) -> SoundcloudVisitor:
    visitor: SoundcloudVisitor = start(
        Soundcloud, saved_tracks=230, saved_albums=40, liked_playlists=9, long_playlist=150
    )
    return visitor


@pytest.fixture
def ana(soundcloud: SoundcloudVisitor) -> SoundcloudAccount:
    return soundcloud.log_in()


def test_a_refresh_token_works_once(soundcloud: SoundcloudVisitor) -> None:
    """The answer has the next one. The secret is proved in the form, and errors are in `message`."""
    tokens = soundcloud.redeem(soundcloud.code()).json()
    assert (tokens["scope"], tokens["expires_in"]) == ("", 3600)
    renewed = soundcloud.refresh(tokens["refresh_token"]).json()
    assert renewed["refresh_token"] != tokens["refresh_token"]
    again = soundcloud.refresh(tokens["refresh_token"])
    assert (again.status_code, again.json()["message"]) == (400, "invalid_grant")
    wrong = soundcloud.token(grant_type="refresh_token", refresh_token=renewed["refresh_token"], client_secret="no")
    assert wrong.json()["message"] == "invalid_client"
    header = soundcloud.session.post(
        f"{soundcloud.base}/oauth/token",
        data={"grant_type": "refresh_token", "refresh_token": renewed["refresh_token"]},
        auth=("simulated-client", SECRET),
    )
    assert header.json()["message"] == "invalid_client"
    assert soundcloud.refresh(renewed["refresh_token"]).status_code == 200


def test_consent_needs_a_challenge_and_no_scope(soundcloud: SoundcloudVisitor) -> None:
    assert soundcloud.authorize().status_code == 200
    assert "invalid_request" in soundcloud.authorize(code_challenge=None).headers["location"]
    assert soundcloud.redeem(soundcloud.code(), code_verifier="another").json()["message"] == "invalid_grant"


def test_a_token_is_sent_by_a_scheme_of_its_own(soundcloud: SoundcloudVisitor, ana: SoundcloudAccount) -> None:
    bearer = soundcloud.session.get(f"{soundcloud.base}/me", headers={"authorization": f"Bearer {ana.access}"})
    assert (bearer.status_code, bearer.json()["errors"]) == (401, [{"error_message": "No access token"}])
    assert ana.get("/me").json()["urn"].startswith("soundcloud:users:")


def test_blocked_tracks_of_a_playlist_are_shown_on_request(ana: SoundcloudAccount) -> None:
    """Likes show them anyway."""
    lists = ana.truth()["playlist_tracks"]
    name = max(lists, key=lambda each: len(lists[each]))
    path = f"/playlists/{name}/tracks"
    some = ana.get(path, linked_partitioning="true", limit=200).json()["collection"]
    every = ana.get(path, **LINKED, limit=200).json()["collection"]
    assert {track["access"] for track in some} == {"playable", "preview"}
    assert {track["access"] for track in every} == {"playable", "preview", "blocked"}
    assert len(some) < len(every) == 150
    likes = ana.get("/me/likes/tracks", linked_partitioning="true", limit=200).json()["collection"]
    assert "blocked" in {track["access"] for track in likes}


def test_a_page_may_be_short_and_lead_on(ana: SoundcloudAccount) -> None:
    """The profile counts what no page shows."""
    first = ana.get("/me/likes/tracks", **LINKED, limit=100).json()
    assert len(first["collection"]) < 100
    second = ana.following(first)
    last = ana.following(second)
    assert "next_href" in second
    assert "next_href" not in last
    shown = [*first["collection"], *second["collection"], *last["collection"]]
    assert shown == ana.truth()["saved_tracks"]
    assert len(shown) < ana.get("/me").json()["likes_count"] == 230


def test_a_cursor_outlives_its_entry(ana: SoundcloudAccount) -> None:
    """Nothing is passed over when the last entry of a page, or one before it, leaves the list."""
    before = ana.truth()["saved_tracks"]
    first = ana.get("/me/likes/tracks", **LINKED, limit=10).json()
    ana.change("remove", "saved_tracks", position=9)
    ana.change("remove", "saved_tracks", position=2)
    assert ana.following(first)["collection"] == before[10:20]


def test_albums_stand_among_liked_playlists(ana: SoundcloudAccount) -> None:
    """Newest first by the moment of the like. Own ones are elsewhere, some of them albums or private."""
    page = ana.get("/me/likes/playlists", **LINKED, limit=200).json()["collection"]
    albums = [entry for entry in page if entry["playlist_type"]]
    assert albums == ana.truth()["saved_albums"]
    assert (len(page), len(albums)) == (49, 40)
    own = ana.get("/me/playlists", **LINKED, limit=200).json()["collection"]
    assert [entry for entry in [*own, *page] if entry not in albums] == ana.truth()["playlists"]
    me = ana.get("/me").json()
    assert me["playlist_count"] + me["private_playlists_count"] == len(own)
    assert {entry["sharing"] for entry in own} == {"public", "private"}
    assert "album" in {entry["playlist_type"] for entry in own}


def test_a_track_that_is_played_again_moves_to_the_front(ana: SoundcloudAccount) -> None:
    before = ana.get("/me/recently-played/tracks").json()["collection"]
    assert len(before) == 25
    number = int(before[7]["urn"].rpartition(":")[2]) - 100_000_000
    ana.change("add", "recently_played", item=number)
    after = ana.get("/me/recently-played/tracks").json()["collection"]
    assert after == [before[7], *before[:7], *before[8:]]


def test_a_rate_limit_tells_its_end_in_the_body(soundcloud: SoundcloudVisitor, ana: SoundcloudAccount) -> None:
    """In no header. The gateway's does not tell it at all."""
    soundcloud.service.traffic.limit = RateLimit(0, 60, 90)
    refused = ana.get("/me")
    assert (refused.status_code, "retry-after" in refused.headers) == (429, False)
    assert refused.json()["errors"][0]["meta"]["reset_time"] == "2026/02/02 02:41:31 +0000"
    soundcloud.service.traffic.limit = soundcloud.service.traffic.ban = None
    soundcloud.service.trouble("throttled_by_gateway", "GET /me", times=1)
    assert ana.get("/me").json() == {"error": "Rate Limit Exceeded"}
    soundcloud.service.trouble("timed_out_upstream", "GET /me", times=1)
    assert (ana.get("/me").status_code, ana.get("/me").status_code) == (504, 200)


@pytest.mark.parametrize(
    ("path", "query", "status"),
    [
        ("/me/likes/tracks", {"cursor": "0"}, 400),
        ("/playlists/soundcloud:playlists:1/tracks", {}, 404),
        ("/me/activities", {}, 404),
        ("/me/playlists", {"limit": "201"}, 400),
    ],
)
def test_what_it_does_not_serve(ana: SoundcloudAccount, path: str, query: dict[str, str], status: int) -> None:
    refused = ana.get(path, **query)
    assert (refused.status_code, refused.json()["code"]) == (status, status)
