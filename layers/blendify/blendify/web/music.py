"""GET /me/music/…: what a listener has, had at any moment, and what became of one record."""

from collections.abc import Callable

from blendify.reading import questions
from blendify.reading.question import BadParameter
from blendify.reading.questions import Items
from blendify.web import responses
from blendify.web.parameters import OF_HISTORY, OF_LISTS, question
from blendify.web.responses import Response

app = responses.application()


@app.get("/me/music/<data_type>")
def records(data_type: str) -> Response[str]:
    """A page of one data type: what is there, or with `view=distinct` the newest of everything that ever was."""

    def ask(user_id: str) -> Items:
        asked = question(data_type, responses.parameters(app), OF_LISTS)
        return (questions.distinct if asked.view == "distinct" else questions.current)(user_id, asked)

    return _answered(ask)


# Ids may hold slashes, as some providers' are addresses, and whatever else: the router's own placeholders take neither.
@app.get("/me/music/<data_type>/(?s:.+)/history")
def history(data_type: str) -> Response[str]:
    """A page of what is told of one record over time."""

    def ask(user_id: str) -> Items:
        asked = question(data_type, responses.parameters(app), OF_HISTORY)
        record_id = app.current_event.path.partition(f"/me/music/{data_type}/")[2].removesuffix("/history")
        return questions.history(user_id, asked, record_id)

    return _answered(ask)


def _answered(ask: Callable[[str], Items]) -> Response[str]:
    user_id = responses.listener(app)
    if user_id is None:
        return responses.unauthorized(app)
    try:
        items, cursor = ask(user_id)
    except BadParameter as error:
        return responses.refusal(app, 400, "bad_request", str(error))
    return responses.answer(200, {"items": items, "next_cursor": cursor})
