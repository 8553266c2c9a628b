"""The pages that listeners see; Jinja2 escapes everything that it is given."""

from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined


@cache
def _environment() -> Environment:
    environment = Environment(loader=PackageLoader("blendify.web", "pages"), autoescape=True, undefined=StrictUndefined)
    # What a page is given has its order, as what the API answers.
    environment.policies["json.dumps_kwargs"] = {"sort_keys": False}
    return environment


def render(name: str, **values: Any) -> str:
    """The page `name`.html as text; jinja2.UndefinedError when a value that it shows is not given."""
    return _environment().get_template(f"{name}.html").render(**values)
