"""Each provider in turn, in virtual time."""

from tests.unit.every_provider.conftest import subject

__all__ = ["subject"]
