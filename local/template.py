"""template.yaml as data."""

from functools import cache
from typing import Any

import yaml

from local.paths import ROOT


class _Loader(yaml.SafeLoader):
    """Reads CloudFormation's short forms (`!Ref X`) as the long ones ({"Ref": "X"})."""


def _function(loader: yaml.SafeLoader, suffix: str, node: yaml.Node) -> dict[str, Any]:
    name = suffix if suffix in ("Ref", "Condition") else f"Fn::{suffix}"
    value: Any
    if isinstance(node, yaml.ScalarNode):
        value = loader.construct_scalar(node)
        if suffix == "GetAtt":
            value = value.split(".", 1)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    elif isinstance(node, yaml.MappingNode):
        value = loader.construct_mapping(node, deep=True)
    else:
        raise TypeError(f"a YAML node of unknown kind: {node}")
    return {name: value}


_Loader.add_multi_constructor("!", _function)


@cache
def template() -> dict[str, Any]:
    """The template as written, without SAM's transform."""
    loaded: dict[str, Any] = yaml.load((ROOT / "template.yaml").read_text(), Loader=_Loader)  # noqa: S506
    return loaded


def resources(kind: str) -> dict[str, dict[str, Any]]:
    """The properties of all resources of one type, by logical id."""
    every = template()["Resources"].items()
    return {name: resource.get("Properties", {}) for name, resource in every if resource["Type"] == kind}


def defaults() -> dict[str, str]:
    """
    The default of every parameter that has one.

    A parameter that an update of a stack leaves out keeps its last value. It does not return to the default.
    """
    parameters = template()["Parameters"].items()
    return {name: str(parameter["Default"]) for name, parameter in parameters if "Default" in parameter}
