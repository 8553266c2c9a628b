"""The plan of a connection, by the operator's cadence and by what its provider remembers of a listener's plays."""

from dataclasses import replace
from datetime import datetime

from blendify.core import times
from blendify.core.data_types import DataType
from blendify.providers import PROVIDERS
from blendify.schedule import due_connections, polling_plan
from blendify.schedule.cadence import Cadence, cadence
from blendify.schedule.polling_plan import Plan, Poll, SyncOutcome


def after(user_id: str, provider: str, before: Plan | None, outcome: SyncOutcome) -> Plan:
    """The plan after a sync or poll that ends now. Raises SettingMissing."""
    key = due_connections.key(user_id, provider)
    return polling_plan.plan(key, before, outcome, _cadence_at(provider), times.now())


def without_news(user_id: str, provider: str, before: Plan, began_at: datetime) -> Plan:
    """The plan after a poll that brings nothing new."""
    outcome = SyncOutcome(began_at, Poll.DONE)
    return polling_plan.plan(due_connections.key(user_id, provider), before, outcome, _cadence_at(provider), began_at)


def _cadence_at(provider: str) -> Cadence:
    plays = PROVIDERS[provider].endpoints.get(DataType.RECENTLY_PLAYED)
    if plays is None or plays.log_window is None:
        return cadence()
    if plays.log_window.entries is None:
        return replace(cadence(), forgets=False)
    return replace(cadence(), remembered_plays=plays.log_window.entries)
