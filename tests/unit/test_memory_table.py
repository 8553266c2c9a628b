"""The state table in memory behaves like DynamoDB, for random changes under random conditions."""

from typing import Any

import pytest
from boto3.dynamodb.conditions import Attr, ConditionBase
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from blendify.db.state_table import Change, ConditionFailed, StateTable, state_table
from tests.unit.memory_table import MemoryTable

pytestmark = pytest.mark.usefixtures("aws_in_memory")

NAMES, NUMBERS = st.sampled_from(["a", "b"]), st.integers(0, 3)
COMPARISONS = st.sampled_from(["eq", "ne", "lt", "lte", "gt", "gte"])
CONDITIONS: st.SearchStrategy[ConditionBase] = st.recursive(
    st.builds(lambda name: Attr(name).exists(), NAMES)
    | st.builds(lambda name: Attr(name).not_exists(), NAMES)
    | st.builds(lambda name, compare, number: getattr(Attr(name), compare)(number), NAMES, COMPARISONS, NUMBERS),
    lambda inner: (
        st.builds(lambda left, right: left & right, inner, inner)
        | st.builds(lambda left, right: left | right, inner, inner)
    ),
    max_leaves=3,
)
CHANGES = (
    st.builds(lambda name, number: Change(set={name: number}), NAMES, NUMBERS)
    | st.builds(lambda name, number: Change(add={name: number}), NAMES, NUMBERS)
    | st.builds(lambda name: Change(set={"c": 1}, remove=(name,)), NAMES)
)
WRITES = st.lists(
    st.tuples(st.sampled_from(["put", "update", "delete"]), CHANGES, st.none() | CONDITIONS), min_size=1, max_size=8
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(writes=WRITES)
def test_the_same_writes_have_the_same_results(writes: list[tuple[str, Change, ConditionBase | None]]) -> None:
    """Each write returns the same item or is refused with it, and stores the same item."""
    state_table().delete("p", "s")
    memory = MemoryTable()
    for kind, change, condition in writes:
        results = [written(table, kind, change, condition) for table in (memory, state_table())]
        assert results[0] == results[1]
        assert memory.get("p", "s") == state_table().get("p", "s")


def written(table: StateTable, kind: str, change: Change, condition: ConditionBase | None) -> tuple[str, Any]:
    """The item that a write returns, or the item of its refusal."""
    try:
        if kind == "put":
            return kind, table.put("p", "s", change.set or {}, only_if=condition)  # type: ignore[func-returns-value]
        if kind == "delete":
            return kind, table.delete("p", "s", only_if=condition)
        return kind, table.update("p", "s", change, only_if=condition)
    except ConditionFailed as refused:
        return "refused", refused.stored
