"""What is shipped is listed with its licence, and nothing is shipped under one that binds our own code."""

from importlib.metadata import version

from operations.licences import PAGE, licence, page, shipped

PERMISSIVE = ("MIT", "BSD", "Apache", "PSF", "MPL-2.0")
"""The Mozilla licence binds changes of its own files alone."""


def test_the_page_is_that_of_the_lock_files() -> None:
    """`python -m operations.licences` writes it anew."""
    assert PAGE.read_text() == page()


def test_licences_are_read_from_the_versions_that_are_shipped() -> None:
    """The lock files of the layers and of development agree."""
    assert {package: version(package) for package in shipped()} == {name: each for name, (each, _) in shipped().items()}


def test_every_licence_lets_us_ship() -> None:
    """None is unknown, and none asks to publish our code."""
    assert {package: licence(package) for package in shipped() if not licence(package).startswith(PERMISSIVE)} == {}
