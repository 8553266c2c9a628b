"""Every method answers as the real one does: pages, windows, shapes, errors."""

from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree

import pytest

from tests.unit.simulators.lastfm_visitor import KEY, Fan, LastfmVisitor, sign

RECENT, LOVED = "user.getRecentTracks", "user.getLovedTracks"
LISTS = {
    RECENT: ("recenttracks", "track"),
    LOVED: ("lovedtracks", "track"),
    "user.getTopTracks": ("toptracks", "track"),
    "user.getTopArtists": ("topartists", "artist"),
    "library.getArtists": ("artists", "artist"),
}
SHAPES = {
    RECENT: {"artist", "streamable", "image", "mbid", "album", "name", "url", "date"},
    LOVED: {"artist", "streamable", "image", "mbid", "name", "url", "date"},
    "user.getTopTracks": {"artist", "streamable", "image", "mbid", "name", "url", "duration", "playcount", "@attr"},
    "user.getTopArtists": {"streamable", "image", "mbid", "name", "url", "playcount", "@attr"},
    "library.getArtists": {"streamable", "image", "mbid", "name", "url", "playcount", "tagcount"},
}


def leaves(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return [leaf for each in value.values() for leaf in leaves(each)]
    if isinstance(value, list):
        return [leaf for each in value for leaf in leaves(each)]
    return [value]


def moments(page: Any) -> list[int]:
    return [int(row["date"]["uts"]) for row in page["track"]]


@pytest.mark.parametrize("method", LISTS)
def test_a_page_is_written_in_strings(fan: Fan, method: str) -> None:
    root, name = LISTS[method]
    body = fan.read(method)
    page = body[root]

    assert body.keys() == {root}
    assert page.keys() == {name, "@attr"}
    assert page["@attr"].keys() == {"user", "totalPages", "page", "perPage", "total"}
    assert (page["@attr"]["user"], page["@attr"]["page"], page["@attr"]["perPage"]) == ("ana", "1", "50")
    assert all(row.keys() == SHAPES[method] for row in page[name])
    assert {type(leaf) for leaf in leaves(body)} == {str}


@pytest.mark.parametrize("method", LISTS)
def test_pages_together_are_the_list(fan: Fan, method: str) -> None:
    """
    Whatever the limit is; behind the last page is an empty one.
    """
    _, name = LISTS[method]
    small = [row for page in fan.pages(method, limit=37) for row in page[name]]
    (first, *_) = large = list(fan.pages(method, limit=1_000))
    total = int(first["@attr"]["total"])
    (behind,) = fan.read(method, limit=37, page=1_000_000).values()

    assert small == [row for page in large for row in page[name]]
    assert len(small) == total > 0
    assert int(first["@attr"]["totalPages"]) == -(-total // 1_000)
    assert behind[name] == []
    assert behind["@attr"]["total"] == str(total)


@pytest.mark.parametrize(
    ("method", "asked", "number"),
    [
        (RECENT, {"limit": 0}, 6),
        (RECENT, {"limit": 1_001}, 6),
        (RECENT, {"limit": "many"}, 6),
        (RECENT, {"page": 0}, 6),
        (RECENT, {"page": -1}, 6),
        (RECENT, {"page": 1_000_001}, 6),
        (RECENT, {"from": "yesterday"}, 6),
        (RECENT, {"to": "9" * 40}, 6),
        (RECENT, {"user": None}, 6),
        (RECENT, {"user": ""}, 6),
        (RECENT, {"user": "nobody-yet"}, 6),
        ("user.getInfo", {"user": None}, 6),
        ("user.getTopTracks", {"period": "2month"}, 6),
        ("library.getArtists", {"limit": 2_001}, 8),
        (None, {}, 6),
        ("user.getPlaylists", {}, 3),
        (LOVED, {"api_key": "somebody-else"}, 10),
        (LOVED, {"api_key": None}, 10),
    ],
)
def test_a_wrong_call_is_refused(fan: Fan, method: str | None, asked: dict[str, object], number: int) -> None:
    answer = fan.visitor.refused(**{"user": "ana", "method": method, **asked})  # type: ignore[arg-type]

    assert answer[0] == number


@pytest.mark.parametrize(
    ("errors", "statuses"),
    [
        ("mixed", {3: 400, 6: 400, 10: 403, 9: 200, 13: 200}),
        ("ok", dict.fromkeys((3, 6, 10, 9, 13), 200)),
        ("status", {3: 400, 6: 400, 10: 403, 9: 403, 13: 403}),
    ],
)
def test_errors_come_with_the_wished_status(
    start_lastfm: Callable[..., LastfmVisitor], errors: str, statuses: dict[int, int]
) -> None:
    visitor = start_lastfm(errors=errors)
    seen = [
        visitor.refused("user.dance"),
        visitor.refused(LOVED),
        visitor.refused(LOVED, api_key="x"),
        visitor.refused("auth.getSession"),
        visitor.refused(**sign({"method": LOVED, "api_key": KEY, "sk": "x"})),
    ]

    assert dict(seen) == statuses
    missing = visitor.ask(LOVED, user="nobody-yet")
    assert missing.json() == {"message": "User not found", "error": 6}
    assert missing.status_code == (200 if errors == "ok" else 404)


def test_methods_and_users_have_no_case(fan: Fan) -> None:
    """
    An answer names the user as the account does.
    """
    assert fan.visitor.read("USER.getlovedtracks", user="ANA")["lovedtracks"]["@attr"]["user"] == "ana"


def test_calls_may_be_posted(fan: Fan) -> None:
    form = sign({"method": RECENT, "user": "ana", "api_key": KEY, "sk": fan.key, "limit": "3", "format": "json"})
    answer = fan.visitor.session.post(f"{fan.visitor.base}/2.0/", data=form)

    assert answer.json()["recenttracks"] == fan.recent(limit=3)
    assert fan.visitor.session.put(f"{fan.visitor.base}/2.0/", data=form).status_code == 405


def test_a_window_has_its_beginning_and_not_its_end(fan: Fan) -> None:
    every = fan.recent(limit=100)
    begin, end = moments(every)[80], moments(every)[20]
    within = fan.recent(limit=100, **{"from": begin, "to": end})

    assert within["track"] == [row for row in every["track"] if begin <= int(row["date"]["uts"]) < end]
    assert within["@attr"]["total"] == str(len(within["track"]))
    assert fan.recent(**{"from": end, "to": begin})["@attr"]["totalPages"] == "0"


def test_a_window_with_an_end_does_not_shift(fan: Fan) -> None:
    """
    New scrobbles push those on later pages down, but for whoever fixed the end.
    """
    now = int(fan.visitor.clock.now)
    loose, fixed = fan.recent(page=2), fan.recent(page=2, to=now)
    fan.change("scrobble", count=3)

    assert loose == fixed
    assert fan.recent(page=2)["track"][3:] == loose["track"][:-3]
    fan.visitor.clock.now += 60
    fan.change("scrobble", count=3)
    assert fan.recent(to=now + 60, page=2) == fan.recent(page=2, to=now + 60)


def test_scrobbles_come_newest_first(fan: Fan) -> None:
    times = [int(row["date"]["uts"]) for row in fan.everything(RECENT, "track")]

    assert times == sorted(times, reverse=True)
    assert len(times) == 3_000


def test_what_plays_now_is_on_every_page(fan: Fan) -> None:
    """
    Also in windows of long ago and behind the last page; it has no date, and counts for nothing.
    """
    before = fan.recent()
    playing = fan.change("now_playing")
    pages = [fan.recent(page=page) for page in (1, 2, 60, 61)]
    old = fan.recent(limit=1, **{"from": 1, "to": 2})

    for page in [*pages, {"track": [old["track"]] if isinstance(old["track"], dict) else old["track"]}]:
        row = page["track"][0]
        assert (row["name"], row["artist"]["#text"]) == (playing["name"], playing["artist"])
        assert row["@attr"] == {"nowplaying": "true"}
        assert "date" not in row
    assert [len(page["track"]) for page in pages] == [51, 51, 51, 1]
    assert {page["@attr"]["total"] for page in pages} == {"3000"}
    assert pages[0]["track"][1:] == before["track"]
    fan.change("now_playing", on=False)
    assert fan.recent() == before


def test_extended_scrobbles_tell_more(fan: Fan) -> None:
    hearts = {(row["artist"]["name"], row["name"]) for row in fan.everything(LOVED, "track")}
    plain, extended = fan.recent(limit=1_000)["track"], fan.recent(limit=1_000, extended=1)["track"]

    assert [(row["name"], row["date"]) for row in plain] == [(row["name"], row["date"]) for row in extended]
    assert [row["artist"]["#text"] for row in plain] == [row["artist"]["name"] for row in extended]
    assert all(row["artist"].keys() == {"name", "mbid", "url", "image"} for row in extended)
    assert {row["loved"] for row in extended} == {"0", "1"}
    for row in extended:
        assert (row["loved"] == "1") == ((row["artist"]["name"], row["name"]) in hearts)


def test_a_lone_entry_may_come_without_its_list(start_lastfm: Callable[..., LastfmVisitor]) -> None:
    kinds = {}
    for lone in ("limit", "always", "never"):
        fan = start_lastfm(lone=lone, loved_tracks=51).log_in()
        pages = (fan.loved(limit=1), fan.loved(page=2), fan.loved(limit=2), fan.loved(page=3))
        kinds[lone] = [type(page["track"]) for page in pages]

    assert kinds == {
        "limit": [dict, list, list, list],
        "always": [dict, dict, list, list],
        "never": [list, list, list, list],
    }


def test_who_has_nothing_gets_empty_lists(start_lastfm: Callable[..., LastfmVisitor]) -> None:
    fan = start_lastfm(scrobbles=0, loved_tracks=0, top_tracks=0, top_artists=0).log_in()

    for method, (root, name) in LISTS.items():
        page = fan.read(method)[root]
        assert page[name] == []
        assert (page["@attr"]["total"], page["@attr"]["totalPages"], page["@attr"]["page"]) == ("0", "0", "1")
    assert fan.read("user.getInfo")["user"]["playcount"] == "0"


def test_old_answers_have_no_list_where_nothing_is(start_lastfm: Callable[..., LastfmVisitor]) -> None:
    """
    What is told of the list stands where the list would be.
    """
    fan = start_lastfm(empty="text", loved_tracks=0).log_in()
    about = {"user": "ana", "page": "1", "perPage": "50", "total": "0", "totalPages": "0"}

    assert fan.loved() == {"#text": "\n", **about}
    assert fan.recent(page=1_000)["total"] == "3000"
    assert len(fan.recent()["track"]) == 50
    answer = fan.visitor.ask(LOVED, user="ana", format=None)
    assert ElementTree.fromstring(answer.text).findtext("lovedtracks/total") == "0"  # noqa: S314


def test_every_period_has_its_own_tops(fan: Fan) -> None:
    periods = ("7day", "1month", "3month", "6month", "12month", "overall")
    for method, name in (("user.getTopTracks", "track"), ("user.getTopArtists", "artist")):
        tops = [fan.everything(method, name, period=period) for period in periods]
        plays = [[int(row["playcount"]) for row in top] for top in tops]

        assert len({tuple(row["name"] for row in top) for top in tops}) == len(periods)
        assert all([row["@attr"]["rank"] for row in top] == [str(rank) for rank in range(1, 51)] for top in tops)
        assert all(each == sorted(each, reverse=True) for each in plays)
        assert fan.everything(method, name) == tops[-1]


def test_the_profile_counts_what_there_is(fan: Fan) -> None:
    """
    Its date is a string in one place and a number in the other.
    """
    user = fan.read("user.getInfo")["user"]
    artists = fan.everything("library.getArtists", "artist")

    assert user["playcount"] == "3000" == str(sum(int(row["playcount"]) for row in artists))
    assert user["artist_count"] == str(len(artists))
    assert user["registered"] == {"unixtime": str(user["registered"]["#text"]), "#text": user["registered"]["#text"]}
    assert fan.visitor.signed("user.getInfo", sk=fan.key).json()["user"] == user


def test_without_a_format_it_is_xml(fan: Fan) -> None:
    """
    Also where names hold what XML cannot write.
    """
    answer = fan.visitor.ask(RECENT, user="ana", format=None, limit=200)
    refused = fan.visitor.ask(LOVED, user="nobody-yet", format="xml")
    tree, error = ElementTree.fromstring(answer.text), ElementTree.fromstring(refused.text)  # noqa: S314

    assert answer.headers["content-type"].startswith("text/xml")
    assert tree.get("status") == "ok"
    assert tree.find("recenttracks").get("total") == "3000"  # type: ignore[union-attr]
    assert len(tree.findall("recenttracks/track")) == 200
    assert tree.findtext("recenttracks/track/date") == fan.recent()["track"][0]["date"]["#text"]
    assert error.get("status") == "failed"
    assert error.find("error").attrib == {"code": "6"}  # type: ignore[union-attr]
    assert refused.status_code == 404


def test_who_left_is_unknown(fan: Fan) -> None:
    visitor = fan.visitor
    fan.arrange(gone=True)

    assert visitor.refused("user.getInfo", user="ana") == (6, 404)
    assert visitor.signed("user.getInfo", sk=fan.key).json()["error"] == 9
    assert "no listener named" in visitor.decide(visitor.authorize(), decision="allow", listener="ana").text
    fan.arrange(gone=False)
    assert fan.recent()["@attr"]["total"] == "3000"
