"""
AWS in memory without some detours of moto's and boto's (moto 5.2.5).

DynamoDB's answers are named as the wire names them, so that looking for each field under six other names finds nothing
more; what a service's class can do does not change between two requests; the descriptions of the services, which boto
reads again for each session, do not change either; and a key that encrypts has no pair of keys.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any
from unittest.mock import patch

from botocore import session
from moto.core import responses
from moto.core.model import Shape
from moto.core.serialize import ResponseSerializer
from moto.core.utils import method_names_from_class
from moto.kms import models, utils

_any_name = ResponseSerializer.get_value
_loader = cache(session.create_loader)
_any_pair = utils.generate_private_key


def _pair(key_spec: str) -> Any:
    return None if key_spec == "SYMMETRIC_DEFAULT" else _any_pair(key_spec)


def _own_name(serializer: ResponseSerializer, value: Any, key: str, shape: Shape) -> Any:
    if isinstance(value, dict) and serializer.service_model.service_name == "dynamodb":
        return value.get(key)
    return _any_name(serializer, value, key, shape)


@contextmanager
def lean_moto() -> Iterator[None]:
    """The same answers, sooner."""
    methods = cache(method_names_from_class)
    with (
        patch.object(ResponseSerializer, "get_value", _own_name),
        patch.object(responses, "method_names_from_class", methods),
        patch.object(session, "create_loader", _loader),
        patch.object(models, "generate_private_key", _pair),
    ):
        yield
