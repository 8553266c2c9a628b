"""
Stylesheets, scripts and the icon of our pages: `GET /assets/{name}-{first 12 hex digits of its SHA-256}.{kind}`.

An address changes with the text behind it, so browsers may keep it for a year and never ask again.
"""

import re
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib.resources import files
from importlib.resources.abc import Traversable

from blendify.providers import NAMES

HASH_CHARACTERS = 12
LIFETIME = "public, max-age=31536000, immutable"
"""A year, the longest that browsers are asked to keep anything."""
_TYPES = {
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml; charset=utf-8",
}
_ADDRESS = re.compile(rf"([a-z_]+)-[0-9a-f]{{{HASH_CHARACTERS}}}\.([a-z]+)")


@dataclass(frozen=True)
class Asset:
    """One file of `pages/assets`, as it is served."""

    name: str
    """As it is addressed below `assets/`, with its hash."""
    media_type: str
    text: str


def address(name: str) -> str:
    """Where a page finds the file `name`, below our root. Raises KeyError when there is no such file."""
    return f"assets/{_asset(name).name}"


def find(requested: str) -> tuple[Asset | None, bool]:
    """
    The file for what a browser asks for below `assets/`, and whether it may keep it; None when there is none.

    A hash that is not ours belongs to a page of another version, while a deployment goes on: such a page gets the file
    as it is here, once.
    """
    match = _ADDRESS.fullmatch(requested)
    try:
        asset = _asset(f"{match[1]}.{match[2]}") if match else None
    except KeyError:
        asset = None
    return asset, asset is not None and asset.name == requested


@cache
def _asset(name: str) -> Asset:
    stem, _, kind = name.partition(".")
    file = _file(name)
    if kind not in _TYPES or not file.is_file():
        raise KeyError(name)
    text = file.read_text(encoding="utf-8")
    digest = sha256(text.encode()).hexdigest()[:HASH_CHARACTERS]
    return Asset(f"{stem}-{digest}.{kind}", _TYPES[kind], text)


def _file(name: str) -> Traversable:
    """A provider's own script for our login page is in the provider's folder: `<provider>_consent.js`."""
    provider = name.removesuffix("_consent.js")
    if provider in NAMES:
        return files(f"blendify.providers.{provider}") / "consent.js"
    return files("blendify.web.pages") / "assets" / name
