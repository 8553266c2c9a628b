"""The pages below /taste: whole without script, within their weight, honest where nothing is known."""

import re
from base64 import b64encode
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from html import unescape
from html.parser import HTMLParser
from xml.etree import ElementTree

import pytest

from blendify.core import settings
from blendify.db import keys
from blendify.db.state_table import state_table
from blendify.insights import shelves
from blendify.insights.buckets import MonthOfPlays, Ranked
from blendify.insights.shelves import Shelves
from blendify.providers import PROVIDERS
from blendify.web.taste.catalogue import VIEWS
from tests.unit.http_events import Browser
from tests.unit.insights_stories import Messages
from tests.unit.taste.conftest import HANDLER, Open
from tests.unit.taste.listener import LAST, NOBODY, TODAY, Listener, artist, brought, history, two_years

PAGES = ["/taste", *(f"/taste/{name}" for name in VIEWS), f"/taste/artists/{artist(2).key}"]
MOST_BYTES = 150_000
RANKED = ("/taste/top", "/taste/ranks", "/taste/then")


class Page(HTMLParser):
    """What stands in a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def links(self) -> list[str]:
        return [str(attributes["href"]) for tag, attributes in self.tags if tag == "a" and attributes.get("href")]


def choices(text: str) -> list[str]:
    """The queries of all links that lead to the same view."""
    return list(dict.fromkeys(link for link in Page(text).links() if link.startswith("?")))


def charts(text: str) -> Iterator[ElementTree.Element]:
    for chart in re.findall(r"<svg.*?</svg>", text, re.DOTALL):
        yield ElementTree.fromstring(chart)  # noqa: S314 -- our own


@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_whole_and_light(open_page: Open, path: str) -> None:
    """A heading, a table beside each chart, ids that are unique, no style or script in it, at most 150 KB."""
    page = open_page(path)
    assert page.status == 200
    assert len(page.body.encode()) <= MOST_BYTES
    policy = page.headers["content-security-policy"]
    assert "style-src 'self'" in policy
    assert "unsafe" not in policy
    tags = Page(page.body).tags
    names = [tag for tag, _ in tags]
    assert names.count("h1") == 1
    assert "style" not in names
    assert not [name for _, attributes in tags for name in attributes if name == "style" or name.startswith("on")]
    ids = [attributes["id"] for _, attributes in tags if attributes.get("id")]
    assert len(ids) == len(set(ids))
    assert names.count("details") >= names.count("svg") - (path == "/taste") - (path == "/taste/drift")
    assert all(root.attrib["aria-label"] for root in charts(page.body))


@pytest.mark.parametrize("path", PAGES)
def test_every_choice_of_a_page_leads_to_a_page(open_page: Open, path: str) -> None:
    """Each link with another choice opens, and so does each view that a page leads to."""
    for link in choices(open_page(path).body)[:12]:
        assert open_page(path + unescape(link)).status == 200, link


def test_the_overview_leads_to_every_view(open_page: Open) -> None:
    """And each view to all others; names of artists lead to their pages."""
    for path in ("/taste", "/taste/top"):
        links = " ".join(Page(open_page(path).body).links())
        assert [name for name in VIEWS if f"taste/{name}" not in links] == []
    artists = [link for link in Page(open_page("/taste/top").body).links() if "taste/artists/" in link]
    assert artists
    assert open_page(artists[0].removeprefix("..")).status == 200


@pytest.mark.parametrize("path", PAGES[1:-1])
def test_without_anything_a_view_says_when_there_will_be_something(show: Callable[[Listener], Open], path: str) -> None:
    """No chart, no number, no error: a sentence about what has to happen first."""
    page = show(NOBODY)(path)
    assert page.status == 200
    assert re.search(r"first sync|when it ends|after you connect|next sync|Once you", page.body)
    assert "<svg" not in page.body


def test_an_artist_of_whom_nothing_is_known_is_not_found(open_page: Open) -> None:
    """A page says so; a key that cannot be one is refused."""
    assert open_page("/taste/artists/nobody").status == 404
    assert open_page("/taste/artists/%3Cb%3E").status == 400
    assert open_page("/taste/moods").status == 404


@pytest.mark.parametrize(
    ("address", "wanted"),
    [
        ("/taste/top?range=week", "range must be one of"),
        ("/taste/top?provider=myspace", "provider must be one of"),
        ("/taste/top?what=artists&what=tracks", "what is given 2 times"),
        ("/taste/top?from=2026-01-01", "The parameters are: what, range, provider, source."),
        ("/taste?what=artists", "There are no parameters here"),
        ("/taste/then?from=2026-02-30", "from must be a day"),
        ("/taste/then?from=1066-10-14", "from must be a day between 1900 and 2100"),
        ("/taste/then?from=20260101", "from must be a day"),
        ("/taste/compare?from=2026-05-02&to=2026-05-01", "from must not be after to"),
        ("/taste/review?period=2026-13", "period must be a month"),
        ("/taste/ranks?artist=%22%3E%3Cscript%3E", "artist must be the key"),
        ("/taste/review.svg?period=May", "period must be a month"),
    ],
)
def test_bad_parameters_are_answered_clearly(open_page: Open, address: str, wanted: str) -> None:
    """400 with the parameter's name and what is allowed; nothing that was sent is repeated."""
    page = open_page(address)
    assert page.status == 400
    assert wanted in unescape(page.body)
    assert "<script>" not in page.body


