"""What is known of Apple Music: signed tokens, errors of five digits, an alphabetical library, undated plays."""

from collections.abc import Callable
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from local.simulators.apple_music import AppleMusic, Options
from local.simulators.frame.library import ImpossibleChangeError
from local.simulators.music.recordings import TRACKS, Recordings, album_of, tracks_of
from tests.unit.simulators.apple_music_visitor import HALF_A_DAY, AppleMusicAccount, AppleMusicVisitor, refusal

Start = Callable[..., AppleMusicVisitor]
HALF_A_YEAR = 180 * 86_400
LIBRARY, SONGS, ADDED = "/me/library", "/me/library/songs", "/me/library/recently-added"
PLAYED, SOURCES, ROTATION = "/me/recent/played/tracks", "/me/recent/played", "/me/history/heavy-rotation"
COUNTED = {"saved_tracks": 450, "saved_albums": 120, "followed_artists": 50}
SIZES = {**COUNTED, "playlist_entries": 800, "long_playlist": 320}


@pytest.fixture
def apple(start: Start) -> AppleMusicVisitor:
    return start(AppleMusic, **SIZES)


@pytest.fixture
def ana(apple: AppleMusicVisitor) -> AppleMusicAccount:
    return apple.log_in()


def sizes(ana: AppleMusicAccount) -> dict[str, int]:
    """Of the library's lists, as their pages tell them."""
    paths = dict(zip(COUNTED, ("songs", "albums", "artists"), strict=True))
    return {name: ana.read(f"{LIBRARY}/{path}", limit=1)["meta"]["total"] for name, path in paths.items()}


def position(ana: AppleMusicAccount, data_type: str, thing: int) -> int:
    """Where something stands in the alphabet."""
    return [entry.number for entry in ana.visitor.service.listeners["ana"].library.entries(data_type)].index(thing)


def playlist(ana: AppleMusicAccount, **details: Any) -> str:
    """The path of a new playlist's contents."""
    return f"{LIBRARY}/playlists/{ana.change('add', 'playlists', **details)}/tracks"


def test_two_tokens_open_the_library(ana: AppleMusicAccount) -> None:
    """That of the application, else it is a 401; and that of the listener, else it is a 403."""
    apple, token = ana.visitor, ana.visitor.developer_token()
    assert ana.read("/me/storefront")["data"][0]["type"] == "storefronts"
    assert refusal(apple.ask(SONGS, None, ana.access)) == (401, "40100", "Authentication failed")
    for user in (None, "", "0.invented"):
        assert refusal(apple.ask(SONGS, token, user)) == (403, "40300", "Invalid authentication")
    assert refusal(apple.ask("/catalog/se/songs", "a.b.c", None))[0] == 401
    assert refusal(apple.ask("/catalog/se/songs", token, None))[1] == "40400"
    assert refusal(apple.ask(SONGS, token, ana.access, "DELETE"))[:2] == (405, "40500")


@pytest.mark.parametrize(
    "changes",
    [
        {"alg": "HS256"},
        {"alg": "none"},
        {"alg": None},
        {"kid": "ANOTHERKEY"},
        {"kid": None},
        {"iss": "ANOTHER001"},
        {"iss": None},
        {"iat": None},
        {"exp": None},
        {"iat": "yesterday"},
        {"exp": True},
        {"origin": "everywhere"},
    ],
    ids=str,
)
def test_a_developer_token_is_what_it_must_be(ana: AppleMusicAccount, changes: dict[str, Any]) -> None:
    token = ana.visitor.developer_token(**changes)
    headers = {"Authorization": f"Bearer {token}", "Music-User-Token": ana.access, "Origin": "https://a.example"}
    refused = ana.visitor.session.get(f"{ana.visitor.base}/v1{SONGS}", headers=headers)
    assert refusal(refused)[:2] == (401, "40100")


