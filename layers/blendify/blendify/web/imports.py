"""/me/imports: a listener brings their past: where to upload it, how far it is, what came of it, and taking it back."""

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any
from zoneinfo import ZoneInfo

from botocore.exceptions import BotoCoreError, ClientError

from blendify.core import state_machines
from blendify.core.settings import erase_state_machine, import_state_machine
from blendify.core.telemetry import logger
from blendify.importing import imports, uploads
from blendify.importing.formats.format import NEEDED_COLUMNS
from blendify.importing.import_item import Import, State
from blendify.importing.imports import NotNow
from blendify.leaving import erasure, receipts
from blendify.reading.question import BadParameter
from blendify.web import import_views, responses
from blendify.web.guards import reader, same_origin, session_user, unauthorized, user_id
from blendify.web.parameters import MAX_IMPORT_ID_CHARACTERS
from blendify.web.responses import Response
from blendify.web.router import new_router

router = new_router()
_same_origin = same_origin("Nothing was imported or taken back.")

MAX_BODY_CHARACTERS = 8_192
MOST_IMPORTS = 100
OPTIONS = ("zone", "columns", "another_account")


@router.post("/me/imports", middlewares=[_same_origin, session_user])
def announce() -> Response[str]:
    """201 with the import's id, and where to upload its file: a form whose last field is `file`."""
    made = imports.announce(user_id())
    return responses.json_response(201, {**import_views.view(made), "upload": import_views.upload(made, None)})


@router.get("/me/imports", middlewares=[reader])
def list_imports() -> Response[str]:
    """The listener's imports, newest first."""
    newest = [import_views.view(each) for _, each in zip(range(MOST_IMPORTS), imports.newest(user_id()), strict=False)]
    return responses.json_response(200, {"items": newest, "next_cursor": None})


@router.get("/me/imports/<import_id>", middlewares=[reader])
def show_import(import_id: str) -> Response[str]:
    """One import with its report; 404 when this listener has none with this id."""
    import_ = find(user_id(), import_id)
    return responses.json_response(200, import_views.view(import_)) if import_ else not_found()


@router.post("/me/imports/<import_id>", middlewares=[_same_origin, session_user])
def start(import_id: str) -> Response[str]:
    """
    202: the file has been uploaded, or a question is answered; the import goes on in the background.

    Body    {"zone": str, "columns": {field: column}, "another_account": bool}, all optional; or no body
    """
    return begin(user_id(), import_id, options_in(router.current_event.decoded_body))


@router.delete("/me/imports/<import_id>", middlewares=[_same_origin, session_user])
def take_back(import_id: str) -> Response[str]:
    """202 with {"erasure_id"}: what the import stored is being erased. 204 for one that never began."""
    import_ = find(user_id(), import_id)
    return withdrawn(import_) if import_ else not_found()


def find(user: str, import_id: str) -> Import | None:
    """The listener's import with this id, whatever text that is."""
    return imports.find(user, import_id) if 0 < len(import_id) <= MAX_IMPORT_ID_CHARACTERS else None


def not_found() -> Response[str]:
    """404 for an import that is not the listener's."""
    return responses.error_response(router, 404, "not_found", "You have no import with this id.")


def begin(user: str, import_id: str, options: Mapping[str, Any]) -> Response[str]:
    """Start an import whose file has come, or go on with one that has asked."""
    if not (0 < len(import_id) <= MAX_IMPORT_ID_CHARACTERS and import_id.isascii()):
        return not_found()
    size = uploads.size(user, import_id)
    known = find(user, import_id)
    if size is None and (known is None or known.state in (State.AWAITING_UPLOAD, State.QUESTION)):
        text = "The file has not arrived. Upload it first, as the answer of POST /me/imports says."
        return responses.error_response(router, 409, "no_upload", text)
    try:
        begun = imports.begin(user, import_id, size or 0, options, _tell)
    except (BotoCoreError, ClientError):
        logger.exception("The import before could not be ended")
        return _try_again()
    except LookupError:
        return unauthorized(router, session_only=True)
    except NotNow as other:
        return responses.error_response(router, 409, "another_import", _why_not_now(find(user, str(other))))
    if begun.state is State.READING:
        try:
            name = f"{begun.import_id}-{begun.runs}"
            state_machines.start(import_state_machine(), name, {"user_id": user, "import_id": begun.import_id})
        except (BotoCoreError, ClientError):
            logger.exception("The import could not be started")
            return _try_again()
    return responses.json_response(202, import_views.view(begun))


