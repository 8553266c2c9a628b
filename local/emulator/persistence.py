"""
Saves the emulator's state, loads it, and knows what is deployed.

Items of tables are saved as they are written; everything else after a deployment and at a clean end, whole.
Below `/_blendify/` the stack's own questions are answered:

    GET  deployed     {"deployed": "…"}, what `PUT deployed` said last and a `save` or a clean end has saved
    PUT  deployed     {"deployed": "…"}, from the next save on
    POST save         saves everything at once; status 507 and {"message": "…"} when it cannot
"""

import json
import logging
import os
import shutil
import threading
import time
from pathlib import Path
from typing import Any

from ministack import app as ministack
from ministack.core import persistence as formats
from ministack.services import dynamodb, lambda_svc

from local.emulator.guard import Receive, Scope, Send
from local.emulator.saved_tables import SavedTables
from local.emulator.state_file import NotSaved, SavedService, StateFile

FLUSH_SECONDS = 1.0
"""A power cut takes at most what was written since the last flush."""
OWN = "blendify"
"""Our own row among those of the services."""
logger = logging.getLogger("persistence")


class Unreadable(Exception):
    """This version of the emulator cannot load the saved state, which stays unchanged."""


class Persistence:
    """Saves the emulator's state and loads it."""

    def __init__(self, folder: Path, file: StateFile) -> None:
        self._folder, self._file = folder, file
        self._tables = SavedTables(dynamodb, file)
        self.deployed = ""
        """What the stack has deployed; saved with everything else, so that it never claims more."""

    def install(self) -> None:
        """Put ourselves in the place of ministack's own saving and loading."""
        ministack._load_persisted_state = self.load
        ministack.save_all = lambda _services: self._save_at_the_end()
        # Code goes into the state file with everything else, and not into files that are written on their own.
        lambda_svc._externalize_code_zip = lambda _function, _referenced: None
        lambda_svc._prune_orphan_code_blobs = lambda _referenced: None
        self._tables.install()
        threading.Thread(target=self._flush_now_and_then, daemon=True).start()

    def load(self) -> None:
        """Restore every service, or end the process: going on without it would overwrite it at the next save."""
        try:
            self._load()
        except Exception:
            logger.exception("The saved state in %s is left as it is, as it cannot be loaded", self._folder)
            # The server would go on after an exception.
            os._exit(1)

    def _load(self) -> None:
        services = self._file.services()
        if not services:
            self._take_over_old_files()
            return
        for name, module in ministack._state_map.items():
            if name in services:
                _restore(name, module, services[name])
        self._tables.load()
        self.deployed = json.loads(services[OWN].state)["deployed"]

    def save(self) -> None:
        """
        Save every service that is in use; while a deployment is under way or has failed, the state before it stays.

        Raises  NotSaved
        """
        if self.deployed:
            self._save()

    def _save(self) -> None:
        getters = {**ministack._build_persistence_save_dict(), "dynamodb": self._tables.descriptions}
        states = {name: _state(get_state) for name, get_state in getters.items()}
        services = {
            name: SavedService(formats._state_format_version(name), _json(state))
            for name, state in states.items()
            if state is not None
        }
        own = SavedService(1, json.dumps({"deployed": self.deployed}))
        self._file.save({**services, OWN: own}, self._tables.table_ids())

    def _save_at_the_end(self) -> None:
        try:
            self.save()
        except NotSaved:
            logger.exception("The state could not be saved at the end")

    def _take_over_old_files(self) -> None:
        """The state of a stack from before there was a state file: one JSON file a service, which then go."""
        old = [(name, module) for name, module in ministack._state_map.items() if self._old_file(name).is_file()]
        for name, module in old:
            state = formats.load_state(name)
            if state is None:
                raise Unreadable(f"{self._old_file(name)} cannot be read")
            ministack._get_module(module).load_persisted_state(state)
        if old:
            self._tables.save_all()
            self._save()
            for name, _ in old:
                self._old_file(name).unlink()
            shutil.rmtree(self._folder / "lambda-blobs", ignore_errors=True)
            (self._folder / "deployed").unlink(missing_ok=True)

    def _old_file(self, name: str) -> Path:
        return self._folder / f"{name}.json"

    def _flush_now_and_then(self) -> None:
        while True:
            time.sleep(FLUSH_SECONDS)
            try:
                self._file.flush()
            except NotSaved as error:
                logger.error("What was written could not be flushed to the disk: %s", error)  # noqa: TRY400


def _restore(name: str, module: str, saved: SavedService) -> None:
    if saved.format > formats._state_format_version(name):
        raise Unreadable(f"the state of {name} was saved by a newer version")
    state = json.loads(saved.state, object_hook=formats._json_object_hook)
    ministack._get_module(module).load_persisted_state(state)


def _state(get_state: Any) -> Any:
    """Its state; once more when it changes under the copying: executions and deployments have threads of their own."""
    for _ in range(20):
        try:
            return get_state()
        except RuntimeError:
            time.sleep(0.05)
    return get_state()


def _json(state: Any) -> str:
    return json.dumps(state, default=formats._json_default)


class Control:
    """An application that answers what is below `/_blendify/` and passes on everything else."""

    def __init__(self, persistence: Persistence) -> None:
        self._persistence = persistence
        self._application = ministack.app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One ASGI connection."""
        if scope["type"] != "http" or not scope["path"].startswith("/_blendify/"):
            await self._application(scope, receive, send)
            return
        body = (await receive()).get("body", b"")
        status, answer = self._answer(scope["method"], scope["path"].removeprefix("/_blendify/"), body)
        headers = [(b"content-type", b"application/json")]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": json.dumps(answer).encode()})

    def _answer(self, method: str, path: str, body: bytes) -> tuple[int, dict[str, str]]:
        if path == "deployed" and method in ("GET", "PUT"):
            if method == "PUT":
                self._persistence.deployed = json.loads(body)["deployed"]
            return 200, {"deployed": self._persistence.deployed}
        if (path, method) == ("save", "POST"):
            try:
                self._persistence.save()
            except NotSaved as error:
                return 507, {"message": str(error)}
            return 200, {}
        return 404, {"message": "There is nothing of this name."}
