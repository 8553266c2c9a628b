"""The pages that listeners see. Jinja2 escapes every value."""

from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from blendify.sharing.legible import isolated
from blendify.web import assets


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("blendify.web", "pages"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    # Of names that stand in a sentence or a line with others.
    environment.filters["isolated"] = isolated
    environment.globals["asset"] = assets.address
    # JSON in a page keeps the order of its keys, as in the API's responses.
    environment.policies["json.dumps_kwargs"] = {"sort_keys": False}
    return environment


def render(name: str, **values: Any) -> str:
    """
    The page `name`.html as text; raises jinja2.UndefinedError when a value that it shows is missing.

    `root` is the relative path to our root. `here` names the entry of the navigation that the page belongs to; without
    it there is no navigation, as on the pages of somebody who is not logged in.
    """
    return _environment().get_template(f"{name}.html").render(**{"here": None, **values})
