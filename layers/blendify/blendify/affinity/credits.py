"""Who made a song of which a top list tells the line of all artists alone."""

from collections.abc import Collection

from blendify.core.same_names import artist_key, song_key

SEPARATOR = ", "
"""Between names, and in some names: so a line is never split without knowing them."""


def credited(key: str, title: str, line: str, known: Collection[str]) -> tuple[str, ...]:
    """
    The keys of the artists of a line, the first one first.

    key     the song's: it was made of the title and the first artist, and so tells which of the names that is
    known   keys of artists that are known by their names
    """
    words = line.split(SEPARATOR)
    ends = range(len(words), 0, -1)
    end = next((end for end in ends if song_key(title, SEPARATOR.join(words[:end])) == key), len(words))
    keys = [artist_key(SEPARATOR.join(words[:end]))]
    while end < len(words):
        names = [(stop, artist_key(SEPARATOR.join(words[end:stop]))) for stop in range(len(words), end, -1)]
        end, guest = next((each for each in names if each[1] in known), names[-1])
        keys.append(guest)
    return tuple(dict.fromkeys(keys))
