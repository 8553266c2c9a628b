"""GET /me/taste…: what the views are made of, page by page, as described."""

from typing import Any

import pytest
from jsonschema import Draft4Validator  # type: ignore[import-untyped]

from blendify.core import settings
from blendify.web.taste import api
from tests import openapi
from tests.unit.http_events import Browser
from tests.unit.taste.conftest import HANDLER, Open
from tests.unit.taste.listener import two_years

DOCUMENT = openapi.document()
ROUTES = ["/me/taste", *(f"/me/taste/{name}" for name in api.PARAMETERS)]


def plain(schema: Any) -> Any:
    """The schema as JSON Schema: `nullable` is a second type there."""
    if isinstance(schema, list):
        return [plain(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    translated = {key: plain(value) for key, value in schema.items() if key != "nullable"}
    if schema.get("nullable") is True:
        translated["type"] = [schema["type"], "null"]
    return translated


def everything(opened: Open, address: str) -> list[Any]:
    """The items of all pages."""
    items: list[Any] = []
    cursor: str | None = ""
    while cursor is not None:
        separator = "&" if "?" in address else "?"
        response = opened(address + (f"{separator}cursor={cursor}" if cursor else ""))
        assert response.status == 200, response.body
        items += response.json["items"]
        cursor = response.json["next_cursor"]
    return items


@pytest.mark.parametrize("route", ROUTES)
def test_answers_are_as_described(open_page: Open, route: str) -> None:
    """Every field, and no other."""
    response = open_page(route)
    described = DOCUMENT["paths"][route]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
    assert response.status == 200
    Draft4Validator(plain(described)).validate(response.json)


def test_all_pages_together_are_all_there_is(open_page: Open) -> None:
    """Each month, snapshot and change once."""
    listener = two_years()
    months = everything(open_page, "/me/taste/listening")
    assert [month["month"] for month in months] == [month.month for month in listener.plays]
    assert sum(month["plays"] for month in months) == sum(
        sum(sum(songs.values()) for songs in month.by_day.values()) for month in listener.plays
    )
    changes = everything(open_page, "/me/taste/library")
    assert len(changes) == sum(len(month.added) + len(month.removed) for month in listener.library)
    assert [change["day"] for change in changes] == sorted(change["day"] for change in changes)
    tops = everything(open_page, "/me/taste/tops?from=2024-01-01")
    assert len(tops) == sum((top.what, top.time_range) == ("artists", "short_term") for top in listener.lists)


def test_spans_are_honoured(open_page: Open) -> None:
    """Months and days, both ends included; of a top list also that in force on the first day."""
    months = everything(open_page, "/me/taste/listening?from=2026-01&to=2026-02")
    assert [month["month"] for month in months] == ["2026-01", "2026-02"]
    days = {change["day"][:7] for change in everything(open_page, "/me/taste/library?from=2026-03&to=2026-03")}
    assert days == {"2026-03"}
    first, *later = everything(open_page, "/me/taste/tops?what=tracks&from=2026-03-02&to=2026-03-20")
    assert first["day"] <= "2026-03-02"
    assert later
    assert all("2026-03-02" < top["day"] <= "2026-03-20" for top in later)


@pytest.mark.parametrize(
    ("address", "wanted"),
    [
        ("/me/taste/tops?what=albums", "what must be one of: tracks, artists."),
        ("/me/taste/tops?time_range=week", "time_range must be one of"),
        ("/me/taste/tops?from=2026-02-30", "from must be a day"),
        ("/me/taste/tops?from=2026-01", "from must be a day"),
        ("/me/taste/listening?to=2026-11-01", "to must be a month"),
        ("/me/taste/listening?what=artists", "`what` is not a parameter of this address. The parameters are: from, to"),
        ("/me/taste/listening?from=2026-02&to=2026-01", "from must not be after to."),
        ("/me/taste/library?from=7716-12&to=0200-12", "from must not be after to."),
        ("/me/taste/tops?from=2099-01-01", "from must not be after to."),
        ("/me/taste/library?cursor=abc", "cursor must be the next_cursor"),
        ("/me/taste/library?from=2026-01&from=2026-02", "from is given 2 times"),
    ],
)
def test_bad_parameters_are_refused_by_name(open_page: Open, address: str, wanted: str) -> None:
    """400 in JSON, as for every route of the API."""
    response = open_page(address)
    assert (response.status, response.json["error"]["code"]) == (400, "bad_request")
    assert wanted in response.json["error"]["message"]


def test_features_are_the_operators(open_page: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    """Views are allowed unless they are turned off; comparing and blending only where they were turned on."""
    monkeypatch.setenv("COMPARING", "lastfm")
    monkeypatch.delenv("BLENDING")
    settings.allowed_for.cache_clear()
    try:
        features = open_page("/me/taste").json["features"]
        assert features["spotify"] == {"views": True, "comparing": False, "blending": False}
        assert features["lastfm"] == {"views": True, "comparing": True, "blending": False}
    finally:
        settings.allowed_for.cache_clear()


@pytest.mark.parametrize("route", ROUTES)
def test_without_a_session_or_token_there_is_no_answer(aws_in_memory: None, route: str) -> None:
    """401."""
    assert Browser().get(HANDLER, route).status == 401
