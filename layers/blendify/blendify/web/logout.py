"""POST /auth/logout: end the session on every device that has its cookie."""

from blendify.access import sessions
from blendify.web import responses
from blendify.web.cookies import SESSION, cookie_value, delete_cookie
from blendify.web.guards import same_origin
from blendify.web.responses import Response
from blendify.web.router import new_router

router = new_router()


@router.post("/auth/logout", middlewares=[same_origin("You are still logged in.")])
def end() -> Response[str]:
    """303 to the start page; from now on the session's cookie opens nothing."""
    sessions.end(cookie_value(router, SESSION))
    return responses.see_other("../", [delete_cookie(SESSION)])
