"""A deployment to AWS: what its file may hold, and what is checked before anything is uploaded."""

from pathlib import Path

import pytest
import yaml

from local.errors import Misconfigured
from local.paths import ROOT
from local.template import defaults, template
from operations.deploy import Wanted, foreign


def file_with(folder: Path, content: object, mode: int = 0o600) -> Path:
    file = folder / "deploy.yaml"
    file.write_text(content if isinstance(content, str) else yaml.safe_dump(content))
    file.chmod(mode)
    return file


def test_what_the_file_leaves_out_has_the_templates_default(tmp_path: Path) -> None:
    """Every parameter is sent: an update of a stack would keep the last value of one that is not."""
    wanted = Wanted.of(file_with(tmp_path, {"region": "eu-central-1", "parameters": {"SpotifyCallsPerMinute": 60}}))
    assert (wanted.region, wanted.stack) == ("eu-central-1", "blendify")
    assert wanted.parameters == {**defaults(), "SpotifyCallsPerMinute": "60"}
    assert set(wanted.parameters) == set(template()["Parameters"])


def test_the_example_is_a_file_that_can_be_deployed(tmp_path: Path) -> None:
    """Once it is copied; git ignores the copy."""
    Wanted.of(file_with(tmp_path, (ROOT / "deploy.example.yaml").read_text()))
    assert "/deploy.yaml" in (ROOT / ".gitignore").read_text().splitlines()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ({}, "must hold region"),
        ("region: [", "is not YAML"),
        ("- a list", "must hold region"),
        ({"region": "x", "regoin": "y"}, "regoin"),
        ({"region": "x", "parameters": ["SpotifyClientId"]}, "names and values"),
        ({"region": "x", "parameters": {"SpotifyClientID": "y"}}, "SpotifyClientID"),
        ({"region": "x", "parameters": {"ScheduledSyncs": True}}, "in quotes"),
    ],
    ids=str,
)
def test_a_mistake_in_the_file_is_named(tmp_path: Path, content: object, words: str) -> None:
    """Before anything is built."""
    with pytest.raises(Misconfigured, match=words):
        Wanted.of(file_with(tmp_path, content))


def test_a_missing_file_says_how_to_make_it(tmp_path: Path) -> None:
    """By a command to copy."""
    with pytest.raises(Misconfigured, match=r"cp deploy\.example\.yaml deploy\.yaml"):
        Wanted.of(tmp_path / "deploy.yaml")


@pytest.mark.parametrize(("name", "refused"), [("SpotifyClientSecret", True), ("SpotifyClientId", False)])
def test_a_file_with_a_secret_is_its_owners_alone(tmp_path: Path, name: str, refused: bool) -> None:
    """A file that others can read is refused, if it holds a secret."""
    file = file_with(tmp_path, {"region": "x", "parameters": {name: "value"}}, 0o644)
    if refused:
        with pytest.raises(Misconfigured, match="chmod 600"):
            Wanted.of(file)
    else:
        Wanted.of(file)


@pytest.mark.parametrize(
    ("module", "fits"),
    [
        ("_rust.abi3.so", True),
        ("_cffi_backend.cpython-313-aarch64-linux-gnu.so", True),
        ("_cffi_backend.cpython-313-x86_64-linux-gnu.so", False),
        ("_cffi_backend.cpython-312-aarch64-linux-gnu.so", False),
    ],
)
def test_what_was_built_for_another_runtime_is_found(tmp_path: Path, module: str, fits: bool) -> None:
    """The deployment would be green, and the module could not be imported."""
    (tmp_path / "python").mkdir()
    (tmp_path / "python" / module).touch()
    assert (list(foreign(tmp_path, "python3.13", "arm64")) == []) is fits


def test_build_and_deployment_are_told_the_same() -> None:
    """The Makefiles of the layers take runtime and platform from the command, as the local stack's do."""
    for makefile in ("layers/blendify", "layers/dependencies", "functions"):
        assert "RUNTIME ?=" in (ROOT / makefile / "Makefile").read_text()
    assert "PLATFORM ?=" in (ROOT / "layers/dependencies/Makefile").read_text()
