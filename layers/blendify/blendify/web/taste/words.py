"""Days, months and numbers in words that people use."""

from collections.abc import Sequence
from datetime import date

from blendify.core.data_types import DataType

MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
RANGES = {
    "7day": "7 days",
    "short_term": "4 weeks",
    "3month": "3 months",
    "medium_term": "6 months",
    "long_term": "A year",
    "overall": "All time",
    "heavy_rotation": "Heavy rotation",
}
FEW_MONTHS, MANY_MONTHS = 14, 36
"""Up to so many no month's name stands twice; beyond the second, months are too narrow for names."""
SOURCES = {
    DataType.RECENTLY_PLAYED: "a play",
    DataType.SAVED_TRACKS: "a song that you liked",
    DataType.SAVED_ALBUMS: "an album that you saved",
    DataType.PLAYLIST_TRACKS: "a song in a playlist",
    DataType.FOLLOWED_ARTISTS: "your follow",
    DataType.TOP_TRACKS: "your top songs",
    DataType.TOP_ARTISTS: "your top artists",
}
"""What tells of an artist first, by data type."""
ADDITIONS = {
    "saved_tracks": "Liked songs",
    "saved_albums": "Albums",
    "playlist_tracks": "Songs in playlists",
    "followed_artists": "Artists you follow",
}


def day(text: str) -> str:
    """`28 November 2026`."""
    return f"{int(text[8:10])} {MONTHS[int(text[5:7]) - 1]} {text[:4]}"


def short_day(text: str) -> str:
    """`28 Nov`."""
    return f"{int(text[8:10])} {MONTHS[int(text[5:7]) - 1][:3]}"


def short_date(text: str) -> str:
    """`28 Nov 2026`."""
    return f"{short_day(text)} {text[:4]}"


def weekday_and_day(text: str) -> str:
    """`Saturday, 28 November 2026`."""
    return f"{WEEKDAYS[date.fromisoformat(text).weekday()]}, {day(text)}"


def month(text: str) -> str:
    """`November 2026`; of a year the year."""
    return f"{MONTHS[int(text[5:7]) - 1]} {text[:4]}" if len(text) > 4 else text


def short_month(text: str) -> str:
    """`Nov`, and in January the year too."""
    return f"{MONTHS[int(text[5:7]) - 1][:3]}{' ' + text[:4] if text[5:7] == '01' else ''}"


def month_labels(months: Sequence[str]) -> list[str]:
    """Names below columns of months, in order: without years, with them, or of many months the years alone."""
    if len(months) <= FEW_MONTHS:
        return [short_month(month) for month in months]
    if len(months) <= MANY_MONTHS:
        return [f"{MONTHS[int(month[5:7]) - 1][:3]} {month[2:4]}" for month in months]
    return [month[:4] if month[5:7] == "01" else "" for month in months]


def number(value: float) -> str:
    """`1,234`."""
    return f"{round(value):,}"


def percent(share: float) -> str:
    """`64 %`, of a share from 0 to 1."""
    return f"{100 * share:.0f} %"


def count(value: float, noun: str, plural: str | None = None) -> str:
    """`1 play`, `1,234 plays`."""
    return f"{number(value)} {noun if round(value) == 1 else plural or noun + 's'}"


def about(minutes: int) -> str:
    """`about 3 hours`, `about 40 minutes`: nobody tells how long was really listened."""
    return f"about {count(minutes / 60, 'hour')}" if minutes >= 180 else f"about {count(minutes, 'minute')}"


def hour(value: int) -> str:
    """`between 20:00 and 21:00`."""
    return f"between {value:02}:00 and {(value + 1) % 24:02}:00"


def listed(names: list[str]) -> str:
    """`Ada, Ben and Cleo`."""
    return f"{', '.join(names[:-1])} and {names[-1]}" if len(names) > 1 else "".join(names)
