"""
Accounts whose time was never begun: connected before there was a limit, and perhaps disconnected long ago.

They are found by reading the table once, a page at a time, over as many looks as it takes; from the look that finds one
its time runs. Later logins begin it themselves.

Item    `begun#<provider>`: where the next look goes on, or that all accounts were looked at
"""

from collections.abc import Callable

from boto3.dynamodb.conditions import Attr

from blendify.access import users, whole_readings
from blendify.db import keys
from blendify.db.state_table import state_table
from blendify.providers import NAMES

SK = "begun"


def begin_missing(seconds_left: Callable[[], float], reserve: float) -> None:
    """Begin the time of accounts that have none, while more than `reserve` seconds are left."""
    for provider in NAMES:
        if whole_readings.limit(provider) is not None:
            _begin(provider, seconds_left, reserve)


def _begin(provider: str, seconds_left: Callable[[], float], reserve: float) -> None:
    progress = state_table().get(keys.begun(provider), SK) or {}
    place = progress.get("place")
    # A connection that was stored before there were items of accounts has none.
    of_account = Attr("sk").begins_with(keys.own_account(provider)) | Attr("sk").eq(keys.connection(provider))
    while not progress.get("done") and seconds_left() > reserve:
        items, place = state_table().scan(of_account, place)
        for user_id in {item["pk"].removeprefix(keys.user("")) for item in items}:
            # An erasure that begins just now deletes this too: its last pass comes after the end of this function.
            if users.profile(user_id):
                whole_readings.begin(user_id, provider)
        progress = {"place": place, "done": place is None}
        state_table().put(keys.begun(provider), SK, progress)
