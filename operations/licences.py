"""
What is shipped to AWS besides our own code, and under which licence: docs/licences.md.

    python -m operations.licences      writes the page, from the pinned packages as they are installed here
"""

import re
from importlib.metadata import metadata

from local.paths import ROOT

PAGE = ROOT / "docs" / "licences.md"
LAYERS = {
    "requirements": "DependenciesLayer, all functions",
    "signing": "SigningLayer, functions that call providers",
    "webhooks": "WebhooksLayer, the function that delivers events",
}
"""Lock files of the layers, and where they are used."""
_PINNED = re.compile(r"^([\w.-]+)==(\S+)", re.MULTILINE)
_HEAD = """# Licences

For operators and reviewers: the packages that are deployed to AWS besides our own code, which is under the MIT licence
([LICENSE](../LICENSE)). `.venv/bin/python -m operations.licences` writes this page; a test compares it with the lock
files.

Lambda brings boto3 and what it needs, under the Apache licence. Apple's MusicKit script comes from Apple's own address,
under Apple's terms. The emulator, the simulators and the tests are not deployed.

| package | version | licence | in |
|---|---|---|---|
"""


def shipped() -> dict[str, tuple[str, str]]:
    """Version and place of each package that a layer has."""
    packages: dict[str, tuple[str, str]] = {}
    for name, where in LAYERS.items():
        pinned = (ROOT / "layers" / "dependencies" / f"{name}.txt").read_text()
        packages |= {package: (version, where) for package, version in _PINNED.findall(pinned)}
    return packages


def licence(package: str) -> str:
    """The licence as the package states it: an SPDX expression, a name, or a classifier; empty if it states none."""
    stated = metadata(package)
    classifiers = [each for each in stated.get_all("Classifier") or [] if each.startswith("License :: OSI")]
    names = [each.rpartition(" :: ")[2] for each in classifiers]
    expressions = [stated[name] for name in ("License-Expression", "License") if name in stated]
    return next(filter(None, expressions), ", ".join(names))


def page() -> str:
    """The page's text. Raises PackageNotFoundError for a package that is not installed here."""
    rows = (
        f"| {package} | {version} | {licence(package)} | {where} |\n"
        for package, (version, where) in sorted(shipped().items())
    )
    return _HEAD + "".join(rows)


if __name__ == "__main__":
    PAGE.write_text(page())
