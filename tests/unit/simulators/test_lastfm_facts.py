"""What is known of Last.fm: tokens and sessions, pages in strings, errors with status 200, what libraries hold."""

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from local.simulators.frame.entries import Entries
from local.simulators.lastfm import Lastfm, Options
from local.simulators.lastfm.catalogue import ODD_TRACKS, STAR, TRACKS, Catalogue
from local.simulators.lastfm.library import PERIODS
from local.simulators.music import words
from tests.unit.simulators.visitor import KEY, REDIRECT_URI, LastfmAccount, LastfmVisitor, returned, sign

Start = Callable[..., LastfmVisitor]
RECENT, LOVED, SESSION = "user.getRecentTracks", "user.getLovedTracks", "auth.getSession"
LISTS = {
    RECENT: ("recenttracks", "track"),
    LOVED: ("lovedtracks", "track"),
    "user.getTopTracks": ("toptracks", "track"),
    "user.getTopArtists": ("topartists", "artist"),
}
SHAPES = {
    RECENT: {"artist", "streamable", "image", "mbid", "album", "name", "url", "date"},
    LOVED: {"artist", "streamable", "image", "mbid", "name", "url", "date"},
    "user.getTopTracks": {"artist", "streamable", "image", "mbid", "name", "url", "duration", "playcount", "@attr"},
    "user.getTopArtists": {"streamable", "image", "mbid", "name", "url", "playcount", "@attr"},
}


def leaves(value: Any) -> list[Any]:
    if isinstance(value, dict | list):
        return [leaf for each in (value.values() if isinstance(value, dict) else value) for leaf in leaves(each)]
    return [value]


def moments(page: Any) -> list[int]:
    return [int(row["date"]["uts"]) for row in page["track"]]


def test_a_listener_who_agrees_is_worth_a_session(lastfm: LastfmVisitor) -> None:
    """The token comes behind the callback's own query, which is left as it was; a refusal adds nothing to it."""
    back = returned(lastfm.decide(lastfm.authorize(), listener="Ana"))
    session = lastfm.signed(SESSION, token=back["token"])["session"]
    assert (set(back), back["nonce"]) == ({"nonce", "token"}, "the nonce")
    assert session.keys() == {"name", "key", "subscriber"}
    assert (session["name"], session["subscriber"]) == ("Ana", 0)
    assert lastfm.decide(lastfm.authorize(), "deny").headers["location"] == lastfm.callback
    without = lastfm.decide(lastfm.authorize(cb=None)).headers["location"]
    assert without.startswith(f"{REDIRECT_URI}?token=")
    assert "no listener named" in lastfm.decide(lastfm.authorize(), listener="not a name").text


@pytest.mark.parametrize(
    "changes",
    [
        {"api_key": "somebody-else"},
        {"api_key": None},
        {"cb": "https://evil.example/callback"},
        {"cb": f"{REDIRECT_URI}/deeper"},
        {"cb": f"{REDIRECT_URI}#fragment"},
    ],
)
def test_a_wrong_question_is_not_asked(lastfm: LastfmVisitor, changes: dict[str, str | None]) -> None:
    page = lastfm.authorize(**changes)
    assert (page.status_code, "<form" in page.text) == (400, False)


def test_a_token_is_good_once_and_for_an_hour(lastfm: LastfmVisitor) -> None:
    once, early, late = (returned(lastfm.decide(lastfm.authorize()))["token"] for _ in range(3))
    wrong = sign({"method": SESSION, "api_key": KEY, "token": once, "format": "json"}, "another secret")
    assert lastfm.session.get(f"{lastfm.base}/2.0/", params=wrong).json()["error"] == 13
    lastfm.fault("GET /2.0/?method=auth.getSession", kind="edit", edit={"keep": 0})
    assert "session" in lastfm.signed(SESSION, token=once)
    assert [lastfm.signed(SESSION, token=token)["error"] for token in (once, "never issued")] == [4, 4]
    lastfm.clock.now += 3_599
    assert "session" in lastfm.signed(SESSION, token=early)
    lastfm.clock.now += 1
    assert lastfm.signed(SESSION, token=late)["error"] == 15


