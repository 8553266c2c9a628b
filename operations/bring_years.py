"""`make demo IMPORT=1`, the walk: upload the file of ten years through the page, show its report and what it tells."""

import time
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table

from local.deployment import step
from local.stack import Stack
from operations.browser import Browser
from operations.ten_years import YEARS, Archive

LONGEST_SECONDS = 900
SHOWN_ARTISTS = 3

Months = Mapping[str, Mapping[str, Any]]


def bring(stack: Stack, provider: str, listener: str, console: Console) -> list[str]:
    """The listener brings ten years out of a file. Returns what became of it otherwise than it should."""
    archive = Archive.of(stack.simulator.truth(listener), datetime.now(UTC))
    megabytes = len(archive.content) / 1e6
    step(f"\n  {listener} brings ten years: {archive.rows:,} plays in {megabytes:.1f} MB, by the page /imports")
    browser = Browser(stack.api_url)
    browser.connect(provider, listener)
    began = time.monotonic()
    page = browser.upload("/imports", "my_spotify_data.zip", archive.content)
    report = _read(browser, page, archive.rows, console)
    _print_report(report, console)
    rate = archive.rows / (time.monotonic() - began)
    console.print(f"  Rate          {rate:,.0f} plays a second on this machine, upload and waiting included")
    console.print(f"  Report        {stack.api_url}{page}  (as {listener})")
    wrong = [] if report["status"] == "succeeded" else [f"the import ended as {report['status']}"]
    if report["stored"] + report["known"] != archive.rows:
        wrong.append(f"{archive.rows} plays are in the file, and {report['stored']} were stored")
    months = _counted(browser, archive, console)
    wrong += differences(archive, months)
    _print_years(months, console)
    for line in wrong:
        console.print(f"  [red]{line}[/red]")
    if not wrong:
        count = sum(archive.counted.values())
        console.print(f"  Verified      {count:,} plays of the file count, each once and in its month")
    _print_pages(stack.api_url, listener, months, console)
    return wrong


def _read(browser: Browser, page: str, rows: int, console: Console) -> Any:
    """The report, once nothing is read any more."""
    report: Any = {"status": "reading"}
    give_up = time.monotonic() + LONGEST_SECONDS
    with Progress(TextColumn("  reading"), BarColumn(32), MofNCompleteColumn(), console=console) as bar:
        task = bar.add_task("reading", total=rows)
        while report["status"] == "reading" and time.monotonic() < give_up:
            report = browser.read(f"/me{page}")
            bar.update(task, completed=report["read"])
            time.sleep(0.5)
    return report


def _print_report(report: Mapping[str, Any], console: Console) -> None:
    table = Table("", "plays", title=f"Import {report['import_id']}: {report['status']}", title_justify="left")
    for name in ("read", "stored", "known", "linked"):
        table.add_row({"linked": "polled, too: told once"}.get(name, name), f"{report[name]:,}")
    console.print(table)
    for span in report["covers"]:
        console.print(f"  Covers        {span['service']} from {span['from'][:10]} to {span['until'][:10]}")
    near = ", ".join(f"{each['plays']} from {each['seconds_from']} s" for each in report["differences"])
    console.print(f"  Differences   of both moments of a play: {near}")


def _counted(browser: Browser, archive: Archive, console: Console) -> Months:
    """What the insights tell of each month, once they count everything, or after the longest wait."""
    give_up, months = time.monotonic() + LONGEST_SECONDS, dict[str, Mapping[str, Any]]()
    with Progress(TextColumn("  counting"), BarColumn(32), MofNCompleteColumn(), console=console) as bar:
        task = bar.add_task("counting", total=sum(archive.counted.values()))
        missing = dict(archive.counted)
        while missing and time.monotonic() < give_up:
            months.update(_months(browser, min(missing)))
            missing = {
                month: count
                for month, count in archive.counted.items()
                if month not in months or months[month]["plays"] < count
            }
            bar.update(task, completed=sum(archive.counted.values()) - sum(missing.values()))
            time.sleep(2)
    return months


def _months(browser: Browser, first: str) -> Months:
    """The months from this one on."""
    months, cursor = dict[str, Mapping[str, Any]](), ""
    while True:
        answer: Any = browser.read(f"/me/taste/listening?from={first}{cursor}")
        months.update({month["month"]: month for month in answer["items"]})
        if answer["next_cursor"] is None:
            return months
        cursor = f"&cursor={answer['next_cursor']}"


def differences(archive: Archive, months: Months) -> list[str]:
    """Where the insights count otherwise than the file; of a month in which a sync polled they may count more."""
    wrong = []
    for month, count in archive.counted.items():
        counted = months[month]["plays"] if month in months else 0
        if counted < count or (counted > count and month not in archive.polled_months):
            wrong.append(f"{month}: {count} plays of the file count, and the insights have {counted}")
    return wrong


def _print_years(months: Months, console: Console) -> None:
    """The picture of ten years: plays, and who was heard most."""
    plays: Counter[str] = Counter()
    artists: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for name, month in months.items():
        plays[name[:4]] += month["plays"]
        artists[name[:4]].update({artist["name"]: artist["plays"] for artist in month["artists"]})
    table = Table("year", "plays", "heard most", title=f"{YEARS} years", title_justify="left")
    for year in sorted(plays):
        table.add_row(year, f"{plays[year]:,}", _named(artists[year]))
    table.add_row("all", f"{plays.total():,}", _named(sum(artists.values(), Counter())))
    console.print(table)


def _named(counts: Counter[str]) -> str:
    return ", ".join(f"{name} ({plays:.0f})" for name, plays in counts.most_common(SHOWN_ARTISTS))


def _print_pages(api_url: str, listener: str, months: Months, console: Console) -> None:
    first, middle = min(months, default=""), sorted(months)[len(months) // 2][:4] if months else ""
    best: Counter[str] = Counter()
    for month in months.values():
        best.update({artist["key"]: artist["plays"] for artist in month["artists"]})
    pages: Sequence[tuple[str, str]] = (
        ("Of all time", "top?source=plays"),
        ("Ranks", f"ranks?source=plays&from={first}-01"),
        ("Days, hours", f"hours?period={middle}"),
        ("A year", f"review?period={middle}"),
        ("Since when", f"artists/{best.most_common(1)[0][0]}" if best else ""),
        ("Discoveries", "discoveries"),
    )
    for title, path in pages:
        console.print(f"  {title:<13} {api_url}/taste/{path}" + (f"  (as {listener})" if path == pages[0][1] else ""))
