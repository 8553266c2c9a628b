"""POST /auth/logout: end the session everywhere."""

from blendify.access import sessions
from blendify.web import responses
from blendify.web.responses import Response

app = responses.application()


@app.post("/auth/logout")
def end() -> Response[str]:
    """303 to the start page; the session's cookie is worth nothing from then on."""
    if responses.cross_origin(app):
        return responses.message_page(app, 403, "This request came from another site", "You are still logged in.")
    sessions.end(responses.cookie_value(app, "session"))
    return responses.see_other("../", [responses.cookie("session", "", 0)])
