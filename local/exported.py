"""
An export as somebody reads it who knows nothing but its README: the zip, its manifest, and its lines.

Like `folding` it goes by the documented format alone.
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

from local import folding
from local.folding import Folded


@dataclass(frozen=True)
class Exported:
    """One archive, opened."""

    archive: ZipFile

    @classmethod
    def of(cls, content: bytes) -> "Exported":
        """The archive in these bytes; zipfile.BadZipFile when it is none."""
        return cls(ZipFile(io.BytesIO(content)))

    @property
    def manifest(self) -> dict[str, Any]:
        """Counts, sizes and checksums."""
        found: dict[str, Any] = json.loads(self.archive.read("manifest.json"))
        return found

    @property
    def account(self) -> dict[str, Any]:
        """Profile, connections and runs."""
        found: dict[str, Any] = json.loads(self.archive.read("account.json"))
        return found

    def records(self, data_type: str) -> Iterator[dict[str, Any]]:
        """All facts of one data type, in the order of their keys."""
        with self.archive.open(f"history/{data_type}.jsonl") as lines:
            for line in lines:
                yield json.loads(line)

    def rows(self, data_type: str) -> list[dict[str, str]]:
        """The same as a spreadsheet reads them."""
        text = self.archive.read(f"csv/{data_type}.csv").decode("utf-8-sig")
        return list(csv.DictReader(io.StringIO(text, newline="")))

    def fold(self, data_type: str, as_of: str = "9") -> Folded:
        """What the listener had at `as_of`, by the lines alone."""
        known = (one for one in self.records(data_type) if one["fetched_at"] <= as_of)
        return folding.fold_records(data_type, ({**one, "moment": one["fetched_at"]} for one in known))

    def damages(self) -> list[str]:
        """Where the archive is not what its manifest says, in words."""
        manifest, names = self.manifest, set(self.archive.namelist())
        told = [f"{name}: not in the manifest" for name in names - set(manifest["files"]) - {"manifest.json"}]
        for name, described in manifest["files"].items():
            content = self.archive.read(name)
            if (len(content), sha256(content).hexdigest()) != (described["bytes"], described["sha256"]):
                told.append(f"{name}: not the bytes that the manifest describes")
        for data_type, counts in manifest["counts"].items():
            lines = Counter(one["provider"] for one in self.records(data_type))
            files = [manifest["files"][f"{name}"]["records"] for name in _files(data_type)]
            if lines != Counter(counts) or {lines.total(), len(self.rows(data_type))} != {*files}:
                told.append(f"{data_type}: {lines.total()} records, the manifest says {files} and {counts}")
        return told


def _files(data_type: str) -> tuple[str, str]:
    return f"history/{data_type}.jsonl", f"csv/{data_type}.csv"
