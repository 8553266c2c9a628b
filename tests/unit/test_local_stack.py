"""What `make up` tells the template, which ports it takes, and how its programs come and go."""

import errno
import os
import shutil
import socket
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from local.background import NotStarted, Program, Running, alone, require_free
from local.emulator.server import Emulator
from local.errors import Misconfigured, status_of
from local.paths import LOCAL
from local.providers import LASTFM, PROVIDERS, Provider, Simulator, chosen, real_parameters
from local.stack import Stack
from local.template import defaults, template


@pytest.fixture
def local_folder() -> Iterator[Path]:
    """Where programs have their logs: below `.local`, as their messages name them from there."""
    folder = LOCAL / f"test-{os.getpid()}"
    folder.mkdir(parents=True, exist_ok=True)
    yield folder
    shutil.rmtree(folder)


REAL = {"SPOTIFY_CLIENT_ID": "an-id", "SPOTIFY_CLIENT_SECRET": "a-secret"}


def test_the_pace_is_lifted_for_the_simulator_alone() -> None:
    """Whoever goes over to the real Spotify gets the template's pace, not the one that the simulator had."""
    lifted = Simulator(8480, LOCAL).parameters
    real = {**defaults(), **(real_parameters(REAL) or {})}
    paces = [name for name in lifted if "PerMinute" in name]
    assert paces == ["SpotifyCallsPerMinute", "SpotifyCallsPerMinuteAndUser"]
    assert {lifted[name] for name in paces} == {"0"}
    assert all(float(real[name]) > 0 for name in paces)


def test_every_parameter_is_given_in_every_deployment() -> None:
    """CloudFormation keeps the last value of a parameter that a deployment leaves out."""
    assert set(defaults()) == set(template()["Parameters"])


def test_another_address_is_not_simulated() -> None:
    """SPOTIFY_API_URL and SPOTIFY_ACCOUNTS_URL name what is talked to, at the normal pace."""
    given = {**REAL, "SPOTIFY_API_URL": "https://api.example/v1", "SPOTIFY_ACCOUNTS_URL": "https://accounts.example"}
    parameters = real_parameters(given) or {}
    assert parameters["SpotifyApiUrl"] == "https://api.example/v1"
    assert parameters["SpotifyAccountsUrl"] == "https://accounts.example"
    assert not any("PerMinute" in name for name in parameters)


def test_nothing_given_means_the_simulator() -> None:
    """No account is needed for the first run."""
    assert real_parameters({}) is None


@pytest.mark.parametrize("half", [*REAL, "SPOTIFY_API_URL", "SPOTIFY_ACCOUNTS_URL", "SPOTIFY_REDIRECT_URI"])
def test_half_a_configuration_is_refused(half: str) -> None:
    """It says what to set, and does not quietly simulate."""
    with pytest.raises(Misconfigured, match="SPOTIFY_CLIENT_ID and SPOTIFY_CLIENT_SECRET"):
        real_parameters({half: "given"})


@pytest.mark.parametrize("provider", PROVIDERS.values(), ids=lambda provider: provider.name)
def test_the_template_has_every_parameter_of_a_provider(provider: Provider) -> None:
    """What the simulator or the environment gives is what the template takes; both name the same things."""
    parameters = Simulator(provider.port, LOCAL, (), provider).parameters
    redirect = [provider.redirect_uri] if provider.redirect_uri else []
    environment = {provider.variable(name): "given" for name in (*parameters, *redirect)}
    real = real_parameters(environment, provider) or {}
    assert set(real) == {*parameters, *redirect} <= set(template()["Parameters"])
    assert real_parameters({}, provider) is None


def test_lastfm_needs_key_and_secret() -> None:
    """By the names that Last.fm gives them."""
    with pytest.raises(Misconfigured, match="LASTFM_API_KEY and LASTFM_SHARED_SECRET"):
        real_parameters({"LASTFM_API_KEY": "given"}, LASTFM)


def test_the_provider_is_chosen_by_name() -> None:
    """Spotify unless another is named; a name that is none says which there are."""
    assert chosen({}).name == chosen({"PROVIDER": ""}).name == "spotify"
    assert chosen({"PROVIDER": "lastfm"}) is LASTFM
    with pytest.raises(Misconfigured, match="spotify, apple_music, lastfm, soundcloud, youtube_music"):
        chosen({"PROVIDER": "napster"})


@pytest.mark.parametrize("variable", ["EMULATOR_PORT", "SIMULATOR_PORT"])
@pytest.mark.parametrize("port", ["abc", "99999", "-1", "80", "4_566"])
def test_what_is_no_port_is_refused(variable: str, port: str) -> None:
    """The sentence names the variable."""
    with pytest.raises(Misconfigured, match=f"{variable} must be a port"):
        Stack.of({variable: port})


@pytest.mark.parametrize("environment", [{"EMULATOR_PORT": "8482"}, {"SIMULATOR_PORT": "65534"}])
def test_ports_that_meet_or_do_not_exist_are_refused(environment: dict[str, str]) -> None:
    """SIMULATOR_PORT stands for a port of each provider: all others lie above it."""
    with pytest.raises(Misconfigured, match="give these ports"):
        Stack.of(environment)


