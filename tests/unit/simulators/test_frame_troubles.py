"""Every trouble of the table, on the songs that a listener saved, at every service."""

import gzip
import json
import re
import time
from collections.abc import Callable
from importlib import import_module
from typing import Any

import pytest
import requests

from local.paths import ROOT
from local.simulators.__main__ import SERVICES
from local.simulators.apple_music import AppleMusic
from local.simulators.frame.faults import TROUBLES
from local.simulators.frame.service import Service
from local.simulators.lastfm import Lastfm
from local.simulators.spotify import Spotify
from tests.unit.simulators.visitor import SpotifyVisitor

SAVED = 14
CONNECTION = {"reset", "stall", "dribble", "endless"}
"""What needs a socket."""
ELSEWHERE = {
    Spotify: {"genres_change", "numbers_plain"},
    AppleMusic: {"numbers_plain"},
    Lastfm: {"genres_change", "numbers_huge", "names_corrected", "count_text", "numbers_text"},
}
"""What shows in other lists, or not at this service."""


class Songs:
    """One listener's songs at one service, as an application reads them."""

    def __init__(self, visitor: Any, service: type[Service]) -> None:
        self.visitor, self.service = visitor, service
        self.account = visitor.log_in()
        (self.list,) = [each for each in service.endpoints if each.list == "saved_tracks"]

    def get(self, start: int = 4, limit: int = 4) -> requests.Response:
        more = {"include": "catalog", "extend": "dateAdded"} if self.service is AppleMusic else {}
        answer: requests.Response = self.account.call(self.list, **self.account.place(start, limit), **more)
        return answer

    def page(self, start: int = 4, limit: int = 4) -> tuple[list[Any], Any, bool]:
        """The entries, the count as it is written, and whether there is more."""
        response = self.get(start, limit)
        assert response.status_code == 200, response.text
        entries, total, following = self.account.parts(response.json())
        return entries, total, following is not None

    def truth(self) -> list[Any]:
        self.get()
        entries: list[Any] = self.account.truth()["saved_tracks"]
        return entries

    def trouble(self, name: str, **more: Any) -> None:
        self.visitor.fault(f"GET {self.list.path}", trouble=name, **more)


@pytest.fixture(params=[Spotify, AppleMusic, Lastfm], ids=lambda service: service.__name__)
def songs(request: pytest.FixtureRequest, start: Callable[..., Any]) -> Songs:
    service = request.param
    name = "loved_tracks" if service is Lastfm else "saved_tracks"
    few = dict.fromkeys(service.options_type.sizes(), 2)
    return Songs(start(service, **{**few, name: SAVED}), service)


def test_each_trouble_shows_once_and_passes(songs: Songs) -> None:
    """Alone, so often as it was asked for; all other answers are true."""
    true = songs.get().content
    last = songs.get(12).content
    shown = set()
    for name in {*TROUBLES, *songs.service.troubles.refusals} - CONNECTION:
        narrow: dict[str, Any] = {"limits": [4, None]} if name == "broken_large_pages" else {}
        narrow |= {"offsets": [4, None]} if name == "broken_behind" else {}
        narrow |= {"share": 1} if name == "refused_now_and_then" else {}
        songs.trouble(name, times=1, ban_seconds=0, **narrow)
        answers = [songs.get().content, songs.get(12).content]
        if answers != [true, last]:
            shown.add(name)
        songs.visitor.control("DELETE", "/faults")
        assert [songs.get().content, songs.get(12).content] == [true, last], name
    expected = (
        {*TROUBLES, *songs.service.troubles.refusals} - CONNECTION - ELSEWHERE[songs.service] - {"profile_without_ids"}
    )
    assert shown == expected
    served = songs.visitor.counters()["faults_served"]
    assert {name: count for name, count in served.items() if name != "count_text"} == dict.fromkeys(
        expected - {"count_text"}, 1
    )


