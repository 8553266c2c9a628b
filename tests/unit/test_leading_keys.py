"""
A role names the items of the accounts table that its function's code can use, by their partitions.

The emulator knows no such condition, so a role that names too few would be refused in production alone. What the code
can use is taken from its text: all partitions that are named anywhere in the modules which a handler may import.
"""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from blendify.db import keys
from local.paths import ROOT
from tests.unit.test_permissions import FUNCTIONS, MANAGED, as_list, statements

SOURCES = (ROOT / "layers" / "blendify", ROOT / "functions")
PARTITIONS = {
    "user": keys.user("u"),
    "account": keys.account("p", "a"),
    "oauth_state": keys.oauth_state("d"),
    "session": keys.session("d"),
    "bearer": keys.bearer("d"),
    "erasure": keys.erasure("e"),
    "rate_limiter": keys.rate_limiter("p", "a"),
    "quota_usage": keys.quota_usage("p", "a"),
    "revoked": keys.revoked("p", "a"),
    "counted": keys.counted(0),
    "blend": keys.blend("b"),
    "invitation": keys.invitation("d"),
    "begun": keys.begun("p"),
}
"""The functions of `keys` that make partitions, each with one that it makes."""
SYNCING = "BeginSync", "CollectTopTracks", "PollRecentlyPlayed"


def file_of(module: str) -> Path | None:
    """The source of a module of ours, None for all others."""
    path = module.replace(".", "/")
    candidates = (source / end for source in SOURCES for end in (f"{path}.py", f"{path}/__init__.py"))
    return next((file for file in candidates if file.is_file()), None)


@cache
def read(module: str) -> tuple[frozenset[str], frozenset[str]]:
    """The modules of ours that a module imports anywhere in it, and the functions of `keys` that it names."""
    file = file_of(module)
    assert file
    imported, named = set(), set()
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            imported |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            imported |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
            assert node.module != "blendify.db.keys", f"{module} uses names of keys without `keys.`"
        elif isinstance(node, ast.Attribute) and ast.unparse(node.value) == "keys":
            named.add(node.attr)
    return frozenset(filter(file_of, imported)), frozenset(named & PARTITIONS.keys())


def partitions_of(handler: str) -> set[str]:
    """The patterns of all partitions that the code of a handler can name."""
    reached: set[str] = set()
    todo = {handler.removesuffix(".handler")}
    while todo:
        module = todo.pop()
        reached.add(module)
        todo |= read(module)[0] - reached
    used = {name for module in reached for name in read(module)[1]}
    return {PARTITIONS[name].partition("#")[0] + "#*" for name in used}


def account_statements(function: str) -> Iterator[dict[str, Any]]:
    """The statements of a role that are for items of the accounts table; a scan and the index have no such keys."""
    for statement in statements(function):
        of_table = {"Fn::GetAtt": ["AccountsTable", "Arn"]} in as_list(statement["Resource"])
        if of_table and as_list(statement["Action"]) != ["dynamodb:Scan"]:
            yield statement


def patterns(statement: dict[str, Any]) -> set[str]:
    condition, narrow, without = statement["Condition"]["Fn::If"]
    assert (condition, without) == ("RolesAreNarrow", {"Ref": "AWS::NoValue"})
    return set(narrow["ForAllValues:StringLike"]["dynamodb:LeadingKeys"])


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_role_names_the_partitions_of_its_code(name: str) -> None:
    """No fewer, or AWS would refuse; no more than the code can name. Functions that share a policy share its list."""
    wanted = partitions_of(FUNCTIONS[name]["Handler"])
    shared = [policy["Ref"] for policy in FUNCTIONS[name].get("Policies", []) if "Ref" in policy]
    for statement in account_statements(name):
        if statement in [each for policy in shared for each in MANAGED[policy]["PolicyDocument"]["Statement"]]:
            assert wanted <= patterns(statement)
        else:
            assert patterns(statement) == wanted


def test_who_syncs_reaches_no_login() -> None:
    """Functions that read what providers send use no session, bearer token, login state or erasure."""
    for name in SYNCING:
        for statement in account_statements(name):
            assert patterns(statement) == {"account#*", "gate#*", "revoked#*", "user#*"}


def test_the_table_has_no_other_partitions() -> None:
    """Every function of `keys` whose docstring says so is looked for."""
    made = {name for name, each in vars(keys).items() if (each.__doc__ or "").startswith("Partition ")}
    assert made == set(PARTITIONS)
