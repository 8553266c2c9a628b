"""The emulator's state file: whole or as before, whatever ends the process or fills the disk."""

import subprocess
import sys
from pathlib import Path

import pytest

from local.emulator.state_file import ItemChange, NotSaved, SavedService, StateFile
from local.paths import ROOT


def put(key: str, item: str = "{}", table_id: str = "plays") -> ItemChange:
    return ItemChange(table_id, "ada", key, item)


def state(text: str) -> SavedService:
    return SavedService(1, text)


def keys(file: StateFile, table_id: str = "plays") -> list[str]:
    return [sort_key for _, sort_key, _ in file.items(table_id)]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "emulator.sqlite"


def test_what_is_saved_is_there_for_the_next_process(path: Path) -> None:
    """Replaced where it was saved again, gone where it was deleted, and for its owner's eyes alone."""
    file = StateFile(path)
    file.save({"kms": state("a key"), "s3": state("a bucket")}, ["plays"])
    file.save({"s3": state("two buckets")}, ["plays"])
    file.write([put("1"), put("2"), put("3", "old")])
    file.write([put("3", "new"), ItemChange("plays", "ada", "2", None)])
    file.close()
    later = StateFile(path)
    assert later.services() == {"kms": state("a key"), "s3": state("two buckets")}
    assert list(later.items("plays")) == [("ada", "1", "{}"), ("ada", "3", "new")]
    assert path.stat().st_mode & 0o777 == 0o600
    later.close()


def test_a_killed_process_loses_nothing_that_was_written(path: Path) -> None:
    """It ends without closing, flushing or saying anything."""
    code = f"""
import os
from pathlib import Path
from local.emulator.state_file import ItemChange, StateFile
file = StateFile(Path({str(path)!r}))
for number in range(300):
    file.write([ItemChange("plays", "ada", f"{{number:03}}", "x" * 1000)])
os.kill(os.getpid(), 9)
"""
    ended = subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode  # noqa: S603
    assert ended == -9
    file = StateFile(path)
    assert len(keys(file)) == 300
    file.close()


def test_a_log_that_breaks_off_gives_what_came_before(path: Path) -> None:
    """A power cut takes the end of what had not been flushed, never something from the middle."""
    file = StateFile(path)
    file.save({}, ["plays"])
    for number in range(50):
        file.write([put(f"{number:02}", "x" * 1000)])
    log = path.with_name(f"{path.name}-wal").read_bytes()
    for length in range(0, len(log), len(log) // 7):
        copy = path.with_name(f"copy-{length}.sqlite")
        copy.write_bytes(path.read_bytes())
        copy.with_name(f"{copy.name}-wal").write_bytes(log[:length])
        cut = StateFile(copy)
        restored = keys(cut)
        assert restored == [f"{number:02}" for number in range(len(restored))]
        cut.close()
    file.close()


def test_when_the_disk_is_full_nothing_changes(path: Path) -> None:
    """Neither of a set of changes nor of a save any part is there; smaller ones are, as soon as they fit."""
    file = StateFile(path, most_pages=20)
    file.save({"kms": state("a key"), "s3": state("a bucket")}, ["plays"])
    file.write([put("1")])
    with pytest.raises(NotSaved, match="full"):
        file.write([put("2"), put("3", "x" * 100_000)])
    with pytest.raises(NotSaved, match="full"):
        file.save({"s3": state("two buckets"), "kms": state("x" * 100_000)}, [])
    assert file.services() == {"kms": state("a key"), "s3": state("a bucket")}
    assert keys(file) == ["1"]
    file.write([put("2")])
    assert keys(file) == ["1", "2"]
    file.close()


def test_items_of_a_table_that_is_gone_go_with_the_next_save(path: Path) -> None:
    """A table that is made again under the same name has another id, and finds nothing."""
    file = StateFile(path)
    file.write([put("1"), put("1", table_id="gone")])
    file.save({}, ["plays"])
    assert (keys(file), keys(file, "gone")) == (["1"], [])
    file.close()


def test_two_processes_never_have_it_at_once(path: Path) -> None:
    file = StateFile(path)
    code = f"from pathlib import Path\nfrom local.emulator.state_file import StateFile\nStateFile(Path({str(path)!r}))"
    second = subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False, capture_output=True)  # noqa: S603
    assert b"database is locked" in second.stderr
    file.close()
