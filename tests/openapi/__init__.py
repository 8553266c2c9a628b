"""
The API's description, generated from the code: data types, fields, parameters, providers.

    PYTHONPATH=layers/blendify python -m tests.openapi      writes docs/openapi.yaml; a test fails when it is outdated
"""

from typing import Any

import yaml

from blendify.core.data_types import DataType
from local.paths import ROOT
from tests.openapi.account import account, applications, export, leaving, sessions, sync, tokens, webhooks
from tests.openapi.imports import import_, imports
from tests.openapi.music import changes, music, record
from tests.openapi.pages import pages
from tests.openapi.schemas import ARTIST, Schema, error, schema_name
from tests.openapi.taste import taste
from tests.openapi.together import blends, recommendations, sharing, similar

FILE = ROOT / "docs" / "openapi.yaml"


def document() -> Schema:
    """The whole description, as OpenAPI 3.0."""
    return {
        "openapi": "3.0.3",
        "info": {
            "title": "Blendify data collection",
            "version": "1",
            "description": "The music that a listener has, or had at any moment, and the history of each record. "
            "Times are ISO 8601, UTC. A session cookie gives access to everything; a bearer token, which the listener "
            "makes, can only read.",
        },
        "servers": [{"url": "/v1"}],
        "security": [{"session": []}, {"bearer": []}],
        "paths": {
            **account(),
            **music(),
            **taste(),
            **recommendations(),
            **sharing(),
            **similar(),
            **changes(),
            **export(),
            **imports(),
            **tokens(),
            **sessions(),
            **applications(),
            **webhooks(),
            **blends(),
            **leaving(),
            **pages(),
        },
        "components": {
            "securitySchemes": {
                "session": {"type": "apiKey", "in": "cookie", "name": "__Host-session"},
                "bearer": {"type": "http", "scheme": "bearer"},
            },
            "schemas": {
                "Error": error(),
                "Sync": sync(),
                "Import": import_(),
                "Artist": ARTIST,
                **{schema_name(data_type): record(data_type) for data_type in DataType},
            },
        },
    }


def text() -> str:
    """The content of the file."""
    return yaml.dump(_plain(document()), sort_keys=False, allow_unicode=True, width=120, Dumper=_NoAliases)


class _NoAliases(yaml.SafeDumper):
    def ignore_aliases(self, data: object) -> bool:  # noqa: ARG002 -- PyYAML's own signature
        return True


def _plain(value: Any) -> Any:
    """A copy with enum members as plain strings."""
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return str(value) if isinstance(value, str) else value
