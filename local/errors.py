"""Errors that end a command of the local stack with a sentence instead of a traceback."""

import errno
from collections.abc import Callable

INTERRUPTED = 130
"""128 plus the number of the signal, as in shells."""
_NOT_WRITABLE = (errno.EACCES, errno.EROFS, errno.ENOSPC, errno.EDQUOT)


class CommandError(Exception):
    """The message says what is wrong and what to do; `status` is the command's exit status."""

    status = 1


class Misconfigured(CommandError, ValueError):
    """The environment is wrong or incomplete. Nothing was started."""

    status = 2


def status_of(command: Callable[[], int], say: Callable[[str], None]) -> int:
    """Run a command. Returns its exit status; an error is said in a sentence."""
    try:
        return command()
    except CommandError as error:
        say(f"  {error}")
        return error.status
    except KeyboardInterrupt:
        say("  Interrupted. What was started runs on: `make down` stops it.")
        return INTERRUPTED
    except OSError as error:
        if error.errno not in _NOT_WRITABLE:
            raise
        say(f"  {error.filename or 'A file'} cannot be written: {error.strerror}.")
        return Misconfigured.status
