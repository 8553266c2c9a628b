"""A listener's connections and syncs as the API and the pages show them."""

from collections.abc import Iterable
from typing import Any

from blendify.access import grant_expiry
from blendify.access.connections import Connection
from blendify.core import times
from blendify.core.data_types import DataType, Outcome, Status
from blendify.core.settings import FORBID, REQUIRE, connectable, more_image_hosts, own_applications
from blendify.history import list_versions
from blendify.importing.filled_holes import filled
from blendify.jobs.progress import Progress
from blendify.providers import PROVIDERS
from blendify.providers.provider import Provider
from blendify.syncing import syncs
from blendify.syncing.syncs import Sync

_COUNTS = ("records", "appended", "removed", "holes", "unavailable", "expected", "calls")


def set_up() -> list[Provider]:
    """The providers that are set up here. A button for another one would lead to a page that says that it is not."""
    required = {provider.name for provider in own_application_offers() if own_applications(provider.name) == REQUIRE}
    return [provider for provider in PROVIDERS.values() if provider.name in connectable() | required]


def own_application_offers() -> list[Provider]:
    """The providers for which a listener may bring an application of their own."""
    return [each for each in PROVIDERS.values() if each.registration and own_applications(each.name) != FORBID]


def title(provider: str) -> str:
    """The provider's name as listeners know it."""
    return PROVIDERS[provider].title


def image_hosts() -> str:
    """Where the providers' pictures are, as sources of a Content-Security-Policy."""
    return " ".join([*(host for each in PROVIDERS.values() for host in each.image_hosts), *more_image_hosts()])


def newest_syncs(user_id: str, count: int) -> list[dict[str, Any]]:
    """The newest syncs with their progress, newest first."""
    return [sync_view(sync, progress) for sync, progress in syncs.newest(user_id, count)]


def connection_view(connection: Connection) -> dict[str, Any]:
    """A connection, all but `plays_read_at`, which costs a read of its own."""
    ends_at = grant_expiry.ends_at(connection)
    return {
        "provider": connection.provider,
        "title": PROVIDERS[connection.provider].title,
        "display_name": connection.display_name,
        "status": connection.status,
        "scopes": list(connection.scopes),
        "authorized_at": connection.authorized_at,
        "access_ends_at": times.iso(ends_at) if ends_at else None,
    }


def plays_read_at(connection: Connection) -> str | None:
    """When recent plays were last read, by a poll or a sync; None before the first time."""
    plays = list_versions.versions(connection.user_id, connection.provider, DataType.RECENTLY_PLAYED)
    return max((version.signals.read_at for version in plays.values() if version.signals.read_at), default=None)


def sync_view(sync: Sync, all_progress: Iterable[Progress]) -> dict[str, Any]:
    """A sync, and what became of each of its data types."""
    by_data_type = {progress.data_type: _progress(progress) for progress in all_progress}
    plays = by_data_type.get(DataType.RECENTLY_PLAYED)
    if plays and plays["holes"]:
        # What the listener has brought since is no longer missing.
        plays["holes"] = max(0, plays["holes"] - filled(sync.user_id, sync.provider, sync.started_at))
    # A sync attempt does not write into the sync when it begins: once `waiting_until` has passed, the sync is running.
    waits = sync.waiting_until is not None and times.parse(sync.waiting_until) > times.now()
    return {
        "sync_id": sync.sync_id,
        "provider": sync.provider,
        "status": Status.RUNNING if sync.status is Status.WAITING and not waits else sync.status,
        "started_at": sync.started_at,
        "finished_at": sync.finished_at,
        "waiting_until": sync.waiting_until if waits else None,
        "round": sync.round,
        "why": sync.why,
        "data_types": {data_type: by_data_type[data_type] for data_type in DataType if data_type in by_data_type},
    }


def _progress(progress: Progress) -> dict[str, Any]:
    waits = progress.until is not None and progress.outcome is Outcome.WAITING
    return {
        "outcome": progress.outcome,
        "why": progress.why,
        "waiting_until": times.iso(progress.until) if waits and progress.until else None,
        **{name: progress.counts[name] for name in _COUNTS},
        "seconds": round(progress.counts["milliseconds"] / 1000, 1),
    }