def test_signatures_cover_everything_but_the_format(lastfm: LastfmVisitor) -> None:
    """Names sort as they are written, text is UTF-8, and a signature that was not needed is checked as well."""
    url, signed = f"{lastfm.base}/2.0/", sign({"method": SESSION, "api_key": KEY, "token": "é"})
    assert signed["api_sig"] == "df4100f61ed98496f7332ab86603a1d0"
    assert lastfm.session.get(url, params={**signed, "format": "json"}).json()["error"] == 4
    for changed in ({"token": "e"}, {"more": "1"}, {"api_sig": signed["api_sig"][:-1]}, {"api_sig": ""}):
        response = lastfm.session.get(url, params={**signed, "format": "json", **changed})
        assert response.json()["error"] == 13
    assert lastfm.refused(SESSION, token="any") == (13, 200)
    assert lastfm.refused("user.getInfo", user="ana", api_sig="0" * 32) == (13, 200)


def test_a_session_lives_until_it_is_revoked(fan: LastfmAccount) -> None:
    """What is public stays public."""
    lastfm, ben = fan.visitor, fan.visitor.log_in("ben")
    lastfm.clock.now += 10 * 365 * 86_400
    assert lastfm.signed("user.getInfo", sk=fan.access)["user"]["name"] == "ana"
    fan.arrange(revoke=True)
    assert [lastfm.signed("user.getInfo", sk=key)["error"] for key in (fan.access, "never issued")] == [9, 9]
    assert lastfm.signed("user.getInfo", sk=ben.access)["user"]["name"] == "ben"
    assert fan.recent()["@attr"]["user"] == "ana"
    assert lastfm.signed("user.getInfo", sk=lastfm.log_in().access)["user"]["name"] == "ana"


def test_hidden_listening_is_for_its_owner(fan: LastfmAccount) -> None:
    lastfm, ben = fan.visitor, fan.visitor.log_in("ben")
    fan.arrange(hidden=True)
    answers = [lastfm.signed(RECENT, user="ana", sk=each.access).get("error") for each in (ben, fan)]
    assert answers == [17, None]
    assert lastfm.refused(RECENT, user="ana") == (17, 403)
    assert lastfm.refused(RECENT, user="ana", sk=fan.access) == (13, 200)
    assert fan.loved()["@attr"]["total"] == "150"
    fan.arrange(hidden=False)
    assert fan.recent()["@attr"]["total"] == "3000"


@pytest.mark.parametrize("method", LISTS)
def test_everything_is_a_string(fan: LastfmAccount, method: str) -> None:
    """Also numbers; behind the last page is an empty one."""
    root, name = LISTS[method]
    body = fan.visitor.read(method, user="ana")
    assert (body.keys(), body[root].keys()) == ({root}, {name, "@attr"})
    assert {type(leaf) for leaf in leaves(body)} == {str}
    assert all(row.keys() == SHAPES[method] for row in body[root][name])
    about = body[root]["@attr"]
    assert about.keys() == {"user", "totalPages", "page", "perPage", "total"}
    assert (about["user"], about["page"], about["perPage"]) == ("ana", "1", "50")
    total = int(about["total"])
    beyond = fan.read(method, limit=37, page=1_000_000)
    assert (beyond[name], beyond["@attr"]["total"]) == ([], str(total))


@pytest.mark.parametrize(
    ("method", "asked", "number"),
    [
        (RECENT, {"limit": 0}, 6),
        (RECENT, {"limit": 1_001}, 6),
        (RECENT, {"limit": "many"}, 6),
        (RECENT, {"page": 0}, 6),
        (RECENT, {"page": 1_000_001}, 6),
        (RECENT, {"from": "yesterday"}, 6),
        (RECENT, {"to": "9" * 40}, 6),
        (RECENT, {"user": None}, 6),
        (RECENT, {"user": ""}, 6),
        (RECENT, {"user": "nobody-yet"}, 6),
        ("user.getInfo", {"user": None}, 6),
        ("user.getTopTracks", {"period": "2month"}, 6),
        (None, {}, 6),
        ("user.getPlaylists", {}, 3),
        (LOVED, {"api_key": "somebody-else"}, 10),
        (LOVED, {"api_key": None}, 10),
    ],
)
def test_a_wrong_call_is_refused(fan: LastfmAccount, method: str | None, asked: dict[str, object], number: int) -> None:
    assert fan.visitor.refused(method, **{"user": "ana", **asked})[0] == number


