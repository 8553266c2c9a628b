"""Numbers to places."""

from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from math import floor, log, log10

Point = tuple[float, float]


def nice_step(largest: float, lines: int = 4) -> int:
    """The distance between grid lines, 1, 2 or 5 times a power of ten, so that there are at most so many."""
    if largest <= lines:
        return 1
    magnitude = 10 ** floor(log10(largest / lines))
    return int(next(factor * magnitude for factor in (1, 2, 5, 10) if largest / (factor * magnitude) <= lines))


def every(count: int, room: float, width: float) -> int:
    """Every how many of `count` labels fit, each `width` wide, into `room`."""
    return max(1, -(-int(count * width) // max(1, int(room))))


def runs(
    values: Sequence[int | None], x: Callable[[int], float], y: Callable[[int], float]
) -> Iterator[list[tuple[int, float, float]]]:
    """Unbroken stretches of (index, x, y): a value that is unknown ends one."""
    points = [None if value is None else (index, x(index), y(value)) for index, value in enumerate(values)]
    for known, group in groupby(points, key=lambda point: point is not None):
        if known:
            yield [point for point in group if point is not None]


def bump(points: Sequence[Point]) -> str:
    """A path that is level at each point, so that it never goes beyond a rank that it has."""
    (x, y), *rest = points
    path = [f"M{x:.1f} {y:.1f}"]
    for u, v in rest:
        middle = (x + u) / 2
        path.append(f"C{middle:.1f} {y:.1f} {middle:.1f} {v:.1f} {u:.1f} {v:.1f}")
        x, y = u, v
    return "".join(path)


def rank_height(rank: int, depth: int, step: float, tail: float) -> float:
    """
    How far below the first rank: the first ten at equal distances, those up to `depth` closer and closer.

    step    between two of the first ten
    tail    height of all from the tenth to the last
    """
    if rank <= 10 or depth <= 10:
        return (rank - 1) * step
    return 9 * step + tail * log(min(rank, depth) / 10) / log(depth / 10)
