"""Programs that run in the background after the command ends. Each has a pid file and a log."""

import fcntl
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import requests

from local.errors import CommandError, Misconfigured
from local.paths import ROOT

LOCK = "lock"
"""The name of the file by which commands wait for each other."""
_LOWEST_PORT, HIGHEST_PORT = 1024, 65535
_LONGEST_START_SECONDS = 120
"""A start takes seconds. A slow machine that does other things besides needs longer."""


class NotStarted(CommandError):
    """The program ended or did not respond in time; the message names its log."""


@dataclass(frozen=True)
class Running:
    """A process of ours, and the port that it was given."""

    pid: int
    port: int


class Program:
    """A background program of ours. Its name and folder lead to its pid file and log."""

    def __init__(self, name: str, folder: Path, port: int) -> None:
        self.name, self.port = name, port
        self.log = folder / f"{name}.log"
        self._pid_file = folder / f"{name}.pid"
        self._child: subprocess.Popen[bytes] | None = None
        """The process, if this object started it."""

    @property
    def running(self) -> Running | None:
        """The process while it runs, on any port. A pid that another program has by now does not count."""
        try:
            pid, started, *port = self._pid_file.read_text().split()
        except (FileNotFoundError, ValueError):
            return None
        return Running(int(pid), int(port[0]) if port else self.port) if _started(int(pid)) == started else None

    @property
    def pid(self) -> int | None:
        """The process id while it runs."""
        running = self.running
        return running.pid if running else None

    def start(self, command: Sequence[str], environment: Mapping[str, str], ready: Callable[[], bool]) -> None:
        """
        Start the program and return once `ready` returns true. A program that does not get ready is killed.

        Raises  NotStarted after two minutes, or at once when it ends
        """
        self.log.parent.mkdir(parents=True, exist_ok=True)
        if self._child:
            self._child.wait(timeout=10)
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
        try:
            self._pid_file.write_text(f"{process.pid} {_started(process.pid)} {self.port}")
            self._wait_until(ready, process)
        except BaseException:
            self._kill_group(process.pid)
            raise

    def _wait_until(self, ready: Callable[[], bool], process: subprocess.Popen[bytes]) -> None:
        give_up = time.monotonic() + _LONGEST_START_SECONDS
        while not ready():
            if process.poll() is not None or time.monotonic() > give_up:
                last = (self.log.read_text(errors="replace").splitlines() or ["it wrote nothing"])[-1]
                raise NotStarted(f"{self.name} did not start: {last}\n  See {self.log.relative_to(ROOT)}.")
            time.sleep(0.1)

    def stop(self) -> bool:
        """Stop it and wait, so that it can save its state. Returns False if it was not running."""
        pid = self.pid
        if pid is None:
            if self._child:
                self._child.wait(timeout=10)
            self._pid_file.unlink(missing_ok=True)
            return False
        os.kill(pid, signal.SIGTERM)
        give_up = time.monotonic() + 30
        while self.pid is not None and time.monotonic() < give_up:
            time.sleep(0.05)
        # Itself if it has not ended, and what it started: a group's number is not given anew while it has members.
        self._kill_group(pid)
        return True

    def _kill_group(self, pid: int) -> None:
        with suppress(ProcessLookupError):
            os.killpg(pid, signal.SIGKILL)
        if self._child:
            self._child.wait(timeout=10)
        self._pid_file.unlink(missing_ok=True)


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """
    Hold the lock of this folder's programs, so that only one command at a time starts or stops them.

    Raises  Misconfigured when the folder cannot be written
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = (folder / LOCK).open("a")
    except OSError as error:
        raise Misconfigured(f"{folder} cannot be written: {error.strerror}.") from None
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("  Waiting for another command that starts or stops this stack", flush=True)
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def port_in(environment: Mapping[str, str], variable: str, usual: int) -> int:
    """The port in an environment variable, or the usual one. Raises Misconfigured"""
    given = environment.get(variable) or str(usual)
    if not given.isdecimal() or not _LOWEST_PORT <= int(given) <= HIGHEST_PORT:
        message = f"{variable} must be a port, a number from {_LOWEST_PORT} to {HIGHEST_PORT}: not {given!r}."
        raise Misconfigured(message)
    return int(given)


def require_free(port: int, variable: str, patience_seconds: float = 2) -> None:
    """
    Make sure that no other program listens there: it would be taken for ours.

    Raises  Misconfigured with what to do
    """
    # A killed process holds its port until the last of its threads has ended.
    give_up = time.monotonic() + patience_seconds
    while not _free(port):
        if time.monotonic() > give_up:
            message = f"Port {port} is in use: stop what listens there, or choose another one with {variable}=…"
            raise Misconfigured(message)
        time.sleep(0.05)


def _free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def answers(address: str) -> bool:
    """Whether the address responds with 200."""
    try:
        return requests.get(address, timeout=2).status_code == 200
    except requests.RequestException:
        return False


def _started(pid: int) -> str:
    """The start time of the process, by the system; empty if it has ended or is a zombie."""
    done = subprocess.run(["ps", "-o", "stat=,lstart=", "-p", str(pid)], capture_output=True, text=True, check=False)  # noqa: S607
    stat, _, started = done.stdout.strip().partition(" ")
    return "" if stat.startswith("Z") else started.strip().replace(" ", "_")