def test_some_errors_come_with_status_200(lastfm: LastfmVisitor) -> None:
    unknown = {"method": LOVED, "api_key": KEY, "sk": "x"}
    refused = [
        lastfm.refused("user.dance"),
        lastfm.refused(LOVED),
        lastfm.refused(LOVED, api_key="x"),
        lastfm.refused(SESSION),
        lastfm.refused(LOVED, sk="x", api_sig=sign(unknown)["api_sig"]),
    ]
    assert dict(refused) == {3: 400, 6: 400, 10: 403, 9: 200, 13: 200}
    missing = lastfm.ask(LOVED, user="nobody-yet")
    assert missing.json() == {"message": "User not found", "error": 6}
    assert missing.status_code == 404


def test_calls_may_be_posted_and_names_have_no_case(fan: LastfmAccount) -> None:
    lastfm = fan.visitor
    form = sign({"method": RECENT, "user": "ana", "api_key": KEY, "sk": fan.access, "limit": "3", "format": "json"})
    assert lastfm.session.post(f"{lastfm.base}/2.0/", data=form).json()["recenttracks"] == fan.recent(limit=3)
    assert lastfm.session.post(f"{lastfm.base}/2.0", data=form).json()["recenttracks"] == fan.recent(limit=3)
    assert lastfm.session.put(f"{lastfm.base}/2.0/", data=form).status_code == 400
    assert lastfm.read("USER.getlovedtracks", user="ANA")["lovedtracks"]["@attr"]["user"] == "ana"


def test_a_span_has_its_beginning_and_not_its_end(fan: LastfmAccount) -> None:
    every = fan.recent(limit=100)
    begin, end = moments(every)[80], moments(every)[20]
    within = fan.recent(limit=100, **{"from": begin, "to": end})
    assert within["track"] == [row for row in every["track"] if begin <= int(row["date"]["uts"]) < end]
    assert within["@attr"]["total"] == str(len(within["track"]))
    assert fan.recent(**{"from": end, "to": begin})["@attr"]["totalPages"] == "0"


def test_a_span_with_an_end_does_not_shift(fan: LastfmAccount) -> None:
    """New scrobbles push those on later pages down, unless the end is fixed."""
    now = int(fan.visitor.clock.now)
    loose, fixed = fan.recent(page=2), fan.recent(page=2, to=now)
    fan.change("add", "recently_played", count=3)
    assert loose == fixed
    assert fan.recent(page=2)["track"][3:] == loose["track"][:-3]
    before = fan.recent(page=2, to=now + 1)
    fan.visitor.clock.now += 60
    fan.change("add", "recently_played")
    assert fan.recent(page=2, to=now + 1) == before


def test_what_plays_now_is_on_every_page(fan: LastfmAccount) -> None:
    """Also in spans of long ago and behind the last page; it has no date, and counts for nothing."""
    before, truth = fan.recent(), fan.truth()
    fan.visitor.control("POST", "/listeners/ana", {"playing": 7})
    pages = [fan.recent(page=page) for page in (1, 2, 60, 61)]
    old = fan.recent(limit=1, **{"from": 1, "to": 2})["track"]
    playing = fan.visitor.service.listeners["ana"].library.play(7)
    for row in (*(page["track"][0] for page in pages), old):
        assert row == {**playing, "@attr": {"nowplaying": "true"}}
    assert [len(page["track"]) for page in pages] == [51, 51, 51, 1]
    assert {page["@attr"]["total"] for page in pages} == {"3000"}
    assert pages[0]["track"][1:] == before["track"]
    assert fan.truth() == truth
    fan.arrange(playing=None)
    assert fan.recent() == before
    for wrong in (-1, ODD_TRACKS.stop, True, "7"):
        with pytest.raises(ValueError, match="playing is null, or a number"):
            fan.arrange(playing=wrong)


@pytest.mark.parametrize("lone", [False, True])
def test_a_lone_entry_may_come_without_its_list(start: Start, lone: bool) -> None:
    fan = start(Lastfm, lone=lone, loved_tracks=51).log_in()
    pages = (fan.loved(limit=1), fan.loved(page=2), fan.loved(limit=2), fan.loved(page=3))
    assert [type(page["track"]) for page in pages] == [dict, dict if lone else list, list, list]


