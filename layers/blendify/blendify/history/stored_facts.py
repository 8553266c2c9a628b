"""Facts as the history table stores them, for questions about the history: by key, by record, by moment of play."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from pynamodb.attributes import (
    Attribute,
    BinaryAttribute,
    BooleanAttribute,
    ListAttribute,
    NumberAttribute,
    UnicodeAttribute,
)
from pynamodb.connection.table import TableConnection
from pynamodb.constants import MAP
from pynamodb.indexes import GlobalSecondaryIndex, IncludeProjection, KeysOnlyProjection
from pynamodb.models import Model

from blendify.core import aws
from blendify.core.settings import settings
from blendify.db.attribute_values import plain
from blendify.history import facts, raw_answers
from blendify.history.facts import FIELDS, part_suffix


class PlainListAttribute(ListAttribute[Any]):
    """A list whose elements are read as plain values; pynamodb would make maps of its own of them."""

    def deserialize(self, values: list[Any]) -> list[Any]:
        """The elements of a list in DynamoDB's notation."""
        return [plain(value) for value in values]


class PlainMapAttribute(Attribute[dict[str, Any]]):
    """A map that is read as plain values."""

    attr_type = MAP

    def deserialize(self, value: Mapping[str, Any]) -> dict[str, Any]:
        """The values of a map in DynamoDB's notation."""
        return {name: plain(element) for name, element in value.items()}


_ATTRIBUTES: Mapping[type, type[Attribute[Any]]] = {
    str: UnicodeAttribute,
    int: NumberAttribute,
    bool: BooleanAttribute,
    list: PlainListAttribute,
    dict: PlainMapAttribute,
}


class ByRecord(GlobalSecondaryIndex["StoredFact"]):  # type: ignore[no-untyped-call]
    """All facts of one record, in no order: reading its history costs in proportion to their number."""

    class Meta:
        """Beside the keys what tells which list a fact is of, and whether it counts: the rest is in the table."""

        index_name = "record"
        projection = IncludeProjection(["time_range", "playlist_id", "removed"])

    partition = UnicodeAttribute(hash_key=True, attr_name="user#type")
    record_id = UnicodeAttribute(range_key=True)


class ByPlay(GlobalSecondaryIndex["StoredFact"]):  # type: ignore[no-untyped-call]
    """Plays in the order in which they were played. Syncs may record them late; several providers may report one."""

    class Meta:
        """Keys alone: what a fact says is read from the table."""

        index_name = "played"
        projection = KeysOnlyProjection()

    partition = UnicodeAttribute(hash_key=True, attr_name="user#type")
    played_at = UnicodeAttribute(range_key=True)


class StoredFact(Model):
    """An item of the history table: a fact, or a part of a large answer. It is only read; `append` writes facts."""

    class Meta:
        """`_get_connection` sets the table, which the environment names."""

        table_name = ""

    partition = UnicodeAttribute(hash_key=True, attr_name="user#type")
    fetched_at = UnicodeAttribute(range_key=True)
    provider = UnicodeAttribute()
    raw = BinaryAttribute(legacy_encoding=False, null=True)
    raw_parts = NumberAttribute(null=True)
    part = NumberAttribute(null=True)
    """2, 3 … on the items that continue an answer too large for one."""

    # `facts` declares the named fields.
    vars().update({name: _ATTRIBUTES[kind](null=True) for name, kind in FIELDS.items()})
    if TYPE_CHECKING:
        record_id: UnicodeAttribute
        played_at: UnicodeAttribute

        def __getattr__(self, name: str) -> Any: ...

    by_record = ByRecord()
    by_play = ByPlay()

    @classmethod
    def _get_connection(cls) -> TableConnection:
        """pynamodb's connection with the client that all other code uses: a second session would cost 75 ms."""
        cls.Meta.table_name = settings().history_table
        connection = super()._get_connection()
        connection.connection._client = aws.client("dynamodb")  # type: ignore[assignment]
        return connection

    @classmethod
    def of_run(cls, user_id: str, data_type: str, begin: str) -> Iterator["StoredFact"]:
        """
        The facts that one sync appended to one partition, in the order of their keys, without continuation parts.

        begin   what their sort keys begin with: the run's start (ISO 8601)
        """
        for fact in cls.query(f"{user_id}#{data_type}", cls.fetched_at.startswith(begin), consistent_read=True):
            if fact.part is None:
                yield fact

    @classmethod
    def every(cls, user_id: str, data_type: str) -> Iterator["StoredFact"]:
        """All facts of one partition, in the order of their keys, without continuation parts; held a page at a time."""
        for fact in cls.query(f"{user_id}#{data_type}", consistent_read=True):
            if fact.part is None:
                yield fact

    @property
    def fields(self) -> dict[str, Any]:
        """The named fields, without keys, answer and what belongs to them."""
        return {name: value for name, value in self.attribute_values.items() if name in FIELDS}

    def answer(self) -> Any:
        """The provider's answer for this record, equal as JSON to what it sent."""
        packed = bytes(self.raw or b"")
        for number in range(2, int(self.raw_parts or 1) + 1):
            part = StoredFact.get(self.partition, f"{self.fetched_at}{part_suffix(number)}", consistent_read=True)
            packed += bytes(part.raw or b"")
        return raw_answers.unpack(packed, facts.texts(self.provider, self.fields))