def _why_not_now(other: Import | None) -> str:
    if other and other.state is State.QUESTION:
        return (
            "Another import of yours waits for your answer. Answer it on its page, or delete its file there; this file "
            "stays for a week."
        )
    return "Another import of yours is under way. Start this one when that has ended; the file stays for a week."


def _tell(ended: Import) -> None:
    """The worker finds an import that has ended, and tells of it as of its own."""
    given = {"user_id": ended.user_id, "import_id": ended.import_id}
    state_machines.start(import_state_machine(), f"{ended.import_id}-ended", given)


def _try_again() -> Response[str]:
    text = "The import could not be started. The file stays for a week: try again in a minute."
    return responses.error_response(router, 503, "unavailable", text, {"Retry-After": "60"})


def withdrawn(import_: Import) -> Response[str]:
    """Take an import back: by the eraser, with a receipt."""
    if import_.state is State.TAKEN_BACK:
        return responses.error_response(router, 409, "taken_back", "This import is taken back already.")
    if import_.state is State.AWAITING_UPLOAD:
        uploads.remove(import_.user_id, import_.import_id)
        imports.drop(import_)
        return responses.no_content()
    try:
        erasure_id = receipts.begin(import_.user_id, receipts.of_import(import_.import_id))
        state_machines.start(erase_state_machine(), erasure_id, {"erasure_id": erasure_id})
    except LookupError:
        return unauthorized(router, session_only=True)
    except (BotoCoreError, ClientError):
        logger.exception("The erasure could not be started")
        text = "The import could not be taken back, and nothing was erased. Please try again in a minute."
        return responses.error_response(router, 503, "unavailable", text, {"Retry-After": "60"})
    try:
        erasure.begin(erasure_id)
    except (BotoCoreError, ClientError):
        logger.exception("The erasure's first step is left to the state machine")
    return responses.json_response(HTTPStatus.ACCEPTED, {"erasure_id": erasure_id})


def options_in(body: str | None) -> dict[str, Any]:
    """
    What the listener says of the file.

    Raises  BadParameter
    """
    try:
        given = json.loads(body) if body and body.strip() else {}
    except (ValueError, RecursionError):
        raise BadParameter("The body must be JSON, or empty.") from None
    if len(body or "") > MAX_BODY_CHARACTERS or not isinstance(given, dict) or not set(given) <= set(OPTIONS):
        raise BadParameter(f"The body must be an object with any of: {', '.join(OPTIONS)}.")
    return checked(given)


def checked(given: dict[str, Any]) -> dict[str, Any]:
    """
    These options, which an import can be read by.

    Raises  BadParameter
    """
    if "zone" in given:
        _zone(given["zone"])
    if not isinstance(given.get("another_account", False), bool):
        raise BadParameter("another_account must be true or false.")
    columns = given.get("columns", {})
    texts = [*columns, *columns.values()] if isinstance(columns, dict) else [None]
    if not all(isinstance(text, str) and 0 < len(text) <= 200 for text in texts) or len(texts) > 40:
        raise BadParameter("columns must name a column of the file for each field, all as text.")
    if "columns" in given and not columns.keys() >= NEEDED_COLUMNS:
        raise BadParameter("columns must name the column of the time and that of the title: a play needs both.")
    return given


def _zone(name: Any) -> None:
    try:
        ZoneInfo(name)
    except (ValueError, OSError, LookupError, TypeError):
        raise BadParameter(
            "zone must be the name of a time zone in the IANA database, such as Europe/Berlin."
        ) from None
