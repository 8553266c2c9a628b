"""A Lambda loads what it uses, and importing a module does no work: cold starts depend on both."""

import ast
import json
import os
import subprocess
import sys
from collections.abc import Iterator

import pytest

from local.paths import ROOT
from tests.unit import imports_of_handlers

PACKAGE = ROOT / "layers" / "blendify"
FUNCTIONS = ROOT / "functions"
HANDLERS = sorted(
    ".".join(path.relative_to(FUNCTIONS).with_suffix("").parts)
    for path in FUNCTIONS.rglob("*.py")
    # One collector stands for all: they differ in their data type alone.
    if path.parent.name != "collectors" or path.stem == "top_tracks"
)
STEPS = ("sync.", "erase.", "export.")
"""Everything that no listener waits for, but collectors."""

PROGRESS = {"blendify.collecting", "blendify.collecting.job", "blendify.collecting.progress"}
"""What steps know of collecting: what is passed to collectors, and how far they have come."""
DISPATCH = {"core", "db", "lambdas", "schedule", "syncing"}
"""The packages that the schedule's Lambda needs, once a minute."""

READ_SETTINGS = {
    "layers/blendify/blendify/web/callback.py: state_machine",
    "layers/blendify/blendify/web/export.py: export_state_machine",
    "layers/blendify/blendify/web/export.py: exports_bucket",
    "layers/blendify/blendify/web/leave.py: erase_state_machine",
    "layers/blendify/blendify/web/syncs.py: state_machine",
}
"""The modules that still read settings when they are imported. One that no longer does must go from this list."""
READERS = {"required", "settings", "state_machine", "erase_state_machine", "export_state_machine", "exports_bucket"}
READERS |= {"connectable", "cadence", "client", "session", "state_table", "http_session", "getenv"}
"""What reads the environment, or makes a client, a table or a connection."""


@pytest.fixture(scope="module")
def loaded() -> dict[str, set[str]]:
    """The modules that each handler loads, beside boto3's and the standard library's."""
    command = [sys.executable, imports_of_handlers.__file__, *HANDLERS]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    path = os.pathsep.join([str(PACKAGE), str(FUNCTIONS)])
    done = subprocess.run(  # noqa: S603 -- our own module
        command, env={**environment, "PYTHONPATH": path}, capture_output=True, text=True, check=True, timeout=120
    )
    result: dict[str, list[str] | str] = json.loads(done.stdout)
    assert {name: error for name, error in result.items() if isinstance(error, str)} == {}
    return {name: set(modules) for name, modules in result.items()}


def parents(module: str) -> set[str]:
    """The module and the packages that it lies in."""
    parts = module.split(".")
    return {".".join(parts[:count]) for count in range(1, len(parts) + 1)}


def unwanted(loaded: dict[str, set[str]], handlers: tuple[str, ...], *names: str) -> dict[str, set[str]]:
    """Which of these modules the handlers load nevertheless."""
    found = {
        handler: {module for module in modules if parents(module) & set(names)}
        for handler, modules in loaded.items()
        if handler.startswith(handlers)
    }
    assert found, "no handler has such a name"
    return {handler: modules for handler, modules in found.items() if modules}


def test_steps_load_nothing_of_the_collecting_side(loaded: dict[str, set[str]]) -> None:
    """Neither the collector's modules, nor HTTP, a provider's tables or pages."""
    collecting = unwanted(loaded, STEPS, "blendify.collecting")
    assert {handler: modules - PROGRESS for handler, modules in collecting.items() if modules - PROGRESS} == {}
    tables = [f"blendify.providers.{name}" for name in ("spotify", "apple_music", "lastfm", "oauth2")]
    assert unwanted(loaded, STEPS, "blendify.web", "jinja2", "requests", "cryptography", *tables) == {}


def test_dispatch_loads_the_schedule_alone(loaded: dict[str, set[str]]) -> None:
    """It starts every minute: no provider, no token, no history."""
    packages = {module.split(".")[1] for module in loaded["sync.dispatch"] if module.startswith("blendify.")}
    assert packages == DISPATCH
    assert unwanted(loaded, ("sync.dispatch",), "pynamodb", "requests") == {}


def test_collectors_load_neither_pages_nor_another_providers_libraries(loaded: dict[str, set[str]]) -> None:
    """No templates; what one provider needs to sign its calls is loaded with its first call."""
    assert unwanted(loaded, ("collectors.",), "jinja2", "cryptography", "blendify.web", "blendify.export") == {}


def test_the_api_loads_nothing_that_calls_providers(loaded: dict[str, set[str]]) -> None:
    """Listeners wait for these cold starts."""
    assert unwanted(loaded, ("api.",), "requests", "cryptography", "blendify.calling", "blendify.lambdas") == {}


def calls_at_import(node: ast.AST) -> Iterator[str]:
    """The names of functions that are called when the module is imported: also in class bodies, not in functions."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            continue
        if isinstance(child, ast.Call):
            called = child.func
            yield called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
        yield from calls_at_import(child)


def test_importing_a_module_reads_no_settings_and_makes_no_client() -> None:
    """Every module can be imported without an environment, by tools and tests alike, and a cold start does it once."""
    files = [*PACKAGE.rglob("*.py"), *FUNCTIONS.rglob("*.py")]
    found = {
        f"{file.relative_to(ROOT)}: {name}"
        for file in files
        for name in calls_at_import(ast.parse(file.read_text()))
        if name in READERS
    }
    assert found == READ_SETTINGS
