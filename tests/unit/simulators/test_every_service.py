"""What holds for every service, whichever lists it has: a new one joins with a row."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from local.simulators.apple_music import AppleMusic
from local.simulators.frame.service import Endpoint, Service
from local.simulators.lastfm import Lastfm
from local.simulators.soundcloud import Soundcloud
from local.simulators.spotify import Spotify
from local.simulators.youtube_music import YouTubeMusic

Start = Callable[..., Any]
PLAYLISTS = {"playlists": 5, "playlist_entries": 90, "long_playlist": 40}
LIBRARY = {"saved_tracks": 60, "saved_albums": 30, "followed_artists": 60, **PLAYLISTS}
SERVICES: dict[str, tuple[type[Service], dict[str, Any]]] = {
    "spotify": (Spotify, {**LIBRARY, "followed_playlists": 1}),
    "spotify, transitional": (Spotify, {**LIBRARY, "followed_playlists": 1, "regime": "transitional"}),
    "spotify, legacy": (Spotify, {**LIBRARY, "followed_playlists": 1, "regime": "legacy"}),
    "apple_music": (AppleMusic, LIBRARY),
    "youtube_music": (YouTubeMusic, {**PLAYLISTS, "saved_tracks": 60, "followed_artists": 60}),
    "lastfm": (Lastfm, {"scrobbles": 120, "loved_tracks": 60, "top_tracks": 60, "top_artists": 55}),
    # Liked playlists come on the pages of liked albums, which have a test of their own.
    "soundcloud": (Soundcloud, {**LIBRARY, "saved_albums": 60, "long_playlist": 70, "liked_playlists": 0}),
}
"""A service, and options that make its lists longer than a page, but small."""

Row = tuple[type[Service], dict[str, Any]]
each_service = pytest.mark.parametrize("row", SERVICES.values(), ids=SERVICES)


def lists(service: Any, truth: Any) -> Iterator[tuple[Endpoint, str, Any]]:
    """Every list of a listener that can be read: its endpoint, its name, and what is in it."""
    for data_type, held in truth.items():
        endpoints = [endpoint for endpoint in service.endpoints if endpoint.list == data_type]
        named = list(held.items() if isinstance(held, dict) else [("", held)])
        # Of several endpoints each serves the list of one name.
        for place, (name, entries) in enumerate(named):
            if entries is not None:
                yield endpoints[place % len(endpoints)], name, entries


@each_service
def test_the_pages_of_every_list_are_the_truth(start: Start, row: Row) -> None:
    """Whatever their size is; a page is as long as the service makes it, and tells how many entries there are."""
    service, options = row
    account = start(service, **options).log_in()
    for endpoint, name, entries in lists(service, account.truth()):
        first = account.call(endpoint, name)
        if not entries and first.status_code == 404:
            continue
        page, total, _ = account.parts(first.json())
        assert page == entries[: endpoint.default], (endpoint.path, name)
        assert str(total) == (str(len(entries)) if endpoint.counted else "None"), (endpoint.path, name)
        for limit in (7, endpoint.most):
            assert account.whole(endpoint, name, limit=limit) == entries, (endpoint.path, name, limit)


@each_service
def test_a_page_has_bounds(start: Start, row: Row) -> None:
    service, options = row
    account = start(service, **options).log_in()
    for endpoint, name, _ in lists(service, account.truth()):
        if not endpoint.pages.sized:
            continue
        for limit in (0, endpoint.most + 1, -1, "ten", "1.5", "\u0663"):
            assert account.call(endpoint, name, limit=limit).status_code == 400, (endpoint.path, limit)


@each_service
def test_sizes_are_kept_to(row: Row) -> None:
    service, options = row
    data = service(service.options_type(**options)).truth("ana")["data"]
    for data_type in data.keys() - {"playlists"}:
        kind = service.library_type.LISTS[data_type]
        if (size := options.get(kind.size or data_type)) is not None:
            held = data[data_type].values() if isinstance(data[data_type], dict) else [data[data_type]]
            assert {len(entries) for entries in held} == {size}, data_type


@each_service
def test_a_seed_and_a_name_are_the_same_listener_everywhere(row: Row) -> None:
    service, options = row
    first, again, other = (service(service.options_type(**options, seed=seed)) for seed in (1, 1, 2))
    truth = first.truth("ana")
    assert again.truth("ana") == truth
    for different in (other.truth("ana"), first.truth("ben")):
        assert all(truth["data"][data_type] != lists for data_type, lists in different["data"].items())


@each_service
def test_what_was_allowed_outlives_a_restart(start: Start, row: Row, tmp_path: Path) -> None:
    """In a file for its owner alone; what was taken back stays so, and what is short-lived is gone."""
    service, options = row
    file = tmp_path / "grants.json"
    before = start(service, grants=file, **options)
    ana, _ = before.log_in(), before.log_in("ben")
    before.control("POST", "/listeners/ben", {"revoke": True})
    accounts, after = before.service.accounts, start(service, grants=file, **options).service.accounts
    lasting = {key: grant for key, grant in accounts.grants.items() if grant.kind in accounts.LASTING}
    assert after.grants == lasting
    assert {grant.until for grant in lasting.values() if grant.listener == "ben"} >= {0}
    assert after.listener_behind(ana.access) == "ana"
    assert ana.access in after.secrets
    assert file.stat().st_mode & 0o777 == 0o600
