"""Why two listeners are as alike as they are, in words that both read."""

from blendify.likeness.likeness import Likeness, SharedArtist
from blendify.sharing.legible import isolated

FEW = 5
"""An artist is rare when at most one in so many has them."""
SONGS_NAMED = 3


def reasons(likeness: Likeness, listeners: int) -> list[str]:
    """
    A sentence for each rare artist among those that make the score, one for the others, one for the shared songs.

    listeners   How many agreed to be counted
    """
    sentences = [
        f"You both love {isolated(artist.name)}, which only {artist.listeners} people here have."
        for artist in likeness.artists
        if _is_rare(artist, listeners)
    ]
    others = [isolated(artist.name) for artist in likeness.artists if not _is_rare(artist, listeners)]
    if others:
        sentences.append(f"You both love {_listed(others)}.")
    titles = [f"“{isolated(song.title)}” by {isolated(song.artist_line)}" for song in likeness.songs[:SONGS_NAMED]]
    if titles:
        sentences.append(f"You share {_listed(titles)}{_more(len(likeness.songs) - len(titles))}.")
    return sentences


def _is_rare(artist: SharedArtist, listeners: int) -> bool:
    return artist.listeners is not None and artist.listeners * FEW <= listeners


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _more(count: int) -> str:
    return f" and {count} more" if count > 0 else ""
