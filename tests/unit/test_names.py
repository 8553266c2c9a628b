"""Every data type has its function, state and endpoint under its own name; only its own folder names a provider."""

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
from tests.unit.robustness.providers import TRAITS
from tests.unit.simulated import SIMULATED

PACKAGE = ROOT / "layers" / "blendify" / "blendify"
NAMED_IN = {PACKAGE / "providers", PACKAGE / "importing" / "formats"}
SUBJECTS = sorted(
    path
    for folder in (PACKAGE, ROOT / "functions", ROOT / "statemachine")
    for path in folder.rglob("*")
    if path.is_file() and path.suffix not in (".pyc", ".bin") and not NAMED_IN & {*path.parents}
)


def camel(data_type: DataType) -> str:
    return "Collect" + "".join(word.capitalize() for word in data_type.split("_"))


def states() -> dict[str, Any]:
    """All states of the sync, also those in branches, by name."""

    def walk(machine: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
        for name, state in machine["States"].items():
            yield name, state
            for branch in state.get("Branches", []):
                yield from walk(branch)

    return dict(walk(json.loads((ROOT / "statemachine" / "sync.asl.json").read_text())))


def missing(data_type: DataType) -> Iterator[str]:
    """What a data type lacks."""
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
    functions = resources("AWS::Serverless::Function").items()
    assert {name for name, function in functions if function["Handler"].startswith("collectors.")} == expected
    tasks = {name for name, state in states().items() if state["Type"] == "Task"}
    assert {name for name in tasks if name.startswith("Collect")} == expected


def test_every_function_of_the_template_has_its_module() -> None:
    """Every handler of the template is a module, and every module is deployed."""
    handlers = {function["Handler"] for function in resources("AWS::Serverless::Function").values()}
    modules = {path.relative_to(ROOT / "functions") for path in (ROOT / "functions").rglob("*.py")}
    named = {".".join([*path.with_suffix("").parts, "handler"]) for path in modules if path.stem != "__init__"}
    assert handlers == named


def test_a_provider_has_the_name_of_its_folder() -> None:
    """Paths, keys and secrets have this name too."""
    folders = {path.parent.name for path in (PACKAGE / "providers").glob("*/__init__.py")}
    assert {provider.name for provider in PROVIDERS.values()} == set(PROVIDERS) == folders


@pytest.mark.parametrize("name", PROVIDERS)
def test_a_provider_is_known_to_template_and_local_stack(name: str) -> None:
    """Its client id is a parameter, it is offered once that parameter is given, and it is simulated."""
    here = LOCAL[name]
    condition = f"Has{name.title().replace('_', '')}"
    client_id, *_, client_secret = here.credentials
    parameters = {*here.credentials, here.redirect_uri or client_id, *here.addresses, *here.paces}
    assert parameters <= set(template()["Parameters"])
    assert template()["Parameters"][client_secret]["NoEcho"] is True
    offered = template()["Resources"]["Listener"]["Properties"]["Environment"]["Variables"]["CONNECTABLE"]
    assert {"Fn::If": [condition, name, ""]} in offered["Fn::Join"][1]
    assert template()["Conditions"][condition] == {"Fn::Not": [{"Fn::Equals": [{"Ref": client_id}, ""]}]}
    assert name in SERVICES


def test_every_provider_has_an_adapter_in_tests() -> None:
    """Promises about all providers are tested with each of them, and with every data type that it offers."""
    assert set(SIMULATED) == set(TRAITS) == set(PROVIDERS)
    changes = {name: set(traits.changes) for name, traits in TRAITS.items()}
    assert changes == {name: set(provider.endpoints) for name, provider in PROVIDERS.items()}


def test_no_provider_is_named_outside_its_folder() -> None:
    """`providers/` names a provider, `importing/formats/` its export, and nothing else does, not even in a comment."""
    word = re.compile(r"spotify|apple|last\.?fm|sound\.?cloud", re.IGNORECASE)
    assert len(SUBJECTS) > 100
    named = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()}"
        for path in SUBJECTS
        for number, line in enumerate([path.name, *path.read_text().splitlines()])
        if word.search(line)
    ]
    assert named == []