@pytest.mark.parametrize("meant", PROVIDERS)
def test_a_simulator_has_its_port_whichever_provider_is_meant(meant: str) -> None:
    """One demo can follow another: nothing moves, so nothing is in the way, and nothing is deployed anew."""
    stack = Stack.of({"PROVIDER": meant, "SIMULATOR_PORT": "8600"})
    ports = {simulator.provider.name: simulator.port for simulator in stack.simulators}
    assert ports == {"spotify": 8600, "lastfm": 8602, "apple_music": 8603, "soundcloud": 8605, "youtube_music": 8604}
    assert stack.simulator.provider.name == meant


def test_a_command_waits_until_another_one_is_done(tmp_path: Path) -> None:
    """Two that start the stack at once do so one after the other."""
    order: list[str] = []

    def second() -> None:
        with alone(tmp_path):
            order.append("second")

    with alone(tmp_path):
        waiting = threading.Thread(target=second)
        waiting.start()
        time.sleep(0.2)
        order.append("first")
    waiting.join(timeout=60)
    assert order == ["first", "second"]


def test_what_a_stack_stored_is_deleted_when_nobody_starts_it(tmp_path: Path) -> None:
    """All of it but the lock, for which the other command waits."""
    stack = Stack(tmp_path, Emulator(4566, tmp_path), Simulator(8480, tmp_path))
    (tmp_path / "state").mkdir()
    (tmp_path / "run" / "tmp").mkdir(parents=True)
    for name in ("state/items", "outputs.json", "token", "run/emulator.log", "run/tmp/page"):
        (tmp_path / name).touch()
    cleaning = threading.Thread(target=stack.clean)
    with alone(tmp_path / "run"):
        cleaning.start()
        cleaning.join(0.2)
        assert (tmp_path / "state" / "items").exists()
    cleaning.join()
    assert [path.relative_to(tmp_path).as_posix() for path in sorted(tmp_path.rglob("*"))] == ["run", "run/lock"]


def test_a_folder_that_cannot_be_written_ends_the_command_with_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "run").write_text("in the way")
    with pytest.raises(Misconfigured, match="run cannot be written: File exists"), alone(tmp_path / "run"):
        pass


def program(folder: Path, code: str) -> tuple[Program, list[str]]:
    return Program("program", folder, 8480), [sys.executable, "-c", code]


def test_a_program_that_ends_at_once_leaves_nothing_that_says_it_runs(local_folder: Path) -> None:
    """What it said last stands in the message."""
    subject, command = program(local_folder, "import sys; sys.exit('the disk is full')")
    with pytest.raises(NotStarted, match="the disk is full"):
        subject.start(command, {}, lambda: False)
    assert subject.running is None
    assert list(local_folder.glob("*.pid")) == []


def test_a_program_whose_start_is_interrupted_does_not_go_on(local_folder: Path) -> None:
    def interrupt() -> bool:
        raise KeyboardInterrupt

    subject, command = program(local_folder, "import time; time.sleep(60)")
    with pytest.raises(KeyboardInterrupt):
        subject.start(command, {}, interrupt)
    assert subject.running is None
    assert list(local_folder.glob("*.pid")) == []


def alive(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


def test_another_command_finds_a_program_and_the_port_that_it_has(local_folder: Path) -> None:
    """And stops it, with what it has started."""
    code = "import subprocess, time; subprocess.Popen(['sleep', '61']); time.sleep(60)"
    subject, command = program(local_folder, code)
    subject.start(command, {"PATH": os.environ["PATH"]}, lambda: True)
    later = Program("program", local_folder, 9999)
    running = later.running
    assert running == Running(subject.pid or 0, 8480)
    assert later.stop()
    assert subject.running is None
    assert not subject.stop()
    give_up = time.monotonic() + 60
    while alive(running.pid):
        assert time.monotonic() < give_up
        time.sleep(0.01)


def test_a_port_that_is_taken_is_refused() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(Misconfigured, match=f"Port {port} is in use.*EMULATOR_PORT=…"):
            require_free(port, "EMULATOR_PORT", patience_seconds=0)


@pytest.mark.parametrize(
    ("error", "status", "says"),
    [
        (Misconfigured("No such port."), 2, "No such port."),
        (NotStarted("It did not start."), 1, "It did not start."),
        (OSError(errno.ENOSPC, "No space left on device", "a file"), 2, "a file cannot be written: No space left"),
        (KeyboardInterrupt(), 130, "Interrupted"),
    ],
)
def test_a_command_ends_with_a_sentence_and_a_status(error: BaseException, status: int, says: str) -> None:
    def command() -> int:
        raise error

    said: list[str] = []
    assert status_of(command, said.append) == status
    assert says in said[0]


def test_a_defect_is_shown_as_it_is() -> None:
    """A connection that is refused is an OSError, too."""

    def command() -> int:
        raise ConnectionRefusedError(errno.ECONNREFUSED, "Connection refused")

    with pytest.raises(ConnectionRefusedError):
        status_of(command, print)
