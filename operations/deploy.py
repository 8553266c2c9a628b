"""
Building and deploying to AWS: one file of parameters, one runtime and processor for build and deployment.

    python -m operations.deploy [FILE]      FILE is deploy.yaml unless given; deploy.example.yaml shows what it may hold

Nothing is asked. The change set is shown before it is executed, and afterwards what to register with providers.
"""

import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from local.errors import CommandError, Misconfigured, status_of
from local.paths import LOCAL, ROOT
from local.template import defaults, template

FILE = ROOT / "deploy.yaml"
PLATFORMS = {"arm64": "aarch64-manylinux2014", "x86_64": "x86_64-manylinux2014"}
"""Names of wheels for each of Lambda's processors."""
MACHINES = {"arm64": "aarch64", "x86_64": "x86_64"}
"""Names of these processors in the files of compiled modules."""
OWN = ("Runtime", "Architecture")


class Failed(CommandError):
    """A command of SAM ended with an error; it has said why."""


@dataclass(frozen=True)
class Wanted:
    """What the file asks for."""

    region: str
    stack: str
    parameters: Mapping[str, str]
    """All of the template's: those that the file leaves out have the template's defaults."""

    @classmethod
    def of(cls, file: Path) -> "Wanted":
        """
        What a file asks for.

        Shape   {"region": str, "stack": str (optional), "parameters": {name: value} (optional)}
        Raises  Misconfigured with what to write
        """
        content = _content(file)
        unknown = sorted(set(content) - {"region", "stack", "parameters"})
        if unknown or not isinstance(content.get("region"), str):
            raise Misconfigured(f"{file.name} must hold region, and may hold stack and parameters{_named(unknown)}.")
        parameters = content.get("parameters") or {}
        if not isinstance(parameters, Mapping):
            raise Misconfigured(f"The parameters in {file.name} must be names and values.")
        known = template()["Parameters"]
        unknown = sorted(set(parameters) - set(known))
        if unknown:
            raise Misconfigured(f"{file.name} has parameters that template.yaml does not have{_named(unknown)}.")
        if any(known[name].get("NoEcho") for name in parameters) and file.stat().st_mode & 0o077:
            raise Misconfigured(f"{file.name} holds a secret, and others may read it: chmod 600 {file.name}")
        given = {name: _text(value) for name, value in parameters.items()}
        return cls(content["region"], str(content.get("stack") or "blendify"), {**defaults(), **given})


def _content(file: Path) -> Mapping[str, Any]:
    try:
        content = yaml.safe_load(file.read_text())
    except FileNotFoundError:
        hint = f"cp deploy.example.yaml {file.name}; chmod 600 {file.name}"
        raise Misconfigured(f"{file.name} is missing, which says where and how to deploy: {hint}") from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise Misconfigured(f"{file.name} is not YAML: {error}") from None
    return content if isinstance(content, Mapping) else {}


def _named(names: list[str]) -> str:
    return f": not {', '.join(names)}" if names else ""


def _text(value: object) -> str:
    """YAML reads `on` and `true` as a truth value; the template's parameters are texts."""
    if isinstance(value, bool):
        raise Misconfigured("Write on, off, true and false in quotes.")
    return "" if value is None else str(value)


def foreign(build: Path, runtime: str, architecture: str) -> Iterator[Path]:
    """Compiled modules below `build` that this runtime on this processor cannot load."""
    version = runtime.removeprefix("python").replace(".", "")
    for module in sorted(build.rglob("*.so")):
        tags = re.search(r"\.(cpython-(\d+)|abi3)(?:-(\w+)-linux-gnu)?\.so$", module.name)
        if tags and ((tags[2] or version) != version or (tags[3] or MACHINES[architecture]) != MACHINES[architecture]):
            yield module


def deploy(file: Path = FILE) -> int:
    """Build, check what was built, deploy, print the outputs. Raises Misconfigured, Failed."""
    wanted = Wanted.of(file)
    runtime, architecture = (wanted.parameters[name] for name in OWN)
    build = LOCAL / "deploy" / "build"
    parameters = LOCAL / "deploy" / "parameters.yaml"
    parameters.parent.mkdir(parents=True, exist_ok=True)
    parameters.touch(mode=0o600)
    try:
        parameters.write_text(yaml.safe_dump(dict(wanted.parameters)))
        overrides = ["--parameter-overrides", f"file://{parameters}"]
        # The layers' Makefiles are told the same as the template.
        _sam(
            ["build", "--build-dir", str(build), *overrides],
            {"RUNTIME": runtime, "PLATFORM": PLATFORMS[architecture]},
        )
        if wrong := list(foreign(build, runtime, architecture)):
            names = ", ".join(sorted({module.name for module in wrong}))
            raise Failed(f"Built for another Python or processor than {runtime} on {architecture}: {names}")
        where = ["--template-file", str(build / "template.yaml"), "--region", wanted.region]
        _sam(["deploy", *where, "--stack-name", wanted.stack, *overrides], {})
    finally:
        parameters.unlink()
    _sam(["list", "stack-outputs", "--region", wanted.region, "--stack-name", wanted.stack], {})
    print("\n  Register the redirect URIs with their providers, to the letter. The runbook is docs/runbook.md.")
    return 0


def _sam(command: list[str], environment: Mapping[str, str]) -> None:
    done = subprocess.run(["sam", *command], cwd=ROOT, env={**os.environ, **environment}, check=False)  # noqa: S607
    if done.returncode:
        raise Failed(f"sam {command[0]} failed, see above.")


def main() -> int:
    """The command line."""
    file = Path(sys.argv[1]) if len(sys.argv) > 1 else FILE
    return status_of(lambda: deploy(file), print)


if __name__ == "__main__":
    sys.exit(main())