def test_an_empty_list_is_a_list(start: Start) -> None:
    fan = start(Lastfm, scrobbles=0, loved_tracks=0, top_tracks=0, top_artists=0).log_in()
    about = {"user": "ana", "page": "1", "perPage": "50", "total": "0", "totalPages": "0"}
    for method, (_, name) in LISTS.items():
        assert fan.read(method) == {name: [], "@attr": about}
    assert fan.read("user.getInfo")["playcount"] == "0"


def test_every_period_has_its_own_tops(fan: LastfmAccount) -> None:
    for method, name in (("user.getTopTracks", "track"), ("user.getTopArtists", "artist")):
        tops = [fan.everything(method, name, period=period) for period in PERIODS]
        assert len({tuple(row["name"] for row in top) for top in tops}) == len(PERIODS)
        for top in tops:
            assert [row["@attr"]["rank"] for row in top] == [str(rank) for rank in range(1, 51)]
            plays = [int(row["playcount"]) for row in top]
            assert plays == sorted(plays, reverse=True)
        assert fan.everything(method, name) == tops[-1]


def test_the_profile_counts_what_there_is(fan: LastfmAccount) -> None:
    """Its date is a string in one place and a number in the other."""
    user = fan.read("user.getInfo")
    artists = {row["artist"]["#text"] for row in fan.truth()["recently_played"]}
    registered = user["registered"]["#text"]
    assert (user["playcount"], user["artist_count"]) == ("3000", str(len(artists)))
    assert user["registered"] == {"unixtime": str(registered), "#text": registered}
    assert isinstance(registered, int)
    assert fan.visitor.signed("user.getInfo", sk=fan.access)["user"] == user


def test_every_call_is_counted_by_its_method(lastfm: LastfmVisitor) -> None:
    """Whatever the case; with its error, also where the status is 200."""
    ana = lastfm.log_in()
    ana.recent()
    lastfm.read("USER.GETRECENTTRACKS", user="ana")
    lastfm.ask(RECENT, user="ana", limit=0)
    lastfm.signed("user.getInfo", sk="never issued")
    lastfm.signed("user.getInfo", sk=ana.access)
    lastfm.ask("user.dance")
    lastfm.session.post(f"{lastfm.base}/2.0/", data={"method": "user.getInfo", "api_key": KEY, "format": "json"})
    lastfm.session.get(f"{lastfm.base}/api/auth/")
    lastfm.session.get(f"{lastfm.base}/2.0/")
    counters = lastfm.counters()
    assert counters["endpoints"] == {
        "GET /2.0/?method=unknown": {"calls": 2, "400 error 3": 1, "400 error 6": 1},
        "GET /2.0/?method=user.getInfo": {"calls": 2, "200 error 9": 1, "200": 1},
        f"GET /2.0/?method={RECENT}": {"calls": 3, "200": 2, "400 error 6": 1},
        "GET /api/auth/": {"calls": 1, "400": 1},
        "POST /2.0/?method=user.getInfo": {"calls": 1, "400 error 6": 1},
    }
    assert counters["listeners"] == {"ana": 4}


def test_failures_have_a_number(fan: LastfmAccount) -> None:
    for wanted in ({"status": 500}, {"status": 503}, {"status": 200, "body": {"error": 16, "message": "Later"}}):
        fan.visitor.fault(f"GET /2.0/?method={RECENT}", times=1, **wanted)
    responses = [fan.visitor.ask(RECENT, user="ana") for _ in range(4)]
    errors = [(each.status_code, each.json().get("error")) for each in responses]
    assert errors == [(500, 8), (503, 11), (200, 16), (200, None)]


def test_a_promise_of_more_is_in_the_number_of_pages(fan: LastfmAccount) -> None:
    """So is the lack of one; the total stays."""
    endpoint = f"GET /2.0/?method={LOVED}"
    for more, page, last in ((False, 1, "1"), (True, 3, "4")):
        fan.visitor.fault(endpoint, kind="edit", edit={"next": more}, times=1)
        about = fan.loved(page=page)["@attr"]
        assert (about["totalPages"], about["total"]) == (last, "150")
    assert fan.loved(page=4)["track"] == []


