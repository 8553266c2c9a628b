"""
The main job on this machine, from nothing to a table: start the stack, connect a simulated listener through the real
pages, follow the sync, compare what is stored with what was served; then change the library and sync again.

    PROVIDER=lastfm python -m operations.demo        another provider than Spotify
"""

import json
import os
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from subprocess import Popen
from threading import Event
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table

from local.deployment import step
from local.errors import Misconfigured, status_of
from local.simulators.spotify.long_standing import NAME as NORA
from local.stack import Stack
from operations import friends, two_years
from operations.bring_years import bring
from operations.browser import Browser, WalkFailed
from operations.history_reader import HistoryReader, stored_differences
from operations.second_sync import appended, change_library

LONGEST_SECONDS = 600
TOKEN_NAME = "make demo"  # noqa: S105 -- a name
FINAL = ("succeeded", "partial", "failed")

console = Console(highlight=False, soft_wrap=True)


def main() -> int:
    """Returns 0 only if everything was collected and is stored as it was served."""
    return status_of(_demo, lambda words: console.print(words, markup=False, style="red"))


def _demo() -> int:
    listener = os.environ.get("LISTENER") or "listener"
    stack = Stack.of(os.environ)
    provider = stack.simulator.provider
    variable = provider.variable(next(iter(provider.credentials)))
    if os.environ.get(variable):
        raise Misconfigured(f"The demo connects a simulated listener: unset {variable}, or use `make up`.")
    began = time.monotonic()
    with two_years.begun() if provider.name == two_years.PROVIDER else nullcontext() as past:
        outputs = stack.up()
        sync, user_id = _connect_and_follow(stack, listener)
        counters = stack.simulator.control("GET", "counters")
        _print_table(sync, _figures(stack, outputs["accounts_table"], user_id, sync["sync_id"]), counters)
        wrong = _check(stack, outputs["history_table"], listener, user_id, sync)
        second_sync = partial(_second_sync, stack, outputs, listener, user_id)
        if not wrong:
            # Friends and two years are shown once, with the service that is the default.
            wrong = _others(stack, second_sync, past) if past else second_sync()
    if not wrong and past and os.environ.get("IMPORT"):
        wrong = bring(stack, provider.name, listener, console)
    _print_addresses(stack, outputs, time.monotonic() - began)
    return 0 if sync["status"] == "succeeded" and not wrong else 1


def _connect_and_follow(stack: Stack, listener: str) -> tuple[Any, str]:
    stack.simulator.control("POST", "counters/reset")
    step(f"Connecting {listener}: login, consent, callback, dashboard")
    browser = Browser(stack.api_url)
    before = datetime.now(UTC)
    browser.connect(stack.simulator.provider.name, listener)
    _make_token(browser, stack.folder / "token")
    seconds = (datetime.now(UTC) - before).total_seconds()
    step(f"On the dashboard after {seconds:.1f} s; the sync goes on in the background\n")
    return _follow(browser, before)


def _make_token(browser: Browser, file: Path) -> None:
    """Create a bearer token for the examples in docs/api.md, as an app of the listener would have."""
    known: Any = browser.read("/me/tokens")["items"]
    for token in known:
        if token["name"] == TOKEN_NAME:
            browser.send(f"/me/tokens/{token['token_id']}", method="DELETE")
    _, made, _ = browser.send("/me/tokens", {"name": TOKEN_NAME})
    file.unlink(missing_ok=True)
    file.touch(mode=0o600)
    file.write_text(made["token"])


def _follow(browser: Browser, before: datetime) -> tuple[Any, str]:
    """Wait for the end of the sync that began after `before`, with a progress bar for each data type."""
    give_up = time.monotonic() + LONGEST_SECONDS
    columns = (
        TextColumn("  {task.description:<18}"),
        BarColumn(32),
        MofNCompleteColumn(),
        TextColumn("{task.fields[outcome]}"),
    )
    with Progress(*columns, console=console) as bars:
        tasks: dict[str, Any] = {}
        while time.monotonic() < give_up:
            me: Any = browser.read("/me")
            sync = me["latest_sync"]
            if sync and datetime.fromisoformat(sync["started_at"]) >= before:
                _draw(bars, tasks, sync["data_types"])
                if sync["status"] in FINAL:
                    return sync, me["user_id"]
            time.sleep(0.5)
    raise WalkFailed(f"the sync did not end within {LONGEST_SECONDS} s")