@pytest.mark.parametrize(
    ("begun", "life", "status"),
    [
        (0, HALF_A_DAY, 200),
        (-HALF_A_DAY, HALF_A_DAY, 401),
        (1 - HALF_A_DAY, HALF_A_DAY, 200),
        (0, 15_777_000, 200),
        (0, 15_777_001, 401),
        (3_600, HALF_A_DAY, 401),
    ],
)
def test_a_developer_token_has_its_time(ana: AppleMusicAccount, begun: int, life: int, status: int) -> None:
    begin = int(ana.visitor.clock()) + begun
    token = ana.visitor.developer_token(iat=begin, exp=begin + life)
    assert ana.visitor.ask(SONGS, token, ana.access).status_code == status


def test_a_signature_is_verified(ana: AppleMusicAccount) -> None:
    """Neither another key's will do, nor a true one below other words, nor none."""
    apple, other = ana.visitor, generate_private_key(SECP256R1())
    pem = other.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    true, older = apple.developer_token(), apple.developer_token(iat=int(apple.clock()) - 1)
    head, _, signature = true.rpartition(".")
    forged = [f"{older.rpartition('.')[0]}.{signature}", f"{head}.", head, f"{head}.{signature[:-4]}", "a.b.c"]
    assert apple.ask(SONGS, true, ana.access).status_code == 200
    for token in (apple.developer_token(pem), *forged):
        assert refusal(apple.ask(SONGS, token, ana.access))[0] == 401


def test_a_developer_token_may_be_for_some_pages_only(ana: AppleMusicAccount) -> None:
    token = ana.visitor.developer_token(origin=["https://a.example"])

    def status(**more: str) -> int:
        headers = {"Authorization": f"Bearer {token}", "Music-User-Token": ana.access, **more}
        answer: int = ana.visitor.session.get(f"{ana.visitor.base}/v1{SONGS}", headers=headers).status_code
        return answer

    assert (status(), status(Origin="https://a.example"), status(Origin="https://b.example")) == (200, 200, 401)


def test_a_listeners_token_lives_for_half_a_year(ana: AppleMusicAccount) -> None:
    ana.visitor.clock.now += HALF_A_YEAR - 1
    assert ana.get(SONGS).status_code == 200
    ana.visitor.clock.now += 1
    assert refusal(ana.get(SONGS))[:2] == (403, "40300")


def test_a_listener_takes_tokens_back(ana: AppleMusicAccount) -> None:
    """All at once, or by signing out in the browser that one alone."""
    apple = ana.visitor
    again, third, ben = apple.log_in(), apple.log_in(), apple.log_in("ben")
    apple.session.post(f"{apple.base}/_simulator/unauthorize", data={"music_user_token": ana.access})
    assert [each.get(SONGS).status_code for each in (ana, again)] == [403, 200]
    ana.arrange(revoke=True)
    assert [each.get(SONGS).status_code for each in (again, third, ben)] == [403, 403, 200]
    assert apple.log_in().get(SONGS).status_code == 200


def test_a_decision_is_made_in_the_browser(apple: AppleMusicVisitor) -> None:
    """Whatever the answer is, a page of another origin can read it."""
    token, address = apple.developer_token(), f"{apple.base}/_simulator/authorize"
    refused = apple.authorize(developer_token="a.b.c")
    assert refusal(refused)[0] == 401
    assert apple.session.get(address).status_code == 405
    assert (apple.authorize(decision="deny").status_code, apple.authorize(decision="perhaps").status_code) == (403, 400)
    assert "no listener named ' '" in apple.authorize(listener=" ").json()["error"]
    assert apple.service.accounts.secrets == []
    given = apple.authorize(developer_token=token)
    assert apple.service.accounts.secrets == [token, given.json()["music_user_token"]]
    preflight = apple.session.options(address)
    assert preflight.status_code == 204
    assert {each.headers["access-control-allow-origin"] for each in (preflight, given, refused)} == {"*"}


def test_the_script_offers_a_name(start: Start) -> None:
    apple = start(AppleMusic, default_listener='</script>"')
    script = apple.session.get(f"{apple.base}/musickit/v3/musickit.js")
    assert script.headers["content-type"].startswith("text/javascript")
    assert 'const firstListener = "\\u003c/script>\\"";' in script.text


