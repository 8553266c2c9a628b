"""Whose program is at the other end of a connection to the emulator."""

import os
import socket
from pathlib import Path

import pytest

from local.emulator.peers import is_same_user

HEADER = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"


def table(folder: Path, state: str, user_id: int) -> tuple[Path]:
    """One connection from port 8080 to port 4566, as Linux lists it."""
    line = f"   0: 0100007F:1F90 0100007F:11D6 {state} 00000000:00000000 00:00000000 00000000 {user_id:5} 0 17 1 0\n"
    (folder / "tcp").write_text(HEADER + line)
    return (folder / "tcp",)


@pytest.mark.parametrize(
    ("state", "user_id", "ports", "same"),
    [
        ("01", os.getuid(), (8080, 4566), True),
        ("01", os.getuid() + 1, (8080, 4566), False),
        ("06", os.getuid(), (8080, 4566), False),
        ("01", os.getuid(), (8081, 4566), False),
        ("01", os.getuid(), (8080, 4567), False),
    ],
    ids=["own", "another user's", "closed: its user is forgotten", "another client", "another server"],
)
def test_only_an_open_connection_of_the_same_user_counts(
    tmp_path: Path, state: str, user_id: int, ports: tuple[int, int], same: bool
) -> None:
    """Everything else needs the stack's secret key."""
    assert is_same_user(*ports, tables=table(tmp_path, state, user_id)) is same


def test_without_the_kernels_table_nobody_is_known(tmp_path: Path) -> None:
    """As on macOS."""
    assert not is_same_user(8080, 4566, tables=(tmp_path / "none",))


def test_a_real_connection_is_known_where_the_kernel_lists_it() -> None:
    """On Linux."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with socket.create_connection(("127.0.0.1", port)) as client:
            assert is_same_user(client.getsockname()[1], port) is Path("/proc/net/tcp").exists()
