"""
Imports the modules named on the command line, each in a process of its own, and prints what that loads.

Prints  a JSON object: by module, the modules that its import adds to boto3 and the standard library's; or the error
Fails   an import that makes an AWS session or opens a socket
"""

import importlib
import json
import sys
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import NoReturn

import boto3.dynamodb.conditions
import boto3.dynamodb.types  # noqa: F401
import botocore.session


def refuse(*_: object, **__: object) -> NoReturn:
    """Replaces functions that an import must not call."""
    raise AssertionError("an import makes an AWS session")


def forbid_sockets(event: str, _: object) -> None:
    """An audit hook."""
    if event.startswith("socket.") and event != "socket.gethostname":
        raise AssertionError("an import opens a socket")


def load(name: str, result: Connection) -> None:
    """Import a module, and send the names of the modules that this loads."""
    before = set(sys.modules)
    try:
        importlib.import_module(name)
    except Exception as error:
        result.send(f"{type(error).__name__}: {error}")
    else:
        result.send(sorted(set(sys.modules) - before))


if __name__ == "__main__":
    botocore.session.Session.__init__ = refuse  # type: ignore[method-assign]
    sys.addaudithook(forbid_sockets)
    fork, loaded = get_context("fork"), {}
    for name in sys.argv[1:]:
        receiver, sender = fork.Pipe(duplex=False)
        process = fork.Process(target=load, args=(name, sender))
        process.start()
        loaded[name] = receiver.recv()
        process.join()
    json.dump(loaded, sys.stdout)