def test_a_ban_never_says_how_long_it_lasts(ana: AppleMusicAccount) -> None:
    """Also where a simulator of another service would."""
    ana.visitor.control("POST", "/rate-limit", {"calls": 1, "seconds": 4, "retry_after": "4"})
    answers = [ana.get(SONGS) for _ in range(3)]
    assert [each.status_code for each in answers] == [200, 429, 429]
    assert refusal(answers[1])[:2] == (429, "42900")
    assert not any("retry-after" in each.headers for each in answers)


def test_a_wrong_number_is_named(ana: AppleMusicAccount) -> None:
    """With its bound; behind the end of a list is an empty page."""
    for query, words in (
        ({"limit": 101}, "integer less than or equal to 100, but was: 101"),
        ({"limit": 0}, "integer greater than or equal to 1, but was: 0"),
        ({"offset": "many"}, "integer, but was: many"),
    ):
        refused = ana.get(SONGS, **query)
        assert refusal(refused) == (400, "40005", f"Value must be an {words}")
        assert refused.json()["errors"][0]["source"] == {"parameter": next(iter(query))}
    assert ana.read(SONGS, offset=10_000)["data"] == []


def test_a_link_says_no_more_than_where_to_go_on(ana: AppleMusicAccount) -> None:
    """Also one that is promised by mistake."""
    assert ana.read(SONGS, limit=100, include="catalog")["next"] == "/v1/me/library/songs?offset=100"
    assert "next" not in ana.read(SONGS, limit=100, offset=400)
    ana.visitor.fault(f"GET /v1{SONGS}", kind="edit", edit={"next": True}, times=1)
    assert ana.read(SONGS, offset=440)["next"] == "/v1/me/library/songs?offset=450"


def test_a_library_is_counted_and_alphabetical(ana: AppleMusicAccount) -> None:
    assert sizes(ana) == COUNTED
    for path in ("songs", "albums", "artists", "playlists"):
        names = [name.casefold() for name in ana.names(f"{LIBRARY}/{path}")]
        assert names == sorted(names)


def test_what_was_played_is_fifty_without_moments(ana: AppleMusicAccount) -> None:
    played, sources = ana.everything(PLAYED, limit=30), ana.everything(SOURCES, limit=10)
    assert len(played) == len(sources) == 50
    assert {each["type"] for each in played} == {"songs", "library-songs"}
    assert {each["type"] for each in sources} == {"albums", "library-playlists", "playlists", "stations"}
    assert "meta" not in ana.read(PLAYED)
    assert not any("played" in name.casefold() for each in played for name in each["attributes"])


def test_a_light_listener_has_no_rotation(start: Start) -> None:
    ana = start(AppleMusic, top_tracks=0, plays=0).log_in()
    assert ana.read(ROTATION) == ana.read(PLAYED) == {"data": []}
    with pytest.raises(ValueError, match="plays: there are only 50"):
        Options(plays=51)


def test_what_was_added_comes_newest_first(ana: AppleMusicAccount) -> None:
    rows = ana.everything(ADDED, limit=25, extend="dateAdded")
    dates = [each["attributes"]["dateAdded"] for each in rows]
    assert dates == sorted(dates, reverse=True)
    assert {each["type"] for each in rows} == {"library-songs", "library-albums", "library-playlists"}


def test_nothing_in_a_playlist_is_no_page(ana: AppleMusicAccount) -> None:
    """Past the end and in an empty one there is a 404, which is another than that of no playlist."""
    path, nothing = playlist(ana, entries=130), (404, "40403", "No related resources found for tracks")
    assert len(ana.everything(path)) == ana.read(path)["meta"]["total"] == 130
    assert refusal(ana.get(path, limit=100, offset=130)) == nothing
    assert refusal(ana.get("/me/library/playlists/p.unknown/tracks"))[:2] == (404, "40400")
    empty = playlist(ana)
    assert refusal(ana.get(empty)) == nothing
    identity = ana.change("add", "playlist_tracks", empty.split("/")[-2])
    assert ana.ids(empty) == [identity]
    contents = ana.truth()["playlist_tracks"].values()
    assert (min(map(len, contents)), max(map(len, contents))) == (0, 320)


