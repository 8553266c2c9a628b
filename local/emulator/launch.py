"""
The emulator's process: ministack, and what it lacks.

    python -m local.emulator.launch      in the emulator's own environment; settings as `Emulator` gives them
"""

from ministack import app as ministack

from local.emulator import partiql


def main() -> None:
    """Run until SIGTERM or SIGINT."""
    partiql.install()
    ministack.main()


if __name__ == "__main__":
    main()