def _draw(bars: Progress, tasks: dict[str, Any], data_types: Mapping[str, Any]) -> None:
    for data_type, progress in data_types.items():
        if data_type not in tasks:
            tasks[data_type] = bars.add_task(data_type, total=None, outcome="")
        total = max(progress["expected"], progress["records"]) or None
        bars.update(tasks[data_type], total=total, completed=progress["records"], outcome=progress["outcome"])


def _figures(stack: Stack, table: str, user_id: str, sync_id: str) -> dict[str, dict[str, int]]:
    """The sync's counts per data type, as an operator finds them in the state table."""
    response = stack.emulator.client("dynamodb").query(
        TableName=table,
        KeyConditionExpression="pk = :p AND begins_with(sk, :s)",
        ExpressionAttributeValues={":p": {"S": f"user#{user_id}"}, ":s": {"S": f"sync#{sync_id}#"}},
    )
    return {
        item["data_type"]["S"]: {name: int(value["N"]) for name, value in item.items() if "N" in value}
        for item in response["Items"]
    }


def _print_table(
    sync: Mapping[str, Any], figures: Mapping[str, Mapping[str, int]], counters: Mapping[str, Any]
) -> None:
    table = Table("data type", "outcome", title=f"Sync {sync['sync_id']}: {sync['status']}", title_justify="left")
    for name in ("records", "calls", "seconds"):
        table.add_column(name, justify="right")
    table.add_column("why")
    for data_type, progress in sync["data_types"].items():
        counts = (f"{progress['records']:,}", str(progress["calls"]), f"{progress['seconds']:.1f}")
        table.add_row(data_type, progress["outcome"], *counts, progress["why"] or "")
    console.print(table)
    total = {name: sum(counts.get(name, 0) for counts in figures.values()) for name in ("records", *_TOTALS)}
    records = total["records"] or 1
    calls = sum(endpoint["calls"] for endpoint in counters["endpoints"].values())
    console.print(f"  API calls     {calls:,} as the simulator counts them, token and profile included")
    console.print(
        f"  Write units   {total['write_units']:,} for {records:,} records: {total['write_units'] / records:.2f} each"
    )
    console.print(f"  Bytes         {total['raw_bytes']:,} of answers, {total['stored_bytes']:,} stored in all")


_TOTALS = ("write_units", "raw_bytes", "stored_bytes")


def _check(stack: Stack, table: str, listener: str, user_id: str, sync: Mapping[str, Any]) -> list[str]:
    """Compare what is stored with what was served. Prints and returns the differences."""
    truth = stack.simulator.truth(listener)
    history = HistoryReader(stack.emulator.client("dynamodb"), table, user_id)
    stored = {name: history.stored(name, sync["started_at"]) for name in truth}
    if _known_before(history, truth, sync["started_at"]):
        # A listener of an earlier demo: this sync appended what has changed since, and the history as a whole counts.
        step(f"{listener} was here before: the history is compared as a whole")
        wrong, stored = history.differences(truth), {}
    else:
        wrong = stored_differences(truth, stored)
    for line in wrong:
        console.print(f"  [red]{line}[/red]")
    if not wrong and not stored:
        console.print("  Verified      the history, folded, is the library as it is now")
    elif not wrong:
        count = sum(map(len, stored.values()))
        console.print(f"  Verified      {count:,} records stored exactly once, every answer equal to what was served")
    return wrong


def _known_before(history: HistoryReader, data_types: Iterable[str], started_at: str) -> bool:
    """Whether an earlier sync has stored something of the listener."""
    moments = (item["fetched_at"]["S"].partition("#")[0] for name in data_types for item in history.items(name))
    return any(moment < started_at for moment in moments)


