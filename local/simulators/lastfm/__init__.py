"""
A stand-in for Last.fm's web authentication and its API, as strict as the real ones, with invented listeners.

`create_app` builds one simulator that shares nothing with any other in the process; `Options` says how much the
listeners have, how fast one may call, and how errors and lone entries are written. What is simulated:

Pages    /api/auth/?api_key=&cb= asks the listener, and sends the browser to `cb` with `token` behind its own query.
         There is no `state`. Whoever refuses is sent to `cb` without a token (what the real one does is not known).
Session  auth.getSession, signed, turns a token into a session key, once and within the hour: error 13 for a wrong
         signature, 4 for an unknown or used token, 14 for one that nobody allowed, 15 for one that is too old.
         Keys live until they are revoked, then signed calls get error 9. auth.getToken serves programs without `cb`.
Reads    /2.0/?method=&api_key=&format=json by GET or as a posted form: user.getInfo, user.getRecentTracks,
         user.getTopTracks, user.getTopArtists, user.getLovedTracks, library.getArtists. Anybody's are public, but
         for recent listening that its owner hides: error 17 without a signature and that owner's session key.
Lists    `page` from 1 on, `limit` up to 1000, numbers as strings; a lone entry may come without its list, and so
         may none at all, as in old answers; behind the last page nothing comes. `from` is included, `to` is not.
         What is playing now stands before every page, has no date and is not counted.
Errors   {"error": int, "message": str}, with a status of their own or 200, by `Options.errors`; without
         format=json answers and errors are XML. The rate limit is error 29 for the whole application, and never
         tells when to come again; calls without a User-Agent are only counted.
Data     missing MBIDs, albums and pictures, the star that stands for no picture, names in many scripts and odd
         ones, several plays in one second, imports of old plays, edits, removals, hearts that come and go.

Control endpoints are those of every simulator, below /_simulator. Faults name a method as in
`GET /2.0/?method=user.getRecentTracks`; counters tell errors apart, as in `200 error 29`.
"""

from local.simulators.lastfm.app import create_app
from local.simulators.lastfm.options import Empty, Errors, Lone, Options

__all__ = ["Empty", "Errors", "Lone", "Options", "create_app"]