def test_the_docs_name_every_trouble() -> None:
    docs = (ROOT / "docs" / "contributing.md").read_text(encoding="utf-8")
    table = docs.partition("| troubles |")[2].partition("\n\n")[0]
    named = {word for line in table.splitlines()[2:] for word in re.findall(r"`(\w+)`", line.split("|")[1])}
    services = [import_module(f"local.simulators.{name}").SERVICE for name in SERVICES]
    assert named == {*TROUBLES, *(refusal for service in services for refusal in service.troubles.refusals)}


def test_a_count_may_be_off_here_and_there(songs: Songs) -> None:
    counts = {}
    for name in ("count_too_high", "count_too_low", "count_huge", "count_null", "count_absent", "count_float"):
        songs.trouble(name, times=1)
        counts[name] = songs.page()[1]
    written = str if songs.service is Lastfm else int
    assert counts == {
        "count_too_high": written(15),
        "count_too_low": written(13),
        "count_huge": written(2_000_000),
        "count_null": None,
        "count_absent": None,
        "count_float": 14.0,
    }
    songs.trouble("count_differs_by_page")
    assert [songs.page(start)[1] for start in (0, 4, 12)] == [written(14), written(11), written(11)]


def test_a_list_may_seem_to_end_early(songs: Songs) -> None:
    """What stands behind is served to a caller who asks."""
    songs.trouble("ends_early", edit={"ends_at": 8})
    pages = [songs.page(start) for start in (0, 4, 8, 12)]
    assert [more for _, _, more in pages] == [True, False, False, False]
    assert {str(total) for _, total, _ in pages} == {"8"}
    assert [entry for entries, _, _ in pages for entry in entries] == songs.truth()


def test_pages_may_be_smaller_and_larger_and_overlap(songs: Songs) -> None:
    truth = songs.truth()
    songs.trouble("pages_smaller", times=2)
    second = songs.page(3, 3) if songs.service is Lastfm else songs.page(3)
    assert (songs.page(0)[0], second[0]) == (truth[:3], truth[3:6])
    songs.visitor.control("DELETE", "/faults")
    songs.trouble("pages_larger", times=1)
    assert songs.page() == (truth[4:9], *songs.page()[1:])
    songs.trouble("pages_overlap", times=2)
    assert [songs.page(start)[0] for start in (0, 4)] == [truth[:4], truth[3:8]]


def test_entries_may_come_twice_be_hidden_or_missing(songs: Songs) -> None:
    """The count is that of the places, so that it tells of nobody who is not there, or of too many."""
    truth, pages = songs.truth(), (0, 4, 8, 12)

    def served() -> tuple[list[Any], set[str]]:
        read = [songs.page(start) for start in (*pages, 16)] if songs.service is not AppleMusic else []
        read = read or [songs.page(start) for start in pages]
        songs.visitor.control("DELETE", "/faults")
        return [entry for entries, _, _ in read for entry in entries], {str(total) for _, total, _ in read}

    songs.trouble("entry_twice")
    assert served() == ([*truth[:4], *truth[3:]], {"15"})
    songs.trouble("entry_hidden")
    assert served() == ([*truth[:4], truth[3], *truth[5:]], {"14"})
    songs.trouble("entries_missing")
    assert served() == (truth if songs.service is not AppleMusic else truth[:13], {"17"})


def test_fields_change_and_the_entry_stays(songs: Songs) -> None:
    """Half of the dates are missing; the pictures of another day are others."""
    songs.trouble("dates_missing")
    missing = sum(
        all(name not in json.dumps(entry) for name in ("added_at", "dateAdded", "uts")) for entry in songs.page()[0]
    )
    assert missing == 2
    songs.visitor.control("DELETE", "/faults")
    songs.trouble("pictures_change")
    first = songs.get().text
    songs.visitor.clock.now += 86_400
    songs.account = songs.visitor.log_in()
    assert "://day-" in first
    assert songs.get().text != first


