"""
The emulator's process: ministack, and what it lacks: PartiQL's permissions, updates of APIs, durable state and a
guarded port.

    python -m local.emulator.launch      in the emulator's own environment; settings as `Emulator` gives them
"""

import os
import sqlite3
import sys
import tempfile
from contextlib import closing
from pathlib import Path

from ministack import app as ministack

from local.emulator import mended, partiql
from local.emulator.guard import Guard
from local.emulator.peers import is_same_user
from local.emulator.persistence import Control, Persistence
from local.emulator.shared_layers import SharedLayers
from local.emulator.state_file import StateFile


def main() -> None:
    """Run until SIGTERM or SIGINT."""
    folder = Path(os.environ["STATE_DIR"])
    try:
        file = StateFile(folder / "emulator.sqlite")
    except sqlite3.DatabaseError as error:
        sys.exit(f"The saved state in {folder} cannot be opened: {error}")
    partiql.install()
    mended.install()
    SharedLayers(Path(tempfile.gettempdir()) / "layers").install()
    with closing(file):
        persistence = Persistence(folder, file)
        persistence.install()
        # With permissions checked, the signature says who asks: then it must be right, for every program.
        own_programs = None if os.environ.get("AUTH") == "true" else is_same_user
        ministack.app = Guard(Control(persistence), int(os.environ["GATEWAY_PORT"]), own_programs)
        ministack.main()


if __name__ == "__main__":
    main()