@pytest.mark.parametrize(
    "address",
    [
        "/taste/compare?from=2000-01-01&to=2100-01-01",
        "/taste/compare?from=2099-01-01",
        "/taste/ranks?from=1900-01-01&to=2100-12-31",
        "/taste/ranks?from=2099-01-01",
        "/taste/ranks?to=1999-01-01",
        "/taste/ranks?source=plays&from=1900-01-01",
        "/taste/ranks?what=tracks&source=plays",
        "/taste/then?from=1900-01-01&to=1900-01-02",
        "/taste/then?from=2099-01-01",
        "/taste/hours?period=1999",
        "/taste/hours?period=2099",
        "/taste/library?period=1999&by=month",
        "/taste/discoveries?period=1999",
        "/taste/review?period=1999",
        "/taste/review?period=2100",
        "/taste/top?provider=lastfm",
        "/taste/top?from=&what=",
    ],
)
def test_choices_without_data_are_answered_too(open_page: Open, address: str) -> None:
    """Far past, future, a service that is not connected, fields left empty: a page that is whole."""
    page = open_page(address)
    assert page.status == (400 if address.endswith("from=&what=") else 200)
    assert len(page.body.encode()) <= MOST_BYTES


@pytest.mark.parametrize("address", [*PAGES, "/taste/review.svg"])
def test_without_a_session_nothing_is_shown(aws_in_memory: None, address: str) -> None:
    """303 to the start page, as for every page."""
    response = Browser({"session": "forged"}).get(HANDLER, address)
    assert (response.status, response.location) == (303, "../" * (address.count("/") - 1) or "./")


def test_names_are_text(show: Callable[[Listener], Open]) -> None:
    """Markup in names of artists, songs and playlists comes out escaped in every view, also in links and charts."""
    nasty = '"><script>alert(1)</script>'
    base = two_years()

    def renamed(month: MonthOfPlays) -> MonthOfPlays:
        songs = {
            key: song._replace(
                title=nasty,
                artist_line=nasty,
                cover=None,
                artists=tuple(artist._replace(name=nasty, image=None) for artist in song.artists),
            )
            for key, song in month.songs.items()
        }
        return replace(month, songs=songs)

    def relisted(entries: tuple[Ranked, ...]) -> tuple[Ranked, ...]:
        return tuple(entry._replace(name=nasty, artist_line=nasty, image=None) for entry in entries)

    listener = Listener(
        list(map(renamed, base.plays)),
        [replace(snapshot, entries=relisted(snapshot.entries)) for snapshot in base.lists],
        [
            replace(
                month,
                added=tuple(
                    change._replace(name=nasty, artist_line=nasty, playlist_name=nasty) for change in month.added
                ),
            )
            for month in base.library
        ],
        [first._replace(name=nasty, image=None) for first in base.firsts],
        base.known,
    )
    show_page = show(listener)
    for path in [*PAGES, "/taste/review.svg"]:
        body = show_page(path).body
        assert "<script" not in body.replace('<script type="module"', ""), path


def test_a_view_says_that_it_is_being_counted_anew(
    show: Callable[[Listener], Open], monkeypatch: pytest.MonkeyPatch
) -> None:
    """And shows what was counted before."""
    opened = show(two_years())
    assert "counted anew, as after" not in opened("/taste/hours").body
    monkeypatch.setattr(shelves, "shelves", lambda user: Shelves(user, f"{user}#2"))
    page = opened("/taste/hours").body
    assert "counted anew, as after" in page
    assert "<svg" in page


