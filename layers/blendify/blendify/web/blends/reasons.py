"""Whose a song in a blend is, and why it is there, in words for one of the members."""

from collections.abc import Mapping, Sequence

from blendify.blends.playlist import Entry
from blendify.sharing.legible import isolated
from blendify.web.taste.words import listed

MOST_REASONS = 2
"""Members who do not know a song, of whom its reason speaks."""


def why(entry: Entry, names: Mapping[str, str], me: str) -> str:
    """
    One or two sentences, such as `Ben's choice. You play Sigur Rós, who is near.`

    names   of all members, by id
    me      the id of the member who reads it
    """
    whose = list(entry.chosen.song.whose)
    return " ".join([_whose(whose, names, me), *_reasons(entry, names, me)])


def _whose(whose: Sequence[str], names: Mapping[str, str], me: str) -> str:
    if len(whose) == len(names) == 2:
        return "You both know it."
    if len(whose) == len(names) > 1:
        return "All of you know it."
    if len(whose) > 1:
        return f"{_people(whose, names, me)} know it."
    (owner,) = whose
    return "Your choice." if owner == me else f"{isolated(names[owner])}\u2019s choice."


def _reasons(entry: Entry, names: Mapping[str, str], me: str) -> list[str]:
    sentences = []
    for member_id, link in sorted(entry.links.items(), key=lambda each: (each[0] != me, not each[1].same, each[0])):
        name, artist = isolated(names[member_id]), isolated(link.artist)
        who, plays, knows = ("You", "play", "know") if member_id == me else (name, "plays", "knows")
        more = f"{knows} others by {artist}" if link.same else f"{plays} {artist}, who is near"
        sentences.append(f"{who} {more}.")
    return sentences[:MOST_REASONS]


def _people(members: Sequence[str], names: Mapping[str, str], me: str) -> str:
    """`You, Ben and Cleo`."""
    others = sorted((names[each] for each in members if each != me), key=str.casefold)
    return listed([*(["You"] if me in members else []), *map(isolated, others)])
