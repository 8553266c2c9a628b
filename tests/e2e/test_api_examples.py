"""The examples of docs/api.md run unchanged, in their order."""

import itertools
import json
import os
import re
import subprocess
from pathlib import Path

import pytest

from local.paths import ROOT
from operations.browser import Browser
from tests.e2e.system import PATIENCE_SECONDS, System, wait_for

PAGE = ROOT / "docs" / "api.md"
BETWEEN = "-- the next block --"


@pytest.fixture(scope="module")
def blocks() -> list[str]:
    """The shell blocks of the page."""
    return re.findall(r"^```sh\n(.*?)^```$", PAGE.read_text(), re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def printed(system: System, blocks: list[str], tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The output of each block, in a folder like that of `make demo`."""
    browser, _ = system.connect("examples")
    system.latest_sync(browser)
    wait_for("insights of plays, ranks and library", lambda: _insights(browser))
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


def _insights(browser: Browser) -> dict[str, object] | None:
    """Since when what is known of the listener's taste, once all of it is."""
    known = browser.read("/me/taste")
    return known if all(known[name] for name in ("plays_since", "rankings_since", "library_since")) else None


def test_every_example_gets_a_response(blocks: list[str], printed: list[str]) -> None:
    """Each call prints a response, and none is an error or an empty list."""
    calls = [re.findall(r"^(?:ask|curl -sS -b) ", block, re.MULTILINE) for block in blocks]
    # Titles may contain other line ends, which JSON does not escape.
    responses = [[json.loads(line) for line in text.split("\n") if line.startswith("{")] for text in printed]
    assert list(map(len, responses)) == list(map(len, calls))
    assert sum(map(len, responses)) >= 8
    for response in itertools.chain(*responses):
        assert "error" not in response
        assert response.get("items") != []


def test_the_download_is_an_archive(printed: list[str]) -> None:
    """The last example lists the contents of the zip."""
    assert "manifest.json" in printed[-1]
    assert "history/saved_tracks.jsonl" in printed[-1]
