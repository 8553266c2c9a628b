"""
A poll: read a listener's recent plays, commit what is new, and say when the connection is due next.

The dispatch has planned the connection already as if nothing was new (`connection_plan.without_news`). So a poll
without news leaves the plan as it is; any other outcome puts another one in its place, unless the connection was
planned anew meanwhile.
A poll has no lease and no record: the commit protocol keeps it safe beside a sync, and beside another poll.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from blendify.collecting.collector import collect_once
from blendify.core import telemetry, times
from blendify.core.data_types import DataType, Outcome
from blendify.core.errors import Superseded
from blendify.history import list_versions
from blendify.jobs.job import POLL, Collected, Job
from blendify.providers import PROVIDERS
from blendify.schedule import due_connections
from blendify.schedule.poll_queue import QueuedPoll
from blendify.schedule.polling_plan import Poll, SyncOutcome
from blendify.syncing import connection_plan, syncs

MILLISECOND = timedelta(milliseconds=1)
NEEDED_SECONDS = 200.0
"""A poll is begun only with this much of the Lambda's time left: the renewal of a token, and a call with its retries
at a provider that hardly answers."""
_POLLS = {
    Outcome.COMPLETE: Poll.DONE,
    Outcome.NOT_OFFERED: Poll.IMPOSSIBLE,
    Outcome.NOT_PERMITTED: Poll.IMPOSSIBLE,
}


def poll(queued: QueuedPoll, seconds_left: Callable[[], float]) -> Outcome:
    """
    Make one poll. Expected refusals are outcomes, and plan the next poll; only defects and infrastructure raise.

    With too little time left the connection is due at once, for the next dispatch.
    """
    if seconds_left() < NEEDED_SECONDS:
        due_now = replace(queued.before, due_at=times.now())
        due_connections.replan(queued.user_id, queued.provider, due_now, queued.due_at)
        return Outcome.WAITING
    collected = _collected(queued, seconds_left)
    _plan(queued, collected)
    telemetry.polled(failed=collected.outcome is Outcome.FAILED)
    return collected.outcome


def give_up(queued: QueuedPoll) -> None:
    """Plan the next poll after one that has failed for good: its plan must not say that plays were read."""
    _plan(queued, Collected(Outcome.FAILED))


def _collected(queued: QueuedPoll, seconds_left: Callable[[], float]) -> Collected:
    user_id, provider = queued.user_id, queued.provider
    plays = PROVIDERS[provider].endpoints.get(DataType.RECENTLY_PLAYED)
    if plays is None:
        return Collected(Outcome.NOT_OFFERED)
    versions = list_versions.versions(user_id, provider, DataType.RECENTLY_PLAYED).values()
    never_read = not any(version.signals.read_at for version in versions)
    if never_read and plays.log_window and plays.log_window.entries is None:
        # A provider that forgets nothing gives all plays of many years to the first who asks: a full sync does.
        return Collected(Outcome.NOT_REQUESTED)
    sync_id = syncs.new_id(times.parse(queued.began_at), f"poll-{queued.due_at}")
    commits = [version.commit for version in versions if version.commit]
    own = [commit.started_at for commit in commits if commit.sync_id == sync_id]
    # A clock may have gone back, and the history is folded in the order of these moments.
    later = [times.iso(times.parse(commit.started_at) + MILLISECOND) for commit in commits]
    fetched_at = own[0] if own else max([queued.began_at, *later])
    try:
        return collect_once(DataType.RECENTLY_PLAYED, Job(user_id, provider, sync_id, fetched_at, POLL), seconds_left)
    except Superseded:
        # The listener has left, or is leaving: nothing is known of their plays any more.
        return Collected(Outcome.RECONNECT)


def _plan(queued: QueuedPoll, collected: Collected) -> None:
    """Put the right plan in place of the one that the dispatch made, if it differs."""
    user_id, provider, due_at = queued.user_id, queued.provider, queued.due_at
    plays, gaps = collected.counts.get("plays", 0), collected.counts.get("holes", 0)
    if collected.outcome is Outcome.RECONNECT:
        due_connections.unschedule(user_id, provider, due_at)
        return
    if collected.outcome is Outcome.COMPLETE and not plays and not gaps:
        return
    kind = _POLLS.get(collected.outcome, Poll.FAILED)
    if collected.outcome is Outcome.NOT_REQUESTED:
        kind = Poll.NOT_ASKED
    outcome = SyncOutcome(times.parse(queued.began_at), kind, plays, gaps)
    following = connection_plan.after(user_id, provider, queued.before, outcome)
    if collected.until:
        following = replace(following, due_at=collected.until)
    due_connections.replan(user_id, provider, following, due_at)
