"""Why two listeners are as alike as they are, in words that both read."""

from blendify.likeness.likeness import Likeness, SharedArtist

FEW = 5
"""An artist is rare when at most one in so many has them."""
SONGS_NAMED = 3


def reasons(likeness: Likeness, listeners: int) -> list[str]:
    """
    A sentence for each artist that makes the score, the largest first, and one for the shared songs.

    listeners   How many agreed to be counted
    """
    sentences = [_of_artist(artist, listeners) for artist in likeness.artists]
    titles = [f"“{song.title}” by {song.artist_line}" for song in likeness.songs[:SONGS_NAMED]]
    if titles:
        sentences.append(f"You share {_listed(titles)}{_more(len(likeness.songs) - len(titles))}.")
    return sentences


def _of_artist(artist: SharedArtist, listeners: int) -> str:
    if artist.listeners is None or artist.listeners * FEW > listeners:
        return f"You both love {artist.name}."
    return f"You both love {artist.name}, which only {artist.listeners} people here have."


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _more(count: int) -> str:
    return f" and {count} more" if count > 0 else ""
