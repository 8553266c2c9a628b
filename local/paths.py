"""Where things lie on this machine: everything that a run makes is below `.local/`, which git ignores."""

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCAL = ROOT / ".local"