def test_the_catalogues_object_comes_on_request(ana: AppleMusicAccount) -> None:
    """With the ISRC, for most; some are not linked though they say themselves what they are in the catalogue."""
    songs = ana.everything(SONGS, include="catalog")
    linked = [song for song in songs if song["relationships"]["catalog"]["data"]]
    loose = [song for song in songs if song not in linked]
    assert len(songs) * 0.9 < len(linked) < len(songs)
    for song in linked:
        (known,) = song["relationships"]["catalog"]["data"]
        assert (known["type"], known["id"]) == ("songs", song["attributes"]["playParams"]["catalogId"])
        assert len(known["attributes"]["isrc"]) == 12
    assert {"catalogId" in song["attributes"].get("playParams", {}) for song in loose} == {True, False}
    assert all(song["relationships"]["catalog"]["href"] == f"{song['href']}/catalog" for song in songs)
    assert "relationships" not in ana.read(SONGS)["data"][0]
    for path, kind in (("albums", "albums"), ("artists", "artists")):
        rows = ana.read(f"{LIBRARY}/{path}", include="catalog")["data"]
        assert {each["type"] for row in rows for each in row["relationships"]["catalog"]["data"]} == {kind}


def test_the_same_recording_is_the_same_elsewhere(ana: AppleMusicAccount) -> None:
    ana.change("add", "saved_tracks", item=4_711)
    track = Recordings(1).track(4_711)
    (song,) = [
        known["attributes"]
        for each in ana.everything(SONGS, include="catalog")
        for known in each["relationships"]["catalog"]["data"]
        if known["id"] == str(1_440_000_000 + 4_711)
    ]
    assert (song["isrc"], song["name"]) == (track.isrc, track.name)


def test_dates_come_on_request(ana: AppleMusicAccount) -> None:
    plain, dated = ana.read(SONGS)["data"], ana.read(SONGS, extend="dateAdded,unheardOf")["data"]
    assert all(each["attributes"].pop("dateAdded").endswith("Z") for each in dated)
    assert dated == plain


@pytest.mark.parametrize(
    ("query", "code", "parameter"),
    [({"include": "catalog,moods"}, "40005", "include"), ({"page": "2"}, "40004", "page")],
)
def test_what_is_unknown_is_refused(ana: AppleMusicAccount, query: dict[str, str], code: str, parameter: str) -> None:
    refused = ana.get(SONGS, **query)
    assert refusal(refused)[:2] == (400, code)
    assert refused.json()["errors"][0]["source"] == {"parameter": parameter}


def test_the_truth_is_what_was_served(ana: AppleMusicAccount) -> None:
    """As each list was last asked for, and plain where nobody asked for more."""
    path = playlist(ana, entries=3)
    asked: dict[str, dict[str, str]] = {
        SONGS: {"include": "catalog", "extend": "dateAdded"},
        "/me/library/albums": {"include": "catalog"},
        path: {"include": "catalog"},
        PLAYED: {"include": "catalog"},
        **{plain: {} for plain in ("/me/library/artists", "/me/library/playlists", SOURCES, ROTATION)},
    }
    served = {each: ana.everything(each, limit=10, **query) for each, query in asked.items()}
    ana.read(SONGS, limit=1)
    truth = ana.truth()
    assert truth.pop("playlist_tracks")[path.split("/")[-2]] == served[path]
    assert truth == {
        "saved_tracks": served[SONGS],
        "saved_albums": served["/me/library/albums"],
        "followed_artists": served["/me/library/artists"],
        "playlists": served["/me/library/playlists"],
        "recently_played": {"": served[PLAYED], "resources": served[SOURCES]},
        "top_tracks": {"heavy_rotation": served[ROTATION]},
    }


def test_names_and_ids_are_shaped_as_the_real_ones(ana: AppleMusicAccount) -> None:
    data = ana.truth()
    prefixes = {"saved_tracks": "i.", "saved_albums": "l.", "followed_artists": "r.", "playlists": "p."}
    for data_type, prefix in prefixes.items():
        assert all(each["id"].startswith(prefix) and each["href"].endswith(each["id"]) for each in data[data_type])
    assert all(each["attributes"].keys() == {"name"} for each in data["followed_artists"])
    artworks = [each["attributes"].get("artwork") for each in data["saved_tracks"]]
    assert all("{w}x{h}" in artwork["url"] for artwork in artworks if artwork)


