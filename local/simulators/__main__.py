"""Start one simulator, in the foreground: `python -m local.simulators spotify --port 8480 --seed 7`."""

import sys
from importlib import import_module

from local.simulators.frame.accounts import UnreadableGrantsError
from local.simulators.frame.options import parsed
from local.simulators.frame.service import Service
from local.simulators.frame.serving import LOOPBACK, serve
from local.simulators.frame.web import create_app

SERVICES = ("apple_music", "lastfm", "soundcloud", "spotify", "youtube_music")
"""A folder each."""


def service(name: str) -> type[Service]:
    """The simulated service of a provider: `SERVICE` in the folder of its name."""
    service: type[Service] = import_module(f"local.simulators.{name}").SERVICE
    return service


def main() -> None:
    """Serve until the process is stopped."""
    if len(sys.argv) < 2 or sys.argv[1] not in SERVICES:
        sys.exit(f"Which simulator? python -m local.simulators {'|'.join(SERVICES)} [options]")
    kind = service(sys.argv[1])
    options, port = parsed(kind.options_type, f"python -m local.simulators {sys.argv[1]}", sys.argv[2:])
    try:
        app = create_app(kind, options)
    except UnreadableGrantsError as error:
        print(error, file=sys.stderr)
        sys.exit(2)
    print(f"{kind.title} simulator on http://{LOOPBACK}:{port}, seed {options.seed}", flush=True)
    serve(app, port)


if __name__ == "__main__":
    main()
