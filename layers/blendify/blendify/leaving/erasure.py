"""
Erasing what we store about a listener, of their account at one provider, by one import, or what was replaced of an
account that stays, in passes that may be killed anywhere.

After a complete pass (`deletion_pass`) the state machine waits as long as a worker may live that had begun before
(`living_workers`), and a last pass looks for items that came back. If there are none, the receipt is written.
"""

from collections.abc import Callable
from contextlib import suppress
from typing import Any

from blendify.access import replaced_records
from blendify.core import telemetry
from blendify.insights import queue
from blendify.leaving import receipts
from blendify.leaving.deletion_pass import RESERVE_SECONDS, DeletionPass, TimeUp
from blendify.leaving.living_workers import LONG_WAIT, SHORT_WAIT
from blendify.leaving.receipts import EVERYTHING, AlreadyFinished


def erase(erasure_id: str, seconds_left: Callable[[], float], *, waited: bool) -> dict[str, Any]:
    """
    Run one pass.

    waited      Whether the state machine has waited since the last complete pass

    Returns {"status": "more", "waited"}, {"status": "wait", "seconds"}, {"status": "erased"}, or {"status": "unknown"}
            when no such erasure was requested
    """
    erasure = receipts.erasure(erasure_id)
    if erasure is None:
        return {"status": "unknown"}
    if erasure.status == receipts.ERASED:
        return {"status": "erased"}
    deletion = DeletionPass(erasure, seconds_left)
    try:
        deletion.run()
    except TimeUp:
        # Items that came back after the wait require another wait.
        return {"status": "more", "waited": waited and not deletion.deleted}
    except AlreadyFinished:
        return {"status": "erased"}
    # Nobody writes what was replaced: with none of it there is nothing to wait for.
    if not deletion.deleted and (waited or deletion.replaced):
        if erasure.scope != EVERYTHING and (not deletion.replaced or erasure.counts["facts"]):
            # What is left of the other providers.
            queue.rebuild(erasure.user_id)
        if deletion.replaced:
            replaced_records.removed(*deletion.replaced)
        receipts.finish(erasure)
        telemetry.logger.info("Erased", extra={"scope": erasure.scope})
        return {"status": "erased"}
    wait = LONG_WAIT if waited or deletion.busy else SHORT_WAIT
    return {"status": "wait", "seconds": int(wait.total_seconds())}


def begin(erasure_id: str) -> None:
    """Do at once what the listener should not have to wait for: `DeletionPass.lock_up`."""
    erasure = receipts.erasure(erasure_id)
    if erasure and erasure.status == receipts.ERASING:
        with suppress(AlreadyFinished):
            DeletionPass(erasure, lambda: 2 * RESERVE_SECONDS).lock_up()
