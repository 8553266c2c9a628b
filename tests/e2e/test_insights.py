"""Insights follow the syncs of the deployed system, with its roles, and are made again by one command."""

from tests.e2e.system import SettledListener, System, wait_for
from tests.e2e.test_operating import fleet

KINDS = {"codes", "plays", "tops", "current", "library", "names", "firsts", "known", "~shelves"}


def buckets(system: System, user_id: str) -> set[str]:
    """The names of a listener's buckets, on both shelves."""
    items = system.items("insights_table")
    return {item["bucket"]["S"] for item in items if item["user_id"]["S"].partition("#")[0] == user_id}


def test_a_listener_has_insights_after_a_sync_and_again_after_a_rebuild(
    system: System, settled: SettledListener
) -> None:
    user_id = settled.user_id

    def all_kinds() -> set[str]:
        made = buckets(system, user_id)
        return made if {name.partition("#")[0] for name in made} == KINDS else set()

    made = wait_for("insights of every kind", all_kinds)
    client, table = system.stack.emulator.client("dynamodb"), system.outputs["insights_table"]
    for name in made:
        client.delete_item(TableName=table, Key={"user_id": {"S": user_id}, "bucket": {"S": name}})
    fleet(system).rebuild(user_id)
    wait_for("the same insights again", lambda: made <= buckets(system, user_id))
