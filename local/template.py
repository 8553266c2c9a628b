"""template.yaml as data."""

from functools import cache
from typing import Any

from samtranslator.yaml_helper import yaml_parse

from local.paths import ROOT


def snake_case(name: str) -> str:
    """`spotify_api_url` for a parameter or an output `SpotifyApiUrl`."""
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name).lstrip("_")


@cache
def template() -> dict[str, Any]:
    """The template as written, without SAM's transform; short forms (`!Ref X`) are the long ones ({"Ref": "X"})."""
    loaded: dict[str, Any] = yaml_parse((ROOT / "template.yaml").read_text())
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
