"""Start one simulator: `python -m local.simulators.apple_music --port 8483`."""

import argparse
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from local.simulators.apple_music import grants
from local.simulators.apple_music.app import create_app
from local.simulators.apple_music.options import SIZES, Options
from local.simulators.previous.serving import LOOPBACK, serve


def options_from(arguments: Sequence[str] | None = None) -> tuple[Options, int]:
    """The options and the port of a command line; ends the process with a message if they are impossible."""
    defaults = Options()
    parser = argparse.ArgumentParser(prog="python -m local.simulators.apple_music", description=__doc__)
    parser.add_argument("--port", type=int, default=8483)
    parser.add_argument("--seed", type=int, default=defaults.seed)
    parser.add_argument("--latency-ms", type=float, default=defaults.latency_ms)
    parser.add_argument("--flight-seconds", type=float, default=defaults.flight_seconds)
    parser.add_argument("--public-key", type=Path, metavar="FILE", help="PEM; the simulated account's own if not given")
    parser.add_argument("--team-id", default=defaults.team_id)
    parser.add_argument("--key-id", default=defaults.key_id)
    parser.add_argument("--user-token-seconds", type=float, default=defaults.user_token_seconds)
    parser.add_argument("--heavy-include", type=int, default=defaults.heavy_include)
    parser.add_argument("--default-listener", default=defaults.default_listener)
    parser.add_argument("--oddities", action=argparse.BooleanOptionalAction, default=defaults.oddities)
    parser.add_argument("--grants", type=Path, metavar="FILE", help="keeps user tokens over a restart")
    for name in SIZES:
        parser.add_argument(f"--{name.replace('_', '-')}", type=int, default=getattr(defaults, name))
    chosen = vars(parser.parse_args(arguments))
    port, key = chosen.pop("port"), chosen.pop("public_key")
    try:
        return Options(**chosen, public_key=key.read_text() if key else defaults.public_key), port
    except (OSError, ValueError) as error:
        parser.error(str(error))


def main() -> None:
    """Serve until the process is stopped."""
    options, port = options_from()
    print(f"Apple Music simulator on http://{LOOPBACK}:{port}, seed {options.seed}", flush=True)
    app = create_app(options)
    # uvicorn raises the signal that stopped it once more: as an exit, so that what follows still runs.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        serve(app, port)
    finally:
        if options.grants:
            grants.save(app.state.simulator.accounts, options.grants)


if __name__ == "__main__":
    main()
