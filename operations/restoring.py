"""
Copying records from a restored history table into the running one, without those of listeners who were erased since.

A backup still holds what was erased after its moment. An erasure of everything takes a user's profile; one of a
provider leaves the moment at which it was asked for. So records are copied only of users who are there, and only what
is younger than such a moment: every erasure is repeated, although receipts name nobody. Nothing is overwritten.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import ClientError

from blendify.db import keys
from blendify.history.facts import CHECKPOINTS, is_imported
from blendify.leaving.receipts import of_import
from local.errors import Misconfigured

Item = Mapping[str, Mapping[str, Any]]
SCHEMA = [{"AttributeName": "user#type", "KeyType": "HASH"}, {"AttributeName": "fetched_at", "KeyType": "RANGE"}]


NEVER = "9999"
"""Later than every moment."""


@dataclass
class Restoring:
    """One copy from a restored table."""

    client: Any
    """Of DynamoDB."""
    accounts: str
    history: str
    since: dict[tuple[str, str], str] = field(default_factory=dict)
    """From when on a scope's records of a user are copied, as far as it was looked up."""
    copied: int = 0
    present: int = 0
    erased: int = 0

    def copy(self, restored: str, say: Callable[[str], None]) -> str:
        """
        Copy what is missing; `say` gets a line for each thousand records. Stopped and started again, it goes on.

        Raises  Misconfigured unless the table has the history's keys
        """
        try:
            described = self.client.describe_table(TableName=restored)["Table"]
        except self.client.exceptions.ResourceNotFoundException:
            raise Misconfigured(f"There is no table {restored}.") from None
        if described["KeySchema"] != SCHEMA or restored == self.history:
            raise Misconfigured(f"{restored} is no restored copy of the history {self.history}.")
        for number, item in enumerate(self._records(restored), 1):
            self._copy(item)
            if number % 1_000 == 0:
                say(self._counts())
        return self._counts()

    def _records(self, restored: str) -> Iterator[Item]:
        """All records; snapshots, whose partitions have another third part, are made again by syncs."""
        for page in self.client.get_paginator("scan").paginate(TableName=restored):
            yield from (item for item in page["Items"] if not item["user#type"]["S"].endswith(CHECKPOINTS))

    def _copy(self, item: Item) -> None:
        user_id = item["user#type"]["S"].partition("#")[0]
        if is_imported(item["user#type"]["S"]):
            # An import that was taken back has left the moment of that.
            erased = self._since(user_id, of_import(item.get("import_id", {"S": ""})["S"])) != ""
        else:
            erased = item["fetched_at"]["S"] < self._since(user_id, item["provider"]["S"])
        if erased:
            self.erased += 1
            return
        try:
            self.client.put_item(
                TableName=self.history, Item=item, ConditionExpression="attribute_not_exists(fetched_at)"
            )
            self.copied += 1
        except ClientError as error:
            if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
                raise
            self.present += 1

    def _since(self, user_id: str, scope: str) -> str:
        if (user_id, scope) not in self.since:
            erased = self._item(user_id, keys.erased(scope))
            stays = self._item(user_id, keys.profile()) is not None
            self.since[user_id, scope] = (erased["requested_at"]["S"] if erased else "") if stays else NEVER
        return self.since[user_id, scope]

    def _item(self, user_id: str, sk: str) -> Item | None:
        key = {"pk": {"S": keys.user(user_id)}, "sk": {"S": sk}}
        answer: dict[str, Any] = self.client.get_item(TableName=self.accounts, Key=key, ConsistentRead=True)
        return answer.get("Item")

    def _counts(self) -> str:
        return f"{self.copied} records copied, {self.present} were there, {self.erased} were erased since."
