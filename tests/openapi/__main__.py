"""Writes docs/openapi.yaml."""

import os

from local.template import template
from tests.openapi import FILE, text


def main() -> None:
    """Write the file. The providers' tables read the settings, so each variable of the template gets a value."""
    for name in template()["Globals"]["Function"]["Environment"]["Variables"]:
        os.environ.setdefault(name, "1")
    FILE.write_text(text())


if __name__ == "__main__":
    main()
