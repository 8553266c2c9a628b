"""The examples of docs/api.md, run as they stand, in their order."""

import json
import os
import re
import subprocess
from pathlib import Path

import pytest

from local.paths import ROOT
from tests.e2e.system import PATIENCE_SECONDS, System

PAGE = ROOT / "docs" / "api.md"
BETWEEN = "-- the next block --"


@pytest.fixture(scope="module")
def blocks() -> list[str]:
    """The shell blocks of the page."""
    return re.findall(r"^```sh\n(.*?)^```$", PAGE.read_text(), re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def printed(system: System, blocks: list[str], tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """What each block prints in a folder like the one that `make demo` leaves."""
    browser, _ = system.connect("examples")
    system.latest_sync(browser)
    _, made, _ = browser.send("/me/tokens", {"name": "make demo"})
    folder: Path = tmp_path_factory.mktemp("examples")
    (folder / ".local").mkdir()
    (folder / ".local" / "outputs.json").write_text(json.dumps(dict(system.outputs)))
    (folder / ".local" / "token").write_text(made["token"])
    (session,) = browser.cookies()
    script = f"\necho '{BETWEEN}'\n".join(blocks)
    done = subprocess.run(  # noqa: S603 -- the page's own examples
        ["bash", "-eu", "-c", script],  # noqa: S607
        cwd=folder,
        env={"PATH": os.environ["PATH"], "COOKIE": session},
        text=True,
        capture_output=True,
        timeout=PATIENCE_SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.split(f"{BETWEEN}\n")


def test_every_question_is_answered(blocks: list[str], printed: list[str]) -> None:
    """Each call prints an answer, and none is an error or an empty list."""
    asked = [re.findall(r"^(?:ask|curl -sS -b) ", block, re.MULTILINE) for block in blocks]
    # Titles may hold other line ends, which JSON leaves as they are.
    answers = [[json.loads(line) for line in text.split("\n") if line.startswith("{")] for text in printed]
    assert [len(one) for one in answers] == [len(one) for one in asked]
    assert sum(map(len, answers)) >= 8
    for answer in (one for block in answers for one in block):
        assert "error" not in answer
        assert answer.get("items") != []


def test_the_download_is_an_archive(printed: list[str]) -> None:
    """Its last example lists what is in the zip."""
    assert "manifest.json" in printed[-1]
    assert "history/saved_tracks.jsonl" in printed[-1]