def _second_sync(stack: Stack, outputs: Mapping[str, str], listener: str, user_id: str) -> list[str]:
    """Change the library and run a second sync. Returns how the history then differs from the library."""
    count = change_library(stack, listener, stack.simulator.truth(listener))
    step(f"\n  {listener} changes {count} things; an operator starts a second sync")
    stack.simulator.control("POST", "counters/reset")
    machine = stack.emulator.client("stepfunctions")
    given = json.dumps({"user_id": user_id, "provider": stack.simulator.provider.name})
    arn = machine.start_execution(stateMachineArn=outputs["state_machine_arn"], input=given)["executionArn"]
    give_up = time.monotonic() + LONGEST_SECONDS
    while (ended := machine.describe_execution(executionArn=arn))["status"] == "RUNNING":
        if time.monotonic() > give_up:
            raise WalkFailed(f"the second sync did not end within {LONGEST_SECONDS} s")
        time.sleep(0.5)
    truth = stack.simulator.truth(listener)
    history = HistoryReader(stack.emulator.client("dynamodb"), outputs["history_table"], user_id)
    console.print(appended(history, truth))
    endpoints = stack.simulator.control("GET", "counters")["endpoints"]
    calls = sum(endpoint["calls"] for endpoint in endpoints.values())
    console.print(f"  API calls     {calls:,} (the first sync read everything)")
    wrong = [] if ended["status"] == "SUCCEEDED" else [f"the second sync ended as {ended['status']}"]
    wrong += history.differences(truth)
    for line in wrong:
        console.print(f"  [red]{line}[/red]")
    if not wrong:
        console.print("  Verified      the history, folded, is the library as it is now")
    return wrong


def _others(stack: Stack, second_sync: Callable[[], list[str]], past: "Popen[str]") -> list[str]:
    """Friends meet during the second sync and while two years are stored, as both wait most of the time."""
    quiet = Event()
    step("\n  Meanwhile three friends and two strangers connect five services")
    with ThreadPoolExecutor(1) as pool:
        meeting = pool.submit(friends.meet, stack, quiet)
        try:
            wrong = second_sync()
        finally:
            quiet.set()
        if not wrong:
            wrong = _two_years(stack, past)
        met = meeting.result()
    return [*wrong, *friends.show(met, stack, console)]


def _two_years(stack: Stack, past: "Popen[str]") -> list[str]:
    """A second listener, whose account was connected two years ago. Returns what their first sync since then missed."""
    step(f"\n  {NORA} has used all this for two years")
    if not two_years.stored(past):
        return ["two years could not be stored"]
    browser, before = Browser(stack.api_url), datetime.now(UTC)
    browser.connect(two_years.PROVIDER, NORA)
    sync, _ = _follow(browser, before)
    appended = sum(progress["appended"] + progress["removed"] for progress in sync["data_types"].values())
    console.print(f"  {NORA} connects: the sync ends as {sync['status']}, and appends {appended} records")
    return [] if sync["status"] == "succeeded" and not appended else ["two years end otherwise than they were stored"]


def _print_addresses(stack: Stack, outputs: Mapping[str, str], seconds: float) -> None:
    console.print(f"\n  Done in {seconds:.0f} s. The stack goes on running; `make down` stops it.")
    console.print(f"  Start page    {outputs['api_url']}/")
    console.print(f"  Dashboard     {outputs['dashboard_url']}")
    if stack.simulator.provider.name == two_years.PROVIDER:
        login = f"{outputs['api_url']}/auth/{two_years.PROVIDER}/login"
        console.print(f"  Two years     {login}  (as {NORA}: then the dashboard is theirs)")
    console.print(f"  Simulator     {stack.simulator.address}")
    console.print("  All outputs   .local/outputs.json")
    console.print('  Ask for data  curl -H "Authorization: Bearer $(cat .local/token)" \\')
    console.print(f"                '{outputs['api_url']}/me/music/top_tracks?time_range=short_term&limit=3'")


if __name__ == "__main__":
    sys.exit(main())
