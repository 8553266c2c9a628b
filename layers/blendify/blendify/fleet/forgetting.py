"""What the sums over all listeners hold of one who is erased, deleted."""

from blendify.core.settings import fleet_bucket
from blendify.fleet import files, numbers


def forget(user_id: str) -> int:
    """
    Delete the listener's number, who is like them, and the file that they are in; returns how many items that were.

    First the number leads to nobody: from then on no file is written with it. What tells the number is deleted last.
    """
    number, deleted = numbers.number_of(user_id), 0
    if number is not None and fleet_bucket():
        numbers.disown(number)
        deleted = files.forget(number)
    return deleted + numbers.forget(user_id)
