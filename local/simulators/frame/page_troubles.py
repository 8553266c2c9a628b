"""
Pages that are not what the list holds. A trouble takes what would truly be served and gives what is served instead, or
None where it can change nothing; it knows no service, as a `Page` is not written yet. New kinds go here.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace

from local.simulators.frame.faults import Fault, FaultKind
from local.simulators.frame.pages import Page, Reading, Window


def edited(reading: Reading, fault: Fault) -> Page | None:
    """The true page, changed as `EDITS` says; None for an edit that leaves it as it is."""
    true, edit = reading.page, fault.edit
    null, keep = edit.get("null", []), edit.get("keep", len(true.entries))
    entries = [None if place in null else entry for place, entry in enumerate(true.entries[:keep])]
    total = edit.get("total", true.total)
    if total is not None:
        total += edit.get("total_off", 0)
    page = replace(true, entries=entries, total=total, more=edit.get("next", true.more))
    return None if page == true else page


def repeated(reading: Reading, fault: Fault) -> Page | None:
    """
    The page before the one asked for; None where there is none.

    By offset  the entries of the page before, and around them what belongs to the page asked for
    By cursor  the page before as it was, so that its cursor is the one that the call came with
    """
    true = reading.page
    if true.window.start == 0:
        return None
    start = max(0, true.window.start - true.window.limit)
    before = reading.at(Window(start, true.window.limit))
    return before if reading.endpoint.pages.cursors else replace(true, entries=before.entries)


PAGE_TROUBLES: Mapping[FaultKind, Callable[[Reading, Fault], Page | None]] = {
    FaultKind.EDIT: edited,
    FaultKind.REPEAT: repeated,
}
