"""Start one simulator: `python -m local.simulators.spotify --port 8480`."""

import argparse
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from local.simulators.frame.serving import LOOPBACK, serve
from local.simulators.spotify import grants
from local.simulators.spotify.app import create_app
from local.simulators.spotify.options import SIZES, Options, RefreshTokens
from local.simulators.spotify.regimes import Regime


def options_from(arguments: Sequence[str] | None = None) -> tuple[Options, int]:
    """The options and the port of a command line; ends the process with a message if they are impossible."""
    defaults = Options()
    parser = argparse.ArgumentParser(prog="python -m local.simulators.spotify", description=__doc__)
    parser.add_argument("--port", type=int, default=8480)
    parser.add_argument("--seed", type=int, default=defaults.seed)
    parser.add_argument("--regime", type=Regime, choices=list(Regime), default=defaults.regime)
    parser.add_argument("--latency-ms", type=float, default=defaults.latency_ms)
    parser.add_argument("--flight-seconds", type=float, default=defaults.flight_seconds)
    parser.add_argument("--token-seconds", type=int, default=defaults.token_seconds)
    parser.add_argument("--code-seconds", type=float, default=defaults.code_seconds)
    parser.add_argument("--consent-seconds", type=float, default=defaults.consent_seconds)
    parser.add_argument("--client-id", default=defaults.client_id)
    parser.add_argument("--client-secret", default=defaults.client_secret)
    parser.add_argument("--redirect-uri", action="append", dest="redirect_uris", metavar="URI")
    parser.add_argument("--pkce-required", action=argparse.BooleanOptionalAction, default=defaults.pkce_required)
    parser.add_argument(
        "--refresh-tokens", type=RefreshTokens, choices=list(RefreshTokens), default=defaults.refresh_tokens
    )
    parser.add_argument("--default-listener", default=defaults.default_listener)
    parser.add_argument("--oddities", action=argparse.BooleanOptionalAction, default=defaults.oddities)
    parser.add_argument("--recorded", type=Path, metavar="DIR", help="recorded answers for the listener `recorded`")
    parser.add_argument("--grants", type=Path, metavar="FILE", help="keeps consents and tokens over a restart")
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
    print(
        f"Spotify simulator on http://{LOOPBACK}:{port}, {options.regime} regime, seed {options.seed}",
        flush=True,
    )
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
