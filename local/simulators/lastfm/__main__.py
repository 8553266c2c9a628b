"""Start one simulator: `python -m local.simulators.lastfm --port 8482`."""

import argparse
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from local.simulators.lastfm import grants
from local.simulators.lastfm.app import create_app
from local.simulators.lastfm.options import SIZES, Empty, Errors, Lone, Options
from local.simulators.previous.serving import LOOPBACK, serve


def options_from(arguments: Sequence[str] | None = None) -> tuple[Options, int]:
    """The options and the port of a command line; ends the process with a message if they are impossible."""
    defaults = Options()
    parser = argparse.ArgumentParser(prog="python -m local.simulators.lastfm", description=__doc__)
    parser.add_argument("--port", type=int, default=8482)
    parser.add_argument("--seed", type=int, default=defaults.seed)
    parser.add_argument("--errors", type=Errors, choices=list(Errors), default=defaults.errors)
    parser.add_argument("--lone", type=Lone, choices=list(Lone), default=defaults.lone)
    parser.add_argument("--empty", type=Empty, choices=list(Empty), default=defaults.empty)
    parser.add_argument("--rate", type=int, default=defaults.rate, help="calls a second; 0 lifts the limit")
    parser.add_argument("--latency-ms", type=float, default=defaults.latency_ms)
    parser.add_argument("--flight-seconds", type=float, default=defaults.flight_seconds)
    parser.add_argument("--token-seconds", type=float, default=defaults.token_seconds)
    parser.add_argument("--client-id", default=defaults.client_id, help="the API key")
    parser.add_argument("--client-secret", default=defaults.client_secret)
    parser.add_argument("--redirect-uri", action="append", dest="redirect_uris", metavar="URI")
    parser.add_argument("--default-listener", default=defaults.default_listener)
    parser.add_argument("--oddities", action=argparse.BooleanOptionalAction, default=defaults.oddities)
    parser.add_argument("--grants", type=Path, metavar="FILE", help="keeps sessions over a restart")
    for name in SIZES:
        parser.add_argument(f"--{name.replace('_', '-')}", type=int, default=getattr(defaults, name))
    chosen = vars(parser.parse_args(arguments))
    port = chosen.pop("port")
    chosen["redirect_uris"] = tuple(chosen["redirect_uris"] or defaults.redirect_uris)
    try:
        return Options(**chosen), port
    except ValueError as error:
        parser.error(str(error))


def main() -> None:
    """Serve until the process is stopped."""
    options, port = options_from()
    print(f"Last.fm simulator on http://{LOOPBACK}:{port}, seed {options.seed}", flush=True)
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
