"""What may be suggested, in which order, and why."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from blendify.affinity.profile import Profile
from blendify.likeness.near_artists import Near
from blendify.recommending.shelves import close_to_you, from_friend, off_the_beaten_track, songs_of
from blendify.recommending.suggestions import Neighbour, suggestions
from tests.unit.recommending.profiles import profile, song

ME = profile("me", "ada", "ben")
NEAR = {"ada": [Near("cleo", "Cleo", None, 0.5, 9), Near("dora", "Dora", None, 0.4, 2)]}


def neighbours(*profiles: Profile) -> list[Neighbour]:
    return [Neighbour(each, 0.4) for each in profiles]


def test_two_neighbours_are_too_few() -> None:
    """Nothing anonymous is told with fewer than three people behind it."""
    two = neighbours(profile("a", "eve", "ada"), profile("b", "eve", "ada"))
    assert suggestions(ME, two, {}, ()) == []
    [eve] = suggestions(ME, [*two, *neighbours(profile("c", "eve"))], {}, ())
    assert (eve.key, eve.backers, eve.because) == ("eve", 3, ())


def test_an_artist_near_to_an_own_one_names_it() -> None:
    """The own artist, and how many listeners care for both; two listeners are too few."""
    [cleo] = suggestions(ME, (), NEAR, ())
    assert (cleo.key, cleo.backers) == ("cleo", 0)
    assert [(because.artist.key, because.both) for because in cleo.because] == [("ada", 9)]


def test_what_both_ways_suggest_comes_before_what_one_does() -> None:
    """1 / (30 + place) of each list are added."""
    three = neighbours(*(profile(name, "eve", "cleo") for name in "abc"))
    assert [each.key for each in suggestions(ME, three, NEAR, ())] == ["cleo", "eve"]


def test_a_neighbour_who_is_more_alike_says_more() -> None:
    """Likeness times what they care."""
    like = [Neighbour(profile(name, "eve"), 0.9) for name in "abc"]
    unlike = [Neighbour(profile(name, "finn"), 0.1) for name in "def"]
    assert [each.key for each in suggestions(ME, [*like, *unlike], {}, ())] == ["eve", "finn"]


def test_nothing_known_removed_or_dismissed_is_suggested() -> None:
    """Known is whatever was ever played, ranked, in the library or taken out of it."""
    three = neighbours(*(profile(name, "ada", "eve", "finn", "gus") for name in "abc"))
    me = replace(ME, known=frozenset({"eve"}))
    assert [each.key for each in suggestions(me, three, NEAR, {"finn", "cleo"})] == ["gus"]


def test_off_the_beaten_track_has_whom_few_know() -> None:
    """At most two of a hundred listeners, and at least three people; unknown is not few."""
    three = neighbours(*(profile(name, "eve", "finn", "gus") for name in "abc"))
    ordered = suggestions(ME, three, {}, ())
    shelf = off_the_beaten_track(ordered, {"eve": 400, "finn": 20}, 1_000)
    assert [each.key for each in shelf] == ["finn"]


def test_what_rests_is_not_shown() -> None:
    """What was shown three times and left alone."""
    assert close_to_you(suggestions(ME, (), NEAR, ()), {"cleo"}) == []


def test_a_friend_is_asked_by_name_and_alone() -> None:
    """Their own favourites that are new to the listener, with songs of theirs that the listener did not remove."""
    friend = profile(
        "f", "ada", "eve", "finn", songs=(song("s1", "eve", 0.3), song("s2", "eve", 0.6), song("s3", "ada"))
    )
    me = replace(ME, forbidden=frozenset({"s1"}))
    rows = from_friend(me, friend, {"finn"})
    assert [(row.artist.key, [each.key for each in row.songs]) for row in rows] == [("eve", ["s2"])]


def test_songs_are_those_that_neighbours_care_for_most() -> None:
    """Weighed alike, two of an artist."""
    songs = (song("s1", "eve", 0.1), song("s2", "eve", 0.5), song("s3", "eve", 0.4))
    chosen = songs_of("eve", neighbours(*(profile(name, "eve", songs=songs) for name in "abc")), ME)
    assert [each.key for each in chosen] == ["s2", "s3"]


def test_a_song_of_two_neighbours_is_not_told() -> None:
    """Three care for the artist, and who they are is told to nobody: so a song needs three behind it as well."""
    own, of_two, of_all = song("own", "eve", 0.9), song("two", "eve", 0.8), song("all", "eve", 0.1)
    three = (profile("a", "eve", songs=(own, of_two, of_all)), profile("b", "eve", songs=(of_two, of_all)))
    chosen = songs_of("eve", neighbours(*three, profile("c", "eve", songs=(of_all,))), ME)
    assert [each.key for each in chosen] == ["all"]


ARTISTS = st.lists(st.sampled_from([f"artist-{number}" for number in range(12)]), unique=True, max_size=8)


@given(ARTISTS, st.lists(ARTISTS, max_size=6), st.frozensets(st.sampled_from([f"artist-{n}" for n in range(12)])))
def test_each_suggestion_is_new_has_a_reason_and_comes_once(
    own: list[str], others: list[list[str]], dismissed: frozenset[str]
) -> None:
    """Whatever people like; and in whichever order the near artists are known."""
    me = profile("me", *own)
    three = neighbours(*(profile(f"n{number}", *artists) for number, artists in enumerate(others)))
    near = {key: [Near("artist-0", "0", None, 0.3, 4), Near("artist-11", "11", None, 0.3, 3)] for key in own}
    suggested = suggestions(me, three, near, dismissed)
    assert all(each.has_reason for each in suggested)
    assert len({each.key for each in suggested}) == len(suggested)
    assert not {each.key for each in suggested} & (set(own) | dismissed)
    assert suggested == suggestions(me, three, dict(reversed(near.items())), dismissed)
