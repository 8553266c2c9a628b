"""
Which songs and artists are the same: by the normal form of their names, whichever provider tells of them.

A key follows from one record alone, so it is the same in every order of arrival and after every rebuild. Remasters,
deluxe editions and featured guests make no other song; a live, acoustic or remixed one is a song of its own.
"""

import re
import unicodedata
from base64 import urlsafe_b64encode
from functools import lru_cache
from hashlib import blake2b
from itertools import takewhile

_KEPT = re.compile(
    r"\b(live|acoustic|unplugged|remix|remixed|rmx|mix|demo|instrumental|cover|karaoke|sped|slowed|reverb|nightcore|session"
    r"|sessions|concert|version|dub|orchestral|piano|cappella|acapella|rework|edit|flip|bootleg)\b"
)
"""Words that make another song of it, unless the whole remark is one of `_EDITIONS`."""
_BRACKETS = re.compile(r"\(([^()\[\]]*)\)|\[([^()\[\]]*)\]")
_DASH = re.compile(r"\s+[-\u2013\u2014]\s+")
_GUESTS = re.compile(r"(feat|ft|featuring|with)\b")
_FROM = re.compile(r"""(from|music from)\b.*["'\u201c\u201d\u2018\u2019\u201e\u00ab]""")
_YEAR = r"(19|20)\d\d"
_EDITIONS = re.compile(
    rf"({_YEAR} )?(digital |digitally )?remaster(ed)?( version| edition)?( {_YEAR})?( version)?|{_YEAR}( version)?"
    r"|mono( version| mix)?|stereo( version| mix)?|(super )?deluxe( edition| version)?|bonus( track)?( version)?"
    r"|radio (edit|version)|single (edit|version)|album version|original (mix|version)|explicit( version)?|clean"
    r"|(\d+(st|nd|rd|th) )?anniversary( edition| remaster)?|expanded( edition)?|special edition"
)
_LETTERS_WITH_MARKS = 0x0530
"""Latin, Greek and Cyrillic end here. In later scripts a combining mark makes another letter."""


def artist_key(name: str) -> str:
    """The key of an artist of that name."""
    return _key(f"artist\n{plain(name)}")


def song_key(title: str, artist_name: str) -> str:
    """The key of a song with that title by that (first) artist."""
    return _key(f"song\n{plain(artist_name)}\n{normal(title)}")


@lru_cache(maxsize=50_000)
def normal(title: str) -> str:
    """A title without what makes no other song of it; the same again for its own result."""
    text = _folded(title)
    before = ""
    while before != text:
        before, text = text, _BRACKETS.sub(lambda group: _remark(group[0], group[1] or group[2] or ""), text)
    first, *more = _DASH.split(text)
    text = " ".join([first, *(remark for remark in more if not _dropped(remark))])
    return _words(text) or plain(title)


@lru_cache(maxsize=50_000)
def plain(name: str) -> str:
    """A name without accents, capitals and punctuation; the same again for its own result."""
    text = _folded(name)
    return _words(text) or text.strip()


def _folded(text: str) -> str:
    """One spelling of what looks alike: NFKC, no capitals, no marks on Latin, Greek and Cyrillic letters."""
    before = ""
    while before != text:
        before = text
        text = unicodedata.normalize("NFD", unicodedata.normalize("NFKC", text).casefold())
        text = unicodedata.normalize("NFKC", "".join(_unmarked(text)))
    return text


def _unmarked(text: str) -> list[str]:
    letters: list[str] = []
    base = ""
    for letter in text:
        if not unicodedata.combining(letter):
            base = letter
        elif base and ord(base) < _LETTERS_WITH_MARKS:
            continue
        letters.append(letter)
    return letters


def _words(text: str) -> str:
    """Letters, digits and the marks that belong to them, with single spaces between the words."""
    text = text.replace("&", " and ")
    # An apostrophe joins: "don't" is one word with either mark, or without.
    text = re.sub(r"(?<=\w)['\u2019\u02bc`](?=\w)", "", text)
    spaced = "".join(letter if unicodedata.category(letter)[0] in "LNMS" else " " for letter in text)
    # A mark belongs to the letter before it: where that is gone, so is the mark.
    return " ".join(filter(None, map(_without_lone_marks, spaced.split())))


def _without_lone_marks(word: str) -> str:
    marks = sum(1 for _ in takewhile(lambda letter: unicodedata.category(letter)[0] == "M", word))
    return word[marks:]


def _remark(group: str, content: str) -> str:
    """A remark in brackets, without them; or nothing for one that makes no other song."""
    return " " if _dropped(content) else f" {content} " if content != group else group


def _dropped(remark: str) -> bool:
    text = _words(remark)
    if not text or _EDITIONS.fullmatch(text):
        return True
    if _KEPT.search(text):
        return False
    return bool(_GUESTS.match(text) or _FROM.match(remark.strip()))


def _key(text: str) -> str:
    """Twelve letters and digits that can stand in an address."""
    digest = blake2b(text.encode(errors="backslashreplace"), digest_size=9).digest()
    return urlsafe_b64encode(digest).decode()