def test_attributes_are_missing_here_and_there(start: Start) -> None:
    """Nothing is null: what is not known is not there. Without oddities all is known."""
    data, plain = (start(AppleMusic, oddities=odd, saved_tracks=900).log_in().truth() for odd in (True, False))
    some = {"saved_tracks": ("playParams", "artwork", "releaseDate", "albumName"), "playlists": ("lastModifiedDate",)}
    for data_type, names in some.items():
        for name in names:
            assert {name in each["attributes"] for each in data[data_type]} == {True, False}
            assert all(name in each["attributes"] for each in plain[data_type])
        assert None not in [value for each in data[data_type] for value in each["attributes"].values()]
    songs = [each["attributes"] for each in data["saved_tracks"]]
    assert {len(song["releaseDate"]) for song in songs if "releaseDate" in song} == {4, 10}
    assert "\ud83d" in "".join(song["name"] for song in songs)
    kinds = {each["type"] for entries in data["playlist_tracks"].values() for each in entries}
    assert kinds == {"library-songs", "library-music-videos"}


def test_a_song_comes_with_its_album_and_artist_and_they_go_with_it(ana: AppleMusicAccount) -> None:
    """It takes its place in the alphabet, so that only what was added recently begins with it."""
    before, names = sizes(ana), ana.names(SONGS)
    added = ana.change("add", "saved_tracks", item=4_711)
    assert ana.read(ADDED, limit=1)["data"][0]["id"] == added
    assert sizes(ana) == {name: count + 1 for name, count in before.items()}
    with pytest.raises(ImpossibleChangeError, match="in the list already"):
        ana.change("add", "saved_tracks", item=4_711)
    place = ana.ids(SONGS).index(added)
    assert [name for at, name in enumerate(ana.names(SONGS)) if at != place] == names
    assert ana.change("remove", "saved_tracks", position=place) == added
    assert (sizes(ana), ana.names(SONGS)) == (before, names)


def test_an_album_stays_until_its_last_song_goes(ana: AppleMusicAccount) -> None:
    before = sizes(ana)
    first, second = tracks_of(album_of(400_000))[:2]
    for song in (first, second):
        ana.change("add", "saved_tracks", item=song)
    one_more = {name: count + 1 for name, count in before.items()}
    assert sizes(ana) == {**one_more, "saved_tracks": before["saved_tracks"] + 2}
    ana.change("remove", "saved_tracks", position=position(ana, "saved_tracks", first))
    assert sizes(ana) == one_more
    ana.change("remove", "saved_tracks", position=position(ana, "saved_tracks", second))
    assert sizes(ana) == before


def test_an_album_comes_and_goes_with_all_its_songs(ana: AppleMusicAccount) -> None:
    """One that came with a song is there in its own right then, and once."""
    before = sizes(ana)
    added = ana.change("add", "saved_albums")
    newest = ana.read(ADDED, limit=1)["data"][0]
    size = newest["attributes"]["trackCount"]
    assert (newest["id"], size > 7) == (added, True)
    assert sizes(ana)["saved_tracks"] == before["saved_tracks"] + size
    assert ana.change("remove", "saved_albums", id=added) == added
    assert sizes(ana) == before
    number = ana.visitor.service.listeners["ana"].library.LISTS["saved_albums"].thing(77)
    ana.change("add", "saved_tracks", item=tracks_of(number)[2])
    ana.change("add", "saved_albums", item=77)
    assert sizes(ana)["saved_albums"] == before["saved_albums"] + 1
    assert sizes(ana)["saved_tracks"] == before["saved_tracks"] + len(tracks_of(number))


def test_an_artist_is_in_the_library_for_their_songs(ana: AppleMusicAccount) -> None:
    before = sizes(ana)
    added = ana.change("add", "followed_artists")
    assert sizes(ana) == {name: count + 1 for name, count in before.items()}
    assert ana.change("remove", "followed_artists", id=added) == added
    assert sizes(ana) == before


