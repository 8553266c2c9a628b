"""The API's description is what the API does: every route of the template, every field, and no more."""

import re

from local.template import resources
from tests import openapi


def test_the_description_is_up_to_date() -> None:
    """`PYTHONPATH=layers/blendify python -m tests.openapi` writes it anew."""
    assert openapi.FILE.read_text() == openapi.text()


def test_every_route_is_described_and_no_other() -> None:
    """
    Method and path of all functions' events; the read routes once for each data type.

    HEAD is not described: it is GET without a body, wherever GET only reads.
    """
    all_deployed = {
        (event["Properties"]["Method"], event["Properties"]["Path"])
        for function in resources("AWS::Serverless::Function").values()
        for event in function.get("Events", {}).values()
        if event["Type"] == "Api"
    }
    deployed = {(method, path) for method, path in all_deployed if method != "HEAD"}
    assert {path for method, path in all_deployed - deployed} == {
        path for method, path in deployed if method == "GET"
    } - {"/me/export"}
    described = {
        (method.upper(), _generic(path)) for path, routes in openapi.document()["paths"].items() for method in routes
    }
    assert described == deployed


def _generic(path: str) -> str:
    """As the template has it: the data type is a parameter there, and what follows a record's id part of it."""
    path = re.sub(r"^/me/music/[a-z_]+", "/me/music/{data_type}", path)
    return path.replace("/{record_id}/history", "/{record_id+}")
