"""GET /imports and below: where a listener uploads a file and follows what becomes of it, without script too."""

from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

from blendify.access import users
from blendify.core import times
from blendify.core.data_types import DataType
from blendify.importing import imports, service_names, uploads
from blendify.importing.counting import chosen_rule
from blendify.importing.formats.format import NEEDED_COLUMNS
from blendify.importing.formats.guides import GUIDES
from blendify.importing.import_item import Import, State
from blendify.importing.imported_facts import LISTED
from blendify.web import import_views, listener_pages, request, responses
from blendify.web import imports as imports_api
from blendify.web.guards import form_user, reader_id, same_origin, user_id
from blendify.web.imports import begin, find, withdrawn
from blendify.web.listener_pages import of_a_listener
from blendify.web.parameters import form_fields
from blendify.web.responses import ContentSources, Response
from blendify.web.router import Router

router = imports_api.router
"""The same Lambda serves both."""
_same_origin = same_origin("Nothing was imported or taken back.")

REFRESH = 2_000
"""Milliseconds until a page asks again how far an import is."""
SHOWN = 20
MOODS = {
    State.SUCCEEDED: "good",
    State.PARTIAL: "warn",
    State.FAILED: "bad",
    State.QUESTION: "warn",
}


@router.get("/imports")
def show_imports() -> Response[str]:
    """The form for an upload, and the listener's imports; 303 to the start page without a session."""
    return of_a_listener(router, _overview)


@router.get("/imports/<import_id>")
def show_report(import_id: str) -> Response[str]:
    """One import: how far it is, what it asks, what came of it; 303 to the start page without a session."""
    return of_a_listener(router, lambda _, user: _report(user, import_id))


@router.get("/imports/<import_id>/uploaded")
def arrived(import_id: str) -> Response[str]:
    """
    303 to the import's page: S3 sends the browser here when the file has arrived, and the import begins.

    The file itself is the proof that its owner uploaded it, as only they were given the form for their key. Coming here
    again changes nothing.
    """
    user = reader_id(router)
    if user is None:
        return responses.see_other(responses.relative_root(router))
    if request.is_head(router) or request.is_speculative(router):
        return responses.not_ahead_of_time(router)
    answer = begin(user, import_id, {})
    return responses.see_other(f"../{import_id}") if answer.status_code < HTTPStatus.BAD_REQUEST else answer


@router.post("/imports/<import_id>", middlewares=[_same_origin, form_user])
def by_form(import_id: str) -> Response[str]:
    """303 back to the import's page, after its question was answered or it was taken back."""
    fields = {name: values[0] for name, values in form_fields(router).items()}
    import_ = find(user_id(), import_id)
    if import_ is None:
        return responses.error_response(router, 404, "not_found", "You have no such import.")
    back = fields.get("take_back") == "yes"
    answer = withdrawn(import_) if back else begin(user_id(), import_id, imports_api.checked(_answered(fields)))
    if answer.status_code >= HTTPStatus.BAD_REQUEST:
        return answer
    return responses.see_other(f"{responses.relative_root(router)}imports/{import_id}")


def _answered(fields: dict[str, str]) -> dict[str, Any]:
    """The options in a form: a zone, columns as `column-<field>`, and whether another account is meant."""
    given = ((name, value) for name, value in fields.items() if name.startswith("column-") and value)
    columns = {name.removeprefix("column-"): value for name, value in given}
    answer: dict[str, Any] = {"columns": columns} if columns else {}
    if "zone" in fields:
        answer["zone"] = fields["zone"]
    if fields.get("another_account") == "yes":
        answer["another_account"] = True
    return answer


def _overview(router: Router, user: str) -> Response[str]:
    import_id = imports.new_id(times.now())
    form = uploads.form(user, import_id, f"{request.own_address(router)}/imports/{import_id}/uploaded")
    elsewhere = _origin(form.url)
    shown = [_shown(each) for _, each in zip(range(SHOWN), imports.newest(user), strict=False)]
    return listener_pages.page(
        router,
        "account",
        "imports",
        sources=ContentSources(connections=elsewhere, forms=elsewhere),
        form=form,
        import_id=import_id,
        most_bytes=uploads.MOST_BYTES,
        guides=GUIDES.values(),
        imports=[each for each in shown if each["status"] != State.AWAITING_UPLOAD],
        title_of=service_names.title,
        play_seconds=chosen_rule(users.profile(user)).least_ms // 1000,
    )


def _report(user: str, import_id: str) -> Response[str]:
    import_ = find(user, import_id)
    if import_ is None:
        return responses.error_response(router, 404, "not_found", "You have no such import.")
    going_on = import_.state in (State.READING, State.TAKING_BACK)
    shown = _shown(import_)
    most = max((each["plays"] for each in shown["differences"]), default=1)
    return listener_pages.page(
        router,
        "account",
        "import",
        each=shown,
        title_of=service_names.title,
        most=most,
        lists=[
            (DataType(name).words.capitalize(), records)
            for name, records in import_.report.by_data_type.items()
            if name in LISTED
        ],
        needed=NEEDED_COLUMNS,
        refresh=REFRESH if going_on else None,
        time_zone=users.profile(user).get("time_zone", "UTC"),
        years=[import_.report.years[0], import_.report.years[-1]] if import_.report.years else None,
    )


def _shown(each: Import) -> dict[str, Any]:
    return {**import_views.view(each), "words": import_views.STATES[each.state], "mood": MOODS.get(each.state, "")}


def _origin(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"