@pytest.mark.parametrize("name", ["", "resources"])
def test_a_play_drives_the_oldest_out(ana: AppleMusicAccount, name: str) -> None:
    """It is told in both lists, whichever it was done to; in one as a play, in the other where it is now."""
    played, sources = ana.ids(PLAYED), ana.ids(SOURCES)
    song, album = str(1_440_000_000 + 4_711), str(1_600_000_000 + album_of(4_711))
    ana.change("add", "recently_played", name, item=4_711)
    assert ana.ids(PLAYED) == [song, *played[:-1]]
    assert ana.ids(SOURCES) == [album, *sources[:-1]]
    ana.change("add", "recently_played", name, item=4_711)
    assert ana.ids(PLAYED)[:3] == [song, song, played[0]]
    assert ana.ids(SOURCES) == [album, *sources[:-1]]
    own = ana.change("add", "saved_tracks", item=4_711)
    assert ana.ids(PLAYED)[:2] == [own, own]


def test_the_rotation_turns(ana: AppleMusicAccount) -> None:
    before = ana.ids(ROTATION)
    fresh = ana.change("replace", "top_tracks", "heavy_rotation", position=1)
    assert ana.ids(ROTATION) == [before[0], fresh, *before[2:]]
    ana.change("move", "top_tracks", "heavy_rotation", position=0, to=2)
    assert ana.ids(ROTATION) == [fresh, before[2], before[0], *before[3:]]


def test_every_edit_of_a_playlist_moves_its_date_and_no_other(ana: AppleMusicAccount) -> None:
    def heads() -> dict[str, Any]:
        return {each["id"]: each for each in ana.truth()["playlists"]}

    before = heads()
    long = [identity for identity, entries in ana.truth()["playlist_tracks"].items() if len(entries) > 3]
    edited = next(identity for identity in long if "lastModifiedDate" in before[identity]["attributes"])
    acts: list[tuple[str, dict[str, Any]]] = [
        ("add", {"position": 1, "item": 5}),
        ("move", {"position": 1, "to": 2}),
        ("remove", {"position": 0}),
    ]
    moments = []
    for act, details in acts:
        ana.change(act, "playlist_tracks", edited, **details)
        moments.append(heads()[edited]["attributes"]["lastModifiedDate"])
    ana.change("rename", "playlists", id=edited, title="Ours")
    after = heads()
    moments.append(after[edited]["attributes"]["lastModifiedDate"])
    assert moments == sorted(set(moments))
    assert after[edited]["attributes"]["name"] == "Ours"
    assert [identity for identity in before if before[identity] != after[identity]] == [edited]


def test_a_deleted_playlist_is_gone(ana: AppleMusicAccount) -> None:
    """Also from what was played and is played most."""
    doomed = next(each["id"] for each in ana.read(ROTATION)["data"] if each["type"] == "library-playlists")
    assert doomed in ana.ids(SOURCES)
    assert ana.change("remove", "playlists", id=doomed) == doomed
    assert not any(doomed in ana.ids(path) for path in (f"{LIBRARY}/playlists", ADDED, SOURCES, ROTATION))
    assert refusal(ana.get(f"{LIBRARY}/playlists/{doomed}/tracks"))[1] == "40400"


def test_what_cannot_be_is_refused(ana: AppleMusicAccount) -> None:
    before = ana.truth()
    impossible: tuple[tuple[str, str, str, dict[str, Any]], ...] = (
        ("add", "recently_played", "", {"item": TRACKS}),
        ("add", "recently_played", "", {"item": True}),
        ("add", "recently_played", "", {"loudly": True}),
        ("add", "followed_artists", "", {"item": -1}),
        ("remove", "recently_played", "", {}),
        ("remove", "saved_tracks", "", {"position": 450}),
        ("move", "top_tracks", "heavy_rotation", {"to": 10}),
        ("add", "playlist_tracks", "p.unknown", {}),
        ("replace", "playlist_tracks", "", {}),
    )
    for act, data_type, name, details in impossible:
        with pytest.raises(ImpossibleChangeError):
            ana.change(act, data_type, name, **details)
    assert ana.truth() == before
