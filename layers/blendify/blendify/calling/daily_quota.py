"""
A provider's quota of calls a day, over all listeners of an application: counted before each call, and never exceeded.

Item    `day` beside the rate limiter's: `used` of `most` calls until `resets_at` (ms), when the count begins anew. The
        schedule reads it, which may read neither the application nor the provider's table
"""

from boto3.dynamodb.conditions import Attr

from blendify.core import times
from blendify.core.days import next_day
from blendify.core.errors import MustWait
from blendify.db import keys
from blendify.db.state_table import Change, ConditionFailed, Item, StateTable
from blendify.providers import PROVIDERS
from blendify.providers.application import Application

ITEM = "day"


class DailyQuota:
    """Counts the calls of one application; does nothing for one without a quota a day."""

    def __init__(self, application: Application, table: StateTable) -> None:
        self._application, self._table = application, table
        self._pk = keys.rate_limiter(application.provider, application.name)

    def take(self, *, beyond: bool = False) -> None:
        """
        Count one call.

        beyond  whether it was made already, whatever is left
        Raises  MustWait until the quota begins anew, when all of the day's calls are made
        """
        most = self._application.calls_per_day
        while most:
            now, one_more = times.milliseconds(times.now()), Change(set={"most": most}, add={"used": 1})
            left = Attr("resets_at").gt(now) if beyond else Attr("resets_at").gt(now) & Attr("used").lt(most)
            try:
                self._table.update(self._pk, ITEM, one_more, only_if=left)
            except ConditionFailed as refused:
                if not self._begin(refused.stored, now):
                    continue
            return

    def _begin(self, item: Item | None, now: int) -> bool:
        """Begin a new day with one call; False if another worker was faster. Raises MustWait if the day is not over."""
        provider = PROVIDERS[self._application.provider]
        if item and int(item["resets_at"]) > now:
            until = times.from_milliseconds(int(item["resets_at"]))
            raise MustWait(f"today's quota of calls to {provider.title} is used up", until)
        resets_at = times.milliseconds(next_day(times.now(), provider.quota_zone))
        first = Change(set={"used": 1, "most": self._application.calls_per_day, "resets_at": resets_at})
        over = Attr("resets_at").not_exists() | Attr("resets_at").lte(now)
        try:
            self._table.update(self._pk, ITEM, first, only_if=over)
        except ConditionFailed:
            return False
        return True
