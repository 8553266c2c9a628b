"""
Reads a downloaded archive by its own readme alone: what the lists were at any moment, and whether the archive is what
its manifest says. It shares no code with the product.
"""

import csv
import io
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import Any
from zipfile import ZipFile

from operations.folded_lists import END, Item, Lists


@dataclass(frozen=True)
class ExportReader:
    """One archive, read by its own readme alone."""

    archive: ZipFile

    @classmethod
    def of(cls, content: bytes) -> "ExportReader":
        """Open the archive in these bytes. Raises zipfile.BadZipFile if they are none."""
        return cls(ZipFile(io.BytesIO(content)))

    @property
    def manifest(self) -> dict[str, Any]:
        """Counts, sizes and checksums."""
        manifest: dict[str, Any] = json.loads(self.archive.read("manifest.json"))
        return manifest

    @property
    def account(self) -> dict[str, Any]:
        """Profile, connections and syncs."""
        account: dict[str, Any] = json.loads(self.archive.read("account.json"))
        return account

    def records(self, data_type: str) -> Iterator[Item]:
        """All facts of one data type, in the order of their keys."""
        with self.archive.open(f"history/{data_type}.jsonl") as lines:
            for line in lines:
                yield json.loads(line)

    def imported(self, data_type: str) -> Iterator[Item]:
        """What the listener imported of one data type; the file is there only if that is anything."""
        with self.archive.open(f"imports/{data_type}.jsonl") as lines:
            for line in lines:
                yield json.loads(line)

    def rows(self, data_type: str) -> list[dict[str, str]]:
        """The same from the file for spreadsheets."""
        text = self.archive.read(f"csv/{data_type}.csv").decode("utf-8-sig")
        return list(csv.DictReader(io.StringIO(text, newline="")))

    def lists(self, data_type: str, as_of: str = END) -> Lists:
        """The listener's lists at `as_of`, folded from the lines."""
        facts = (record for record in self.records(data_type) if record["fetched_at"] <= as_of)
        return Lists.of(data_type, ({**record, "moment": record["fetched_at"]} for record in facts))

    def damages(self) -> list[str]:
        """How the archive differs from its manifest, as texts."""
        manifest, names = self.manifest, set(self.archive.namelist())
        damages = [f"{name}: not in the manifest" for name in names - set(manifest["files"]) - {"manifest.json"}]
        for name, described in manifest["files"].items():
            content = self.archive.read(name)
            if (len(content), sha256(content).hexdigest()) != (described["bytes"], described["sha256"]):
                damages.append(f"{name}: not the bytes that the manifest describes")
        for data_type, counts in manifest["counts"].items():
            lines = Counter(record["provider"] for record in self.records(data_type))
            files = [f"history/{data_type}.jsonl", f"csv/{data_type}.csv"]
            described_counts = [manifest["files"][name]["records"] for name in files]
            if lines != Counter(counts) or {lines.total(), len(self.rows(data_type))} != {*described_counts}:
                damages.append(
                    f"{data_type}: {lines.total()} records, the manifest says {described_counts} and {counts}"
                )
        return damages
