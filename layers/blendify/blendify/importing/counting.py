"""What counts as a play: decided when plays are read, never when they are stored, and by a rule that can be changed."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class CountingRule:
    """The listener's choice. The default is the convention of most services."""

    least_ms: int = 30_000
    """Heard for so long it counts."""
    finished: bool = True
    """Whether what was played to its end counts however short it is."""
    incognito: bool = True
    """Whether plays of a private session count."""


MOST_SECONDS = 600
"""The longest that a listener may choose."""


def chosen_rule(profile: Mapping[str, str]) -> CountingRule:
    """The rule by what is stored of a user."""
    seconds = profile.get("play_seconds")
    return CountingRule() if seconds is None else CountingRule(least_ms=int(seconds) * 1000)


def counts(rule: CountingRule, flags: Mapping[str, Any], ms_played: int | None, duration_ms: int | None = None) -> bool:
    """
    Whether a play counts by the rule; `flags` are those of a `Play`.

    Where the export does not say how long it was heard it counts, unless it says that it was skipped.
    """
    if flags.get("incognito") and not rule.incognito:
        return False
    if ms_played is None:
        return not flags.get("skipped")
    if ms_played >= rule.least_ms:
        return True
    whole = flags.get("finished") or (duration_ms is not None and 0 < duration_ms <= ms_played)
    return rule.finished and bool(whole)
