"""A Lambda loads what it uses, and importing a module does no work: cold starts depend on both."""

import json
import os
import subprocess
import sys

import pytest

from blendify.providers import PROVIDERS
from local.paths import ROOT
from local.template import resources, template
from tests.unit import imports_of_handlers

PACKAGE = ROOT / "layers" / "blendify"
FUNCTIONS = ROOT / "functions"
HANDLERS = sorted(
    ".".join(path.relative_to(FUNCTIONS).with_suffix("").parts)
    for path in FUNCTIONS.rglob("*.py")
    # One collector stands for all: they differ in their data type alone.
    if path.parent.name != "collectors" or path.stem == "top_tracks"
)
STEPS = ("sync.", "erase.", "export.", "watch.")
"""The handlers that no listener waits for, except collectors."""

TABLES = tuple(f"blendify.providers.{name}" for name in PROVIDERS)
"""Loaded when a provider is first needed."""
WITH_FIRST_CALL = {"blendify.core.timed_http", "blendify.leaving.outdated"}
"""Loaded where they are needed: with a function's first call to a provider, as it needs `requests`; and by the erasures
that fold the history."""
DISPATCH = {"core", "db", "lambdas", "providers", "schedule", "syncing"}
"""The packages that the schedule's Lambda needs, once a minute."""


@pytest.fixture(scope="module")
def loaded() -> dict[str, set[str]]:
    """The modules that each handler loads, except those of boto3 and the standard library."""
    command = [sys.executable, imports_of_handlers.__file__, *HANDLERS, *TABLES]
    # No settings: a module that reads them when it is imported fails.
    environment = {"PYTHONPATH": os.pathsep.join([str(PACKAGE), str(FUNCTIONS)])}
    done = subprocess.run(  # noqa: S603 -- our own module
        command, env=environment, capture_output=True, text=True, check=True, timeout=120
    )
    result: dict[str, list[str] | str] = json.loads(done.stdout)
    assert {name: error for name, error in result.items() if isinstance(error, str)} == {}
    return {name: set(modules) for name, modules in result.items()}


def parents(module: str) -> set[str]:
    """The module and the packages that contain it."""
    parts = module.split(".")
    return {".".join(parts[:count]) for count in range(1, len(parts) + 1)}


def unwanted(loaded: dict[str, set[str]], handlers: tuple[str, ...], *names: str) -> dict[str, set[str]]:
    """Which of these modules the handlers load nevertheless."""
    loaded_by = {
        handler: {module for module in modules if parents(module) & set(names)}
        for handler, modules in loaded.items()
        if handler.startswith(handlers)
    }
    assert loaded_by, "no handler has such a name"
    return {handler: modules for handler, modules in loaded_by.items() if modules}


def test_boto3_comes_with_the_package() -> None:
    """
    Before any of our modules, and so at one depth: deeper within them its import may take a quarter longer.

    What looks for garbage comes later by then: boto3 alone makes a hundred times as many objects as Python's own limit.
    """
    code = (
        "import gc, sys, blendify; print('boto3' in sys.modules, max(each['collections'] for each in gc.get_stats()))"
    )
    command = [sys.executable, "-c", code]
    done = subprocess.run(  # noqa: S603 -- our own module
        command, env={"PYTHONPATH": str(PACKAGE)}, capture_output=True, text=True, check=True, timeout=120
    )
    loaded, collections = done.stdout.split()
    assert loaded == "True"
    assert int(collections) < 50


def test_steps_load_nothing_of_the_collecting_side(loaded: dict[str, set[str]]) -> None:
    """They load no module of the collector, no HTTP library, no provider's tables and no page."""
    packages = ("blendify.collecting", "blendify.fetching", "blendify.web")
    assert unwanted(loaded, STEPS, *packages, "jinja2", "requests", "cryptography", *TABLES) == {}


def test_dispatch_loads_the_schedule_alone(loaded: dict[str, set[str]]) -> None:
    """
    It starts every minute, so it loads no token code and no history.

    A provider's tables, which say how many plays it remembers, are loaded with the first poll of it.
    """
    packages = {module.split(".")[1] for module in loaded["sync.dispatch"] if module.startswith("blendify.")}
    assert packages == DISPATCH
    assert unwanted(loaded, ("sync.dispatch",), "pynamodb", "requests", *TABLES) == {}


def test_collectors_load_neither_pages_nor_another_providers_libraries(loaded: dict[str, set[str]]) -> None:
    """They load no templates. A library that one provider needs to sign its calls is loaded with the first call."""
    assert unwanted(loaded, ("collectors.",), "jinja2", "cryptography", "blendify.web", "blendify.export") == {}


def test_the_api_loads_nothing_that_calls_providers(loaded: dict[str, set[str]]) -> None:
    """Listeners wait for these cold starts, so they load no HTTP library and no module that calls."""
    assert unwanted(loaded, ("api.",), "requests", "cryptography", "blendify.calling", "blendify.lambdas") == {}


def test_the_functions_that_call_providers_have_the_layer_that_signs(loaded: dict[str, set[str]]) -> None:
    """Cryptography is larger than all other packages together: it has its own layer, and is loaded to sign a call."""
    callers = {name for name, modules in loaded.items() if "blendify.calling.fetch" in modules}
    signing = {"Ref": "SigningLayer"}
    assert {"collectors.top_tracks", "auth.callback"} <= callers
    for name, function in resources("AWS::Serverless::Function").items():
        handler = function["Handler"].removesuffix(".handler")
        calls = handler in callers or handler.startswith("collectors.")
        assert (signing in function.get("Layers", [])) is calls, name
    assert template()["Globals"]["Function"]["Layers"] == [{"Ref": "BlendifyLayer"}, {"Ref": "DependenciesLayer"}]
    packages, signers = ((ROOT / f"layers/dependencies/{name}.txt").read_text() for name in ("requirements", "signing"))
    assert "cryptography==" not in packages
    assert "cryptography==" in signers


def test_importing_a_module_does_no_work(loaded: dict[str, set[str]]) -> None:
    """Every module was imported without settings, AWS session and network, and every module belongs to a handler."""
    modules = {
        ".".join(path.relative_to(PACKAGE).with_suffix("").parts).removesuffix(".__init__")
        for path in PACKAGE.rglob("*.py")
    }
    assert modules - set().union(*loaded.values()) == WITH_FIRST_CALL