def test_five_calls_a_second_are_enough(start: Start) -> None:
    """Over all listeners and methods; the refusal never tells when to come again, and refused calls do not count."""
    lastfm = start(Lastfm)
    lastfm.control("POST", "/rate-limit", {"calls": 5, "seconds": 1, "retry_after": None})
    ana, ben = lastfm.log_in(), lastfm.log_in("ben")
    for fan in (ana, ben, ana, ben, ana):
        fan.loved(limit=1)
    refused = lastfm.ask("user.getInfo", user="ben")
    assert (refused.status_code, refused.json()["error"], "retry-after" in refused.headers) == (200, 29, False)
    lastfm.clock.now += 0.9
    assert lastfm.refused("user.getInfo", user="ana") == (29, 200)
    counters = lastfm.counters()
    assert counters["endpoints"]["GET /2.0/?method=user.getInfo"] == {"calls": 2, "200 error 29": 2}
    assert (counters["calls_in_flight_at_ban"], counters["calls_during_ban"]) == (0, 1)
    lastfm.clock.now += 0.1
    assert ana.read("user.getInfo")["name"] == "ana"


def test_hearts_come_and_go(fan: LastfmAccount) -> None:
    before = fan.truth()["saved_tracks"]
    url = fan.change("add", "saved_tracks", item=7)
    assert fan.loved()["track"][0]["url"] == url
    assert fan.truth()["saved_tracks"][1:] == before
    assert fan.change("remove", "saved_tracks") == url
    fan.change("remove", "saved_tracks", position=4)
    assert fan.truth()["saved_tracks"] == before[:4] + before[5:]


def test_only_what_is_asked_for_is_written() -> None:
    """A page of a diary of 200,000 costs no more than any other."""
    library = Lastfm(Options(scrobbles=200_000)).listeners["ana"].library
    scrobbles = library.entries("recently_played")
    rows = library.rows("recently_played", "", None, lambda entries: Entries(entries[100_000:200_000]))
    assert (len(scrobbles), len(rows)) == (200_000, 100_000)
    assert len(rows.cut(99_900, 100_000)) == 100
    assert library.catalogue.track.cache_info().misses <= 100
    assert scrobbles[0].when - scrobbles[199_999].when > 8 * 365 * 86_400


def test_artist_and_name_are_the_identity_of_a_track() -> None:
    """No two tracks share both; with some the MBID, the album or the picture is missing."""
    catalogue = Catalogue(1)
    tracks = [catalogue.track(index) for index in range(0, TRACKS, 11)]
    assert len({(catalogue.artist(track.artist)["name"], track.name) for track in tracks}) == len(tracks)
    assert {catalogue.track(index).name for index in ODD_TRACKS} == set(words.ODD_NAMES)


def test_libraries_hold_the_oddities_of_real_ones(fan: LastfmAccount) -> None:
    """Plays that share a second, two of one track among them; much is unknown of some tracks."""
    rows = fan.truth()["recently_played"]
    keys = [(row["date"]["uts"], row["artist"]["#text"], row["name"]) for row in rows]
    pictures = Counter(row["image"][0]["#text"].rpartition("/")[2] for row in rows)
    assert len({uts for uts, *_ in keys}) < len(set(keys)) < len(keys)
    assert len({key[1:] for key in keys}) < len(rows) / 2
    assert {"", *words.ODD_NAMES[2:5]} < {row["name"] for row in rows}
    for known in (
        [row["mbid"] for row in rows],
        [row["album"]["#text"] for row in rows],
        [row["album"]["mbid"] for row in rows],
        [row["artist"]["mbid"] for row in rows],
    ):
        assert 0 < known.count("") < len(known) / 2
    assert all(row["album"]["mbid"] == "" for row in rows if not row["album"]["#text"])
    assert 0 < pictures[""] < pictures[f"{STAR}.png"] < len(rows) / 2
    assert any(not row["name"].isascii() for row in rows)
    even = Lastfm(Options(oddities=False)).truth("ana")["data"]
    assert len({row["date"]["uts"] for row in even["recently_played"]}) == 3_000
    assert not {row["name"] for row in even["saved_tracks"]} & set(words.ODD_NAMES)
