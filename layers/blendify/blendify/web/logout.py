"""POST /auth/logout: end the session on every device that has its cookie."""

from blendify.access import sessions
from blendify.web import responses
from blendify.web.cookies import SESSION, cookie_values, delete_cookie
from blendify.web.guards import same_origin
from blendify.web.responses import Response
from blendify.web.router import new_router

router = new_router()


@router.post("/auth/logout", middlewares=[same_origin("You are still logged in.")])
def end() -> Response[str]:
    """303 to the start page; from now on no session that the browser sent opens anything."""
    for session in cookie_values(router, SESSION):
        sessions.end(session)
    return responses.see_other(responses.relative_root(router), [delete_cookie(SESSION)])
