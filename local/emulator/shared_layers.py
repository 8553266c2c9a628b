"""
Layers are unpacked once for all functions, as Lambda does it; the emulator itself does it for each process anew.

That takes half of a cold start, and 35 MB a process. What the first process compiles is also there for the others.
"""

import io
import os
import tempfile
import threading
import zipfile
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

from ministack.core import lambda_runtime
from ministack.services import lambda_svc


class SharedLayers:
    """The layers below `folder`, each in a folder that its content names."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._spawn: Callable[[Any], None] = lambda_runtime.Worker._spawn

    def install(self) -> None:
        """For all processes that are started from here on."""
        lambda_runtime.Worker._spawn = lambda worker: self._with_shared_layers(worker)

    def _with_shared_layers(self, worker: Any) -> None:
        config = worker.config
        archives = [lambda_svc._resolve_layer_zip(layer) for layer in config.get("Layers", [])]
        folders = os.pathsep.join(str(self._unpacked(archive)) for archive in archives if archive)
        variables = {**config.get("Environment", {}).get("Variables", {}), "_LAMBDA_LAYERS_DIRS": folders}
        worker.config = {**config, "Layers": [], "Environment": {"Variables": variables}}
        try:
            self._spawn(worker)
        finally:
            worker.config = config

    def _unpacked(self, archive: bytes) -> Path:
        folder = self._folder / sha256(archive).hexdigest()[:32]
        with self._lock:
            if not folder.is_dir():
                self._folder.mkdir(parents=True, exist_ok=True)
                unfinished = Path(tempfile.mkdtemp(dir=self._folder))
                with zipfile.ZipFile(io.BytesIO(archive)) as members:
                    members.extractall(unfinished)
                unfinished.rename(folder)
        return folder
