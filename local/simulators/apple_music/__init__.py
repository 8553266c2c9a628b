"""
A stand-in for the Apple Music API and for MusicKit JS, as strict as the real ones, with invented listeners.

Application  every call below /v1 needs a developer token: a JWT of ES256, whose signature is verified with the public
             key in the options. Else 401 for everybody. `keys.private_key()` signs for the key that is there at first
Listener     made in the browser, at /musickit/v3/musickit.js: `authorize()` asks in the page and posts `listener`,
             `decision` and `developer_token` to /_simulator/authorize, as a program may do that has no browser. The
             Music User Token has no scopes and is never renewed; dead after 180 days or by `revoke`: 403, code 40300
Library      songs, albums, artists and playlists in alphabetical order, 25 a page, at most 100; `meta.total`
History      recently played (10) and recently played tracks (30), at most 50 in all and without moments; stations;
             heavy rotation (10); what was added recently (25), newest first
Pages        `next` is a path without a limit, and not there at the end; a larger limit than allowed is a 400
Playlists    a playlist with nothing in it, and an offset past the end, are a 404 of code 40403; a deleted one is gone
Objects      include, relate, extend and fields as documented; an unknown relation or parameter is a 400. Related
             catalogue objects may be missing, as may most attributes. The ISRC is that of the same number elsewhere
Refusals     `errors` with codes as strings; 429 never says how long to wait
Control      below /_simulator, as every simulator has it. `truth` shows each object as it was last asked for

`create_app` builds one simulator that shares nothing with any other in the process.
"""

from local.simulators.apple_music.app import create_app
from local.simulators.apple_music.options import Options

__all__ = ["Options", "create_app"]
