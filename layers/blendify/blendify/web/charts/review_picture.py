"""
A month or a year as a picture to save: one SVG document with its own colours, without any foreign picture.

A document of its own has no stylesheet of ours. Its styles stand in it, the same for everybody, so that the answer's
policy can name them by their hash.
"""

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from markupsafe import Markup

from blendify.web.charts.rank_chart import shortened
from blendify.web.charts.svg import element, joined

WIDTH, HEIGHT, MARGIN = 1080, 1350, 84
BARS_WIDTH, BARS_HEIGHT, BARS_BOTTOM = 420, 64, 128
STYLE = (
    "svg{background:#17131d}text{font-family:system-ui,'Segoe UI',Roboto,sans-serif;fill:#f3eff8}"
    ".brand{font-size:30px;font-weight:700;fill:#c3a1ec}.title{font-size:92px;font-weight:800;letter-spacing:-3px}"
    ".number{font-size:62px;font-weight:750;letter-spacing:-1px}.label{font-size:27px;fill:#a99fb8}"
    ".head{font-size:27px;font-weight:700;fill:#c3a1ec}.row{font-size:34px;font-weight:650}.by{font-size:27px;fill:#a99fb8}"
    ".place{font-size:38px;font-weight:750;fill:#c3a1ec}.note{font-size:27px;fill:#d8cfe4}.rule{stroke:#3a3245;stroke-width:2}"
)
POLICY = f"default-src 'none'; style-src 'sha256-{b64encode(sha256(STYLE.encode()).digest()).decode()}'"
ROWS = 5
COLUMN = 18
"""Characters of a row in half the width."""


@dataclass(frozen=True)
class Facts:
    """What stands on the picture."""

    title: str
    numbers: Sequence[tuple[str, str]]
    """A number and what it counts; the first four are shown."""
    artists: Sequence[str]
    songs: Sequence[tuple[str, str]]
    """Title and artists."""
    sentences: Sequence[str]
    rhythm: Sequence[int] = ()
    """Plays of each day or month, as bars beside the title."""


def picture(facts: Facts) -> str:
    """The document."""
    parts = [
        element("rect", width=WIDTH, height=HEIGHT, fill="#17131d"),
        _mark(),
        element("text", "Blendify", x=MARGIN + 66, y=118, class_="brand"),
        element("text", shortened(facts.title, 22), x=MARGIN - 4, y=256, class_="title"),
        *_bars(facts.rhythm),
        *_numbers(facts.numbers[:4]),
        _rule(470),
        *_artists(facts.artists[:ROWS], 540),
        *_songs(facts.songs[:ROWS], 540),
        _rule(1130),
        *_notes(facts.sentences),
    ]
    document = element(
        "svg",
        element("title", f"{facts.title} in review"),
        # Text of a stylesheet is not escaped: it is ours, and has no character that would need it.
        Markup("<style>") + Markup(STYLE) + Markup("</style>"),  # noqa: S704
        *parts,
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {WIDTH} {HEIGHT}",
        width=WIDTH,
        height=HEIGHT,
        role="img",
    )
    return str(document)


def _mark() -> Markup:
    """The two circles of the icon."""
    left = element("circle", cx=MARGIN + 20, cy=108, r=20, fill="#8f5fd0")
    right = element("circle", cx=MARGIN + 36, cy=108, r=20, fill="#c3a1ec", fill_opacity="0.8")
    return joined([left, right])


def _bars(rhythm: Sequence[int]) -> list[Markup]:
    most = max(rhythm, default=0)
    if not most:
        return []
    pitch = BARS_WIDTH / len(rhythm)
    return [
        element(
            "rect",
            x=WIDTH - MARGIN - BARS_WIDTH + place * pitch,
            y=BARS_BOTTOM - BARS_HEIGHT * plays / most,
            width=pitch * 0.7,
            height=BARS_HEIGHT * plays / most,
            fill="#c3a1ec" if plays == most else "#5b4878",
        )
        for place, plays in enumerate(rhythm)
    ]


def _rule(y: int) -> Markup:
    return element("line", x1=MARGIN, x2=WIDTH - MARGIN, y1=y, y2=y, class_="rule")


def _numbers(numbers: Sequence[tuple[str, str]]) -> list[Markup]:
    width = (WIDTH - 2 * MARGIN) / max(1, len(numbers))
    return [
        joined(
            [
                element("text", value, x=MARGIN + place * width, y=372, class_="number"),
                element("text", shortened(label, 16), x=MARGIN + place * width, y=416, class_="label"),
            ]
        )
        for place, (value, label) in enumerate(numbers)
    ]


def _artists(names: Sequence[str], top: int) -> list[Markup]:
    if not names:
        return []
    rows = [element("text", "TOP ARTISTS", x=MARGIN, y=top, class_="head")]
    for place, name in enumerate(names):
        y = top + 82 + place * 98
        rows.append(element("text", place + 1, x=MARGIN, y=y, class_="place"))
        rows.append(element("text", shortened(name, COLUMN), x=MARGIN + 52, y=y, class_="row"))
    return rows


def _songs(songs: Sequence[tuple[str, str]], top: int) -> list[Markup]:
    if not songs:
        return []
    left = WIDTH / 2 + 24
    rows = [element("text", "TOP SONGS", x=left, y=top, class_="head")]
    for place, (title, artists) in enumerate(songs):
        y = top + 82 + place * 98
        rows.append(element("text", place + 1, x=left, y=y, class_="place"))
        rows.append(element("text", shortened(title, COLUMN), x=left + 52, y=y - 14, class_="row"))
        rows.append(element("text", shortened(artists, COLUMN + 8), x=left + 52, y=y + 24, class_="by"))
    return rows


def _notes(sentences: Sequence[str]) -> list[Markup]:
    lines = [line for sentence in sentences for line in _wrapped(sentence, 64)]
    return [element("text", line, x=MARGIN, y=1190 + place * 42, class_="note") for place, line in enumerate(lines[:4])]


def _wrapped(sentence: str, characters: int) -> list[str]:
    """The sentence in lines of so many characters; nobody knows the width of letters here."""
    lines = [""]
    for word in sentence.split(" "):
        if lines[-1] and len(lines[-1]) + 1 + len(word) > characters:
            lines.append(word)
        else:
            lines[-1] = f"{lines[-1]} {word}".strip()
    return lines
