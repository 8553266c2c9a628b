"""Folders on this machine. Everything that the local stack creates is below `.local/`, which git ignores."""

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCAL = ROOT / ".local"
