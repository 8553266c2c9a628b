"""Programs that go on after the command that started them: one pid file and one log each."""

import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import requests

from local.paths import ROOT


class NotStarted(RuntimeError):
    """The program ended or did not answer in time; the message names its log."""


class Program:
    """A program of ours in the background, known by its name and by the folder of its pid file and log."""

    def __init__(self, name: str, folder: Path) -> None:
        self.name = name
        self.log = folder / f"{name}.log"
        self._pid_file = folder / f"{name}.pid"
        self._child: subprocess.Popen[bytes] | None = None
        """The process, if it was this one that started it."""

    @property
    def pid(self) -> int | None:
        """The process id while it runs; a recycled id of another program does not count."""
        try:
            pid, started = self._pid_file.read_text().split()
        except (FileNotFoundError, ValueError):
            return None
        return int(pid) if _started(int(pid)) == started else None

    def start(self, command: Sequence[str], environment: Mapping[str, str], ready: Callable[[], bool]) -> None:
        """
        Start the program and return once `ready` says so.

        Raises  NotStarted after 30 s, or at once when it ends
        """
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as log:
            self._child = process = subprocess.Popen(
                command,
                env=dict(environment),
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self._pid_file.write_text(f"{process.pid} {_started(process.pid)}")
        give_up = time.monotonic() + 30
        while not ready():
            if process.poll() is not None or time.monotonic() > give_up:
                raise NotStarted(f"{self.name} did not start: see {self.log.relative_to(ROOT)}")
            time.sleep(0.1)

    def stop(self) -> bool:
        """Ask it to end and wait until it has, so that it can save its state; False when it was not running."""
        pid = self.pid
        if pid is None:
            self._pid_file.unlink(missing_ok=True)
            return False
        os.kill(pid, signal.SIGTERM)
        give_up = time.monotonic() + 30
        while self.pid is not None and time.monotonic() < give_up:
            if self._child:
                self._child.poll()
            time.sleep(0.05)
        if self.pid is not None:
            os.killpg(pid, signal.SIGKILL)
        if self._child:
            self._child.wait(timeout=10)
        self._pid_file.unlink(missing_ok=True)
        return True


def require_free(port: int, variable: str) -> None:
    """
    Make sure that nobody else listens there: whatever answered would be taken for our own program.

    Raises  NotStarted with what to do
    """
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            message = f"Port {port} is in use: stop what listens there, or choose another one with {variable}=…"
            raise NotStarted(message) from None


def answers(address: str) -> bool:
    """Whether something answers there with a 200."""
    try:
        return requests.get(address, timeout=2).status_code == 200
    except requests.RequestException:
        return False


def _started(pid: int) -> str:
    """When the process began, as the system tells it; empty when it is gone or a zombie."""
    told = subprocess.run(["ps", "-o", "stat=,lstart=", "-p", str(pid)], capture_output=True, text=True, check=False)  # noqa: S607
    stat, _, started = told.stdout.strip().partition(" ")
    return "" if stat.startswith("Z") else started.strip().replace(" ", "_")
