"""A listener whose library is a folder of recorded answers, served as they were recorded."""

import json
import re
from pathlib import Path
from typing import Any

from local.simulators.music.chance import base62, digest
from local.simulators.previous.rows import Rows, rows_of
from local.simulators.previous.spotify.catalogue import API, links
from local.simulators.previous.spotify.listening import OpenPlaylist, Play, is_listed, moment
from local.simulators.previous.spotify.regimes import Json, Regime


class RecordedLibrary:
    """
    Only the envelopes of pages are made here; regimes change nothing, as the recordings are of the old one.

    Invented  the profile, from the owner of the recorded playlists; the list entries of playlists of which
              only the contents were recorded; the order of the list
    Borrowed  followed artists are the recorded top artists; all time ranges are the one that was recorded
    Missing   the contents of the recorded list entries: they are served as empty lists
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._top_tracks = self._items("current_users_top_tracks")
        self._top_artists = self._items("current_users_top_artists")
        self._saved_tracks = self._items("current_users_tracks")
        self._saved_albums = self._items("current_users_albums")
        played = self._items("player_recently_played")
        self._plays = [Play(moment(body["played_at"]), body) for body in played]
        self._list: list[Json] = self._items("current_users_playlists")
        self._contents: dict[str, list[Json]] = {head["id"]: [] for head in self._list}
        self._whole: dict[str, Json] = {}
        self._owner = self._list[0]["owner"]
        self.user_id: str = self._owner["id"]
        self._add_whole(self._read("get_playlist"))
        for name in ("playlist_tracks", "playlist_items_episodes_and_tracks"):
            self._add_contents(self._read(name))

    def _read(self, name: str) -> Any:
        return json.loads((self._folder / f"{name}.json").read_text(encoding="utf-8"))

    def _items(self, name: str) -> Any:
        return self._read(name)["items"]

    def _add_whole(self, whole: Json) -> None:
        head = {key: whole[key] for key in self._list[0]}
        head["tracks"] = {key: whole["tracks"][key] for key in ("href", "total")}
        self._list.append(head)
        self._contents[whole["id"]] = whole["tracks"]["items"]
        self._whole[whole["id"]] = whole

    def _add_contents(self, page: Json) -> None:
        found = re.search(r"/playlists/([0-9A-Za-z]{22})/", page["href"])
        if found is None:
            raise ValueError(f"No playlist id in the recorded {page['href']!r}.")
        identity = found[1]
        owner = {"display_name": None, **page["items"][0]["added_by"]}
        head = {
            "collaborative": False,
            "description": "",
            **links("playlist", identity),
            "images": [],
            "name": f"Recorded playlist {identity}",
            "owner": owner,
            "primary_color": None,
            "public": True,
            "snapshot_id": base62(digest(identity)),
            "tracks": {"href": f"{API}/playlists/{identity}/tracks", "total": page["total"]},
        }
        self._list.append({key: head[key] for key in self._list[0]})
        self._contents[identity] = page["items"]

    def profile(self, regime: Regime) -> Json:  # noqa: ARG002
        made = {"country": "FR", "followers": {"href": None, "total": 0}, "images": [], "product": "premium"}
        return dict(sorted({**self._owner, **made, "account_id": base62(digest(self.user_id))}.items()))

    def top_tracks(self, time_range: str, regime: Regime) -> Rows:  # noqa: ARG002
        return rows_of(self._top_tracks)

    def top_artists(self, time_range: str, regime: Regime) -> Rows:  # noqa: ARG002
        return rows_of(self._top_artists)

    def plays(self, regime: Regime) -> list[Play]:  # noqa: ARG002
        return self._plays

    def playlists(self, regime: Regime, scopes: frozenset[str]) -> Rows:  # noqa: ARG002
        return rows_of([head for head in self._list if is_listed(head["public"], head["collaborative"], scopes)])

    def playlist(self, identity: str, regime: Regime, reader: str) -> OpenPlaylist | None:  # noqa: ARG002
        head = next((head for head in self._list if head["id"] == identity), None)
        if head is None:
            return None
        return OpenPlaylist(head, rows_of(self._contents[identity]), self._whole.get(identity))

    def saved_tracks(self, regime: Regime) -> Rows:  # noqa: ARG002
        return rows_of(self._saved_tracks)

    def saved_albums(self, regime: Regime) -> Rows:  # noqa: ARG002
        return rows_of(self._saved_albums)

    def followed_artists(self, regime: Regime) -> Rows:  # noqa: ARG002
        return rows_of(self._top_artists)

    def followed_position(self, artist_id: str) -> int | None:
        ids = [artist["id"] for artist in self._top_artists]
        return ids.index(artist_id) if artist_id in ids else None
