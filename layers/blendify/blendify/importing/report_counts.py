"""What rows, and plays that were polled too, add to the report of an import. Pure."""

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import replace

from blendify.core import times
from blendify.history.facts import Fact
from blendify.importing import same_plays
from blendify.importing.formats.rows import Play, Row, Skipped
from blendify.importing.import_item import Report
from blendify.importing.same_plays import Pair


def counted(report: Report, rows: Iterable[Row], facts: Iterable[Fact]) -> Report:
    """The report after these rows, which were stored as these facts."""
    skipped, read, years = Counter(report.skipped), report.read, set(report.years)
    covers = dict(report.covers)
    for row in rows:
        read += 1
        if isinstance(row, Skipped):
            skipped[row.reason] += 1
        elif isinstance(row, Play):
            moment = times.iso(row.at)
            first, last = covers.get(row.service, (moment, moment))
            covers[row.service] = min(first, moment), max(last, moment)
            years.add(moment[:4])
    by_data_type = Counter(report.by_data_type)
    by_data_type.update(fact.partition.split("#")[1] for fact in facts)
    return replace(
        report,
        read=read,
        skipped=dict(skipped),
        by_data_type=dict(by_data_type),
        covers=covers,
        years=tuple(sorted(years)),
    )


def compared(report: Report, pairs: Collection[Pair]) -> Report:
    """The report after these plays were linked, each with a polled one."""
    differences = {near: Counter(counts) for near, counts in report.differences.items()}
    for near, counts in same_plays.differences(pairs).items():
        differences.setdefault(near, Counter()).update({str(bound): count for bound, count in counts.items()})
    by_moment = {near: dict(counts) for near, counts in differences.items()}
    return replace(report, linked=report.linked + len(pairs), differences=by_moment)
