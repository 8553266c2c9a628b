"""One word per concept: every data type has its function, state and tables; only a provider's folder names it."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from blendify.core.data_types import DataType
from blendify.providers import PROVIDERS
from local.paths import ROOT
from local.providers import PROVIDERS as LOCAL
from local.simulators.__main__ import SERVICES
from local.template import resources, template
from tests.unit.provider_worlds import SIMULATED

PACKAGE = ROOT / "layers" / "blendify" / "blendify"
SUBJECTS = sorted(
    path
    for folder in (PACKAGE, ROOT / "functions", ROOT / "statemachine")
    for path in folder.rglob("*")
    if path.is_file() and path.suffix not in (".pyc", ".bin") and PACKAGE / "providers" not in path.parents
)


def camel(data_type: DataType) -> str:
    return "Collect" + "".join(word.capitalize() for word in data_type.split("_"))


def states() -> dict[str, Any]:
    """All states of the sync, those in branches as well."""

    def walk(machine: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
        for name, state in machine["States"].items():
            yield name, state
            for branch in state.get("Branches", []):
                yield from walk(branch)

    return dict(walk(json.loads((ROOT / "statemachine" / "sync.asl.json").read_text())))


def missing(data_type: DataType) -> Iterator[str]:
    """What a data type needs and does not have."""
    name, module = camel(data_type), f"functions/collectors/{data_type}.py"
    if not (ROOT / module).is_file():
        yield module
    elif f"collector(DataType.{data_type.name})" not in (ROOT / module).read_text():
        yield f"collector(DataType.{data_type.name}) in {module}"
    function = resources("AWS::Serverless::Function").get(name, {})
    if function.get("Handler") != f"collectors.{data_type}.handler":
        yield f"function {name} with handler collectors.{data_type}.handler in template.yaml"
    machine = resources("AWS::Serverless::StateMachine")["SyncStateMachine"]
    if machine["DefinitionSubstitutions"].get(f"{name}Arn") != {"Fn::GetAtt": [name, "Arn"]}:
        yield f"substitution {name}Arn in template.yaml"
    if {"LambdaInvokePolicy": {"FunctionName": {"Ref": name}}} not in machine["Policies"]:
        yield f"LambdaInvokePolicy for {name} in template.yaml"
    state = states().get(name, {})
    if state.get("Resource") != f"${{{name}Arn}}":
        yield f"state {name} with resource ${{{name}Arn}} in statemachine/sync.asl.json"
    elif not any(f"{data_type}" in json.dumps(catch["Output"]) for catch in state["Catch"]):
        yield f"state {name} catching with data_type {data_type}"
    if not any(data_type in provider.endpoints for provider in PROVIDERS.values()):
        yield f"an endpoints row of at least one provider for {data_type}"


def test_every_data_type_is_complete() -> None:
    """Function, template, state machine and an endpoint have the data type's own name."""
    assert [part for data_type in DataType for part in missing(data_type)] == []


def test_every_collector_belongs_to_a_data_type() -> None:
    """Its module, its function and its state."""
    modules = {path.stem for path in (ROOT / "functions" / "collectors").glob("*.py")} - {"__init__"}
    assert modules == set(DataType)
    expected = {camel(data_type) for data_type in DataType}
    handlers = resources("AWS::Serverless::Function").items()
    assert {name for name, one in handlers if one["Handler"].startswith("collectors.")} == expected
    found = {name for name, one in states().items() if one["Type"] == "Task" and name.startswith("Collect")}
    assert found == expected


def test_every_function_of_the_template_has_its_module() -> None:
    """Every handler of the template is a module, and every module is deployed."""
    handlers = {one["Handler"] for one in resources("AWS::Serverless::Function").values()}
    modules = {path.relative_to(ROOT / "functions") for path in (ROOT / "functions").rglob("*.py")}
    named = {".".join([*path.with_suffix("").parts, "handler"]) for path in modules if path.stem != "__init__"}
    assert handlers == named


def test_a_provider_has_the_name_of_its_folder() -> None:
    """Paths, keys and secrets have this name too."""
    folders = {path.parent.name for path in (PACKAGE / "providers").glob("*/__init__.py")}
    assert {provider.name for provider in PROVIDERS.values()} == set(PROVIDERS) == folders


@pytest.mark.parametrize("name", PROVIDERS)
def test_a_provider_is_known_to_template_and_local_stack(name: str) -> None:
    """It has an application whose client id is a parameter, is offered once that is given, and is simulated."""
    here = LOCAL[name]
    condition = f"Has{name.title().replace('_', '')}"
    client_id, *_, client_secret = here.credentials
    told = {*here.credentials, here.redirect_uri or client_id, *here.addresses, *here.paces}
    assert told <= set(template()["Parameters"])
    assert template()["Parameters"][client_secret]["NoEcho"] is True
    offered = template()["Resources"]["Listener"]["Properties"]["Environment"]["Variables"]["CONNECTABLE"]
    assert {"Fn::If": [condition, name, ""]} in offered["Fn::Join"][1]
    assert template()["Conditions"][condition] == {"Fn::Not": [{"Fn::Equals": [{"Ref": client_id}, ""]}]}
    assert name in SERVICES


def test_every_provider_has_a_world_in_tests() -> None:
    """What is promised of all providers is tested with all of them, and with all that they offer."""
    assert {name: set(one.offered) for name, one in SIMULATED.items()} == {
        name: set(provider.endpoints) for name, provider in PROVIDERS.items()
    }


def test_no_provider_is_named_outside_its_folder() -> None:
    """Another provider touches `providers/` alone: no other code names one, not even in a comment."""
    word = re.compile(r"spotify|apple|last\.?fm", re.IGNORECASE)
    assert len(SUBJECTS) > 100
    named = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()}"
        for path in SUBJECTS
        for number, line in enumerate([path.name, *path.read_text().splitlines()])
        if word.search(line)
    ]
    assert named == []