def test_numbers_have_other_forms(songs: Songs) -> None:
    true = json.loads(songs.get().content, parse_int=str)
    songs.trouble("numbers_float")
    floats = songs.get()
    assert ".0" in floats.text
    assert json.loads(floats.content, parse_float=lambda text: text.removesuffix(".0")) == true
    if songs.service is not Lastfm:
        songs.visitor.control("DELETE", "/faults")
        songs.trouble("numbers_text")
        assert songs.get().json() == true


def test_bytes_are_damaged(songs: Songs) -> None:
    true = songs.get()
    for name in ("body_with_bom", "body_controls", "body_gzip"):
        songs.trouble(name, times=1)
    bom, controls, packed = (songs.get() for _ in range(3))
    assert bom.content == b"\xef\xbb\xbf" + true.content
    with pytest.raises(ValueError, match="control character"):
        json.loads(controls.content)
    assert json.loads(controls.content, strict=False).keys() > true.json().keys()
    assert (packed.headers["content-encoding"], gzip.decompress(packed.content)) == ("gzip", true.content)


def test_troubles_may_be_narrowed(songs: Songs) -> None:
    """To pages by place or size, to each call once, to a share of the calls, to every other day."""
    songs.trouble("broken_page")
    assert [songs.get(start).status_code // 100 for start in (0, 4, 8)] == [2, 5, 2]
    songs.visitor.control("DELETE", "/faults")
    songs.trouble("broken_large_pages", limits=[8, None])
    assert [songs.get(0, limit).status_code // 100 for limit in (4, 8)] == [2, 5]
    songs.visitor.control("DELETE", "/faults")
    songs.trouble("refused_404", each=True, times=1)
    assert [songs.get(start).status_code != 200 for start in (0, 4, 4, 0)] == [True, True, False, False]
    songs.visitor.control("DELETE", "/faults")
    songs.trouble("refused_now_and_then")
    assert 5 < sum(songs.get().status_code != 200 for _ in range(60)) < 25
    songs.visitor.control("DELETE", "/faults")
    songs.trouble("unavailable", other_days=True)
    answers = []
    for _ in range(4):
        songs.account = songs.visitor.log_in()
        answers.append(songs.get().status_code)
        songs.visitor.clock.now += 86_400
    assert answers in ([200, 503, 200, 503], [503, 200, 503, 200])


def test_a_ban_may_be_shorter_than_it_tells(songs: Songs) -> None:
    songs.trouble("throttled_years", times=1)
    response = songs.get()
    assert (response.status_code, response.headers["retry-after"]) == (429, "999999999") or songs.service is Lastfm
    assert "429" in str(songs.get().status_code) or songs.service is Lastfm
    songs.visitor.clock.now += 61
    assert songs.get().status_code == 200


def test_slow_and_endless_answers(start: Callable[..., SpotifyVisitor]) -> None:
    """Byte by byte, and without an end; a caller who hangs up keeps nobody waiting."""
    visitor = start(Spotify, on_socket=True, saved_tracks=0)
    account = visitor.log_in()
    true = account.get("/me/tracks").content
    visitor.fault("GET /v1/me/tracks", trouble="dribble", seconds=0.0001, times=1)
    assert account.get("/me/tracks").content == true
    visitor.fault("GET /v1/me/tracks", trouble="dribble", seconds=0.1, times=1)
    visitor.fault("GET /v1/me/tracks", trouble="endless", times=1)
    head = {"authorization": f"Bearer {account.access}"}
    for least in (2, 1 << 20):
        begun = time.monotonic()
        with visitor.session.get(f"{visitor.base}/v1/me/tracks", headers=head, stream=True, timeout=5) as response:
            count = 0
            for piece in response.iter_content(1 if least == 2 else 65_536):
                count += len(piece)
                if count >= least:
                    break
        assert time.monotonic() - begun < 5
    assert account.get("/me/tracks").content == true