def test_a_view_of_what_an_earlier_release_made_says_that_it_is_being_prepared(
    show: Callable[[Listener], Open], messages: Messages, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where there is nothing to show, that stands in the place of a sentence that nothing was collected."""
    monkeypatch.setattr(shelves, "shelves", lambda user: Shelves(user, made=0))
    page = show(two_years())("/taste/hours").body
    assert ("is being prepared" in page, "<svg" in page) == (True, True)
    assert len(messages.waiting) == 1
    page = show(NOBODY)("/taste/hours").body
    assert page.count("is being prepared") == 1
    assert "Nothing has been collected" not in page


@pytest.mark.usefixtures("aws_in_memory")
def test_a_service_whose_views_are_off_is_left_out_and_the_page_says_so(
    show: Callable[[Listener], Open], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its lists, plays, additions and firsts are in no view. One of which the listener has nothing is not named."""
    monkeypatch.setenv("VIEWS", ",".join(name for name in PROVIDERS if name not in ("spotify", "soundcloud")))
    account = {"provider": "spotify", "account_id": "a", "application": "default"}
    state_table().put(keys.user("u1"), keys.own_account("spotify", "a"), account)
    settings.allowed_for.cache_clear()
    try:
        opened = show(two_years())
        for path in PAGES[1:-1]:
            body = opened(path).body
            assert "<svg" not in body, path
            assert not re.search(r"i\.scdn\.co/image", body), path
            assert "Spotify is left out here" in body, path
        assert opened(PAGES[-1]).status == 404
    finally:
        settings.allowed_for.cache_clear()


def test_a_listed_artist_is_the_picked_line(open_page: Open) -> None:
    """The address chooses the line in the accent colour; links keep the other choices."""
    key = history(two_years(), "artists", "short_term")[-1].entries[3].key
    body = open_page(f"/taste/ranks?range=short_term&artist={key}").body
    assert body.count('class="line hot') == 1
    assert "?range=short_term&amp;what=tracks" in body or "what=tracks" in body


def test_the_picture_is_a_document_of_its_own(open_page: Open) -> None:
    """Its policy names its style by hash and allows nothing else; it holds no foreign picture; browsers save it."""
    picture = open_page("/taste/review.svg?period=2026-05")
    assert (picture.status, picture.headers["content-type"]) == (200, "image/svg+xml; charset=utf-8")
    assert picture.headers["content-disposition"] == 'attachment; filename="blendify-2026-05.svg"'
    (style,) = re.findall(r"<style>(.*)</style>", picture.body)
    digest = b64encode(sha256(style.encode()).digest()).decode()
    assert picture.headers["content-security-policy"] == f"default-src 'none'; style-src 'sha256-{digest}'"
    root = ElementTree.fromstring(picture.body)  # noqa: S314 -- our own
    assert not [
        element.tag for element in root.iter() if element.tag.rpartition("}")[2] in ("image", "a", "script", "use")
    ]
    assert "href" not in picture.body
    assert open_page("/taste/review.svg?period=1999").status == 404


def test_a_month_that_goes_on_says_so(open_page: Open) -> None:
    """Its numbers still grow; that of a month that is over do not."""
    assert "not over yet" in open_page(f"/taste/review?period={TODAY[:7]}").body
    assert "not over yet" not in open_page("/taste/review?period=2026-05").body
    assert "counts from that day on" in open_page("/taste/review?period=2024-11").body


def test_numbers_stand_beside_their_source(open_page: Open) -> None:
    """Each view says where its numbers come from, and since when they are known."""
    for path in PAGES[1:]:
        body = open_page(path).body
        assert 'class="basis"' in body, path
    assert "known since 20 November 2024" in open_page("/taste/hours").body
    assert "about" in open_page("/taste/compare").body


@pytest.mark.parametrize("path", RANKED)
def test_songs_are_shown_like_artists(open_page: Open, path: str) -> None:
    """Songs have no page of their own, so their names lead nowhere."""
    page = open_page(f"{path}?what=tracks")
    assert page.status == 200
    assert "taste/artists/" not in page.body


def test_the_listeners_day_is_in_their_zone(show: Callable[[Listener], Open], monkeypatch: pytest.MonkeyPatch) -> None:
    """Late in the evening of UTC it is tomorrow in Berlin."""
    opened = show(two_years())
    monkeypatch.setattr(
        "blendify.core.times.now", lambda: datetime(LAST.year, LAST.month, LAST.day, 23, 30, tzinfo=UTC)
    )
    assert f'max="{LAST + timedelta(days=1)}"' in opened("/taste/then").body


def test_all_plays_have_a_list_of_their_own(open_page: Open, show: Callable[[Listener], Open]) -> None:
    """Ranked by plays; without any list of a service it is what is shown first."""
    body = open_page("/taste/top?source=plays").body
    assert "of all time, with" in body
    assert body.count('class="place"') == 50
    songs = open_page("/taste/top?source=plays&what=tracks").body
    assert re.search(r"number one of all time, with \d+ plays", songs)
    assert "taste/artists/" not in songs
    assert "Of all time" in open_page("/taste/top").body
    alone = show(brought())
    assert "of all time, with" in alone("/taste/top").body
    assert "of all time, with" not in alone("/taste/top?source=lists").body


def test_then_and_now_compares_plays_where_there_is_no_list(open_page: Open, show: Callable[[Listener], Open]) -> None:
    """Two times of the same length; who has lists chooses. It says what it is made of."""
    alone = show(brought())
    body = alone("/taste/then").body
    assert "4 weeks up to 28 November 2025" in body
    assert "4 weeks up to 28 November 2026" in body
    assert re.search(r"Of the 20 artists that you played most then, you still play \d+\.", body)
    assert "what you played most in the time up to its day, as told by" in body
    assert body.count('class="place"') == 40
    year = alone("/taste/then?range=long_term&what=tracks&from=2025-11-25").body
    assert "A year up to 25 November 2025" in year
    assert "taste/artists/" not in year
    before = alone("/taste/then?from=2024-01-01").body
    assert "No play is known of this time. The first is of 20 November 2024." in before
    assert "told no top songs or artists" in alone("/taste/then?source=lists").body
    both = show(two_years())
    assert "are still there" in both("/taste/then").body
    assert "4 weeks up to" in both(f"/taste/then{unescape(_choice(both('/taste/then').body, 'source=plays'))}").body
    new = two_years()
    lists = [snapshot for snapshot in new.lists if snapshot.day > "2026-11-20"]
    just_connected = show(replace(new, lists=lists, known=replace(new.known, rankings_since="2026-11-21")))
    assert "4 weeks up to" in just_connected("/taste/then").body


def test_then_and_now_of_a_file_that_ends_long_ago(show: Callable[[Listener], Open]) -> None:
    """Its last weeks are the later ones, unless a later day is asked for."""
    plays = [month for month in brought().plays if month.month < "2026-03"]
    opened = show(replace(brought(), plays=plays))
    last = max(f"{month.month}-{day:02}" for month in plays for day in month.by_day)
    body = opened("/taste/then").body
    assert f'name="to" value="{last}"' in body
    assert body.count('class="place"') == 40
    assert "No play of this time is known." in opened(f"/taste/then?to={TODAY}").body
    assert opened(f"/taste/then?from={TODAY}").status == 200


def _choice(body: str, wanted: str) -> str:
    return next(link for link in choices(body) if wanted in link)


@pytest.mark.parametrize("path", ["/taste/top?what=tracks", "/taste/review?period=2025", "/taste/ranks?what=tracks"])
def test_plays_out_of_files_have_the_pictures_that_are_known(show: Callable[[Listener], Open], path: str) -> None:
    """A file tells names alone; of songs that were liked or put into a playlist the library knows the cover."""
    known = {first.image for first in brought().firsts if first.image and not first.is_artist}
    assert len(known & set(re.findall(r"https://i\.scdn\.co/image/\w+", show(brought())(path).body))) > 1


def test_decades_of_plays_out_of_files_follow_from_the_library(show: Callable[[Listener], Open]) -> None:
    """The year of a song that was liked is that of its plays."""
    (known,) = re.findall(r"known for (\d+) % of [\d,]+ plays", show(brought())("/taste/eras").body)
    assert 0 < int(known) < 100


def test_more_than_two_years_can_be_seen_as_a_whole(open_page: Open) -> None:
    """Ranks by month then, which the page says."""
    (link,) = (link for link in choices(open_page("/taste/ranks").body) if "from=2024-11-20" in link)
    assert "The rank of a month counts its plays." in open_page(f"/taste/ranks{unescape(link)}&source=plays").body
