"""/me/sessions, and the form of the account page: a listener sees where they are logged in, and ends a session."""

from dataclasses import asdict

from blendify.access import sessions
from blendify.web import responses
from blendify.web.cookies import SESSION, cookie_values, delete_cookie
from blendify.web.guards import form_user, same_origin, session_user, user_id
from blendify.web.parameters import form_field
from blendify.web.responses import Response
from blendify.web.router import new_router

router = new_router()
_same_origin = same_origin("You are still logged in.")


@router.get("/me/sessions", middlewares=[session_user])
def list_sessions() -> Response[str]:
    """The listener's sessions, oldest first; `current` is the one that asks."""
    own = _of_this_browser()
    items = [{**asdict(session), "current": session.session_id in own} for session in sessions.list_sessions(user_id())]
    return responses.json_response(200, {"items": items, "next_cursor": None})


@router.delete("/me/sessions/<session_id>", middlewares=[_same_origin, session_user])
def end(session_id: str) -> Response[str]:
    """204; from now on the session's cookie opens nothing."""
    if not sessions.end_by_id(user_id(), session_id):
        return responses.error_response(router, 404, "not_found", "You have no session with this id.")
    return responses.no_content([delete_cookie(SESSION)] if session_id in _of_this_browser() else None)


@router.post("/account/sessions", middlewares=[_same_origin, form_user])
def end_by_form() -> Response[str]:
    """303 back to the account page, or to the start page for the session of this browser, which is over then."""
    session_id = form_field(router, "session_id")
    own = session_id in _of_this_browser()
    # Somebody else may have ended it meanwhile.
    sessions.end_by_id(user_id(), session_id)
    root = responses.relative_root(router)
    return responses.see_other(root, [delete_cookie(SESSION)]) if own else responses.see_other(f"{root}account")


def _of_this_browser() -> set[str]:
    return set(map(sessions.session_id_of, cookie_values(router, SESSION)))
