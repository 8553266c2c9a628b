"""
Lists of a data type that failed or were refused to the end in the latest sync, so that the next one reads them last.

A list that fails for good holds no other up then, and costs a call or two in each sync.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self
from zlib import crc32

from blendify.core.data_types import DataType
from blendify.db import keys
from blendify.db.state_table import state_table
from blendify.providers.endpoint import ListRef

MOST = 2_000
"""Lists of each kind that are remembered: the item stays far below 400 KB."""


@dataclass(frozen=True)
class Troubles:
    """The lists with trouble of one data type, by their ids."""

    failing: frozenset[str] = frozenset()
    """The provider failed whenever it was asked."""
    closed: frozenset[str] = frozenset()
    """The provider refused to give them: not the listener's own, or gone."""

    @classmethod
    def load(cls, user_id: str, provider: str, data_type: DataType) -> Self:
        """Those of the latest sync."""
        item = state_table().get(keys.user(user_id), keys.troubles(provider, data_type)) or {}
        return cls(frozenset(item.get("failing", ())), frozenset(item.get("closed", ())))

    def save(self, user_id: str, provider: str, data_type: DataType) -> None:
        """Keep them for the next sync."""
        failing, closed = sorted(self.failing)[:MOST], sorted(self.closed)[:MOST]
        item = {"failing": failing, "closed": closed}
        state_table().put(keys.user(user_id), keys.troubles(provider, data_type), item)

    def last(self, lists: Sequence[ListRef], turn: str) -> list[ListRef]:
        """
        The lists with those in trouble behind all others.

        turn    any text: with another one, failing lists stand in another order, as not all of them may be asked for
        """

        def order(listed: ListRef) -> tuple[bool, bool, int]:
            failing = listed.list_id in self.failing
            place = crc32(f"{turn} {listed.list_id}".encode(errors="backslashreplace")) if failing else 0
            return failing, listed.list_id in self.closed, place

        return sorted(lists, key=order)
