"""GET /me/music/… and /me/changes: what a listener has, had at any moment, one record's history, and what changed."""

from blendify.access import visits
from blendify.insights import recordings
from blendify.reading import changes, questions, reasons
from blendify.reading.changes import Changes
from blendify.reading.questions import Page
from blendify.web import responses
from blendify.web.guards import reader, user_id
from blendify.web.parameters import OF_HISTORY, OF_LISTS, changes_asked, query_parameters, question
from blendify.web.responses import Response
from blendify.web.router import new_router
from blendify.webhooks import subscriptions

router = new_router()


@router.get("/me/music/<data_type>", middlewares=[reader])
def records(data_type: str) -> Response[str]:
    """A page of one data type: the lists' contents, or with `view=distinct` the newest version of every record."""
    asked = question(data_type, query_parameters(router), OF_LISTS)
    answer = questions.distinct if asked.view == "distinct" else questions.current
    return _page(answer(user_id(), asked))


# Ids may hold slashes, because some providers' are addresses, and any other character: placeholders take neither.
@router.get("/me/music/<data_type>/(?s:.+)/history", middlewares=[reader])
def history(data_type: str) -> Response[str]:
    """A page of one record's appearances, changes and removals."""
    asked = question(data_type, query_parameters(router), OF_HISTORY)
    record_id = router.current_event.path.partition(f"/me/music/{data_type}/")[2].removesuffix("/history")
    return _page(questions.history(user_id(), asked, record_id))


@router.get("/me/changes", middlewares=[reader])
def what_changed() -> Response[str]:
    """A page of what was recorded and what was removed, and by which run, of all data types together, newest first."""
    asked = changes_asked(query_parameters(router))
    items, next_cursor = changes.changes(user_id(), asked)
    items = reasons.explained(user_id(), items)
    notices = [] if asked.cursor else [*_disabled_webhooks(user_id()), *_of_blends(user_id(), asked)]
    page = {"items": items, "next_cursor": next_cursor, **({"notices": notices} if notices else {})}
    return responses.json_response(200, page)


def _disabled_webhooks(user: str) -> list[dict[str, str | None]]:
    """What a program has to know that waits for events in vain; not the address, which may hold a secret."""
    return [
        {"kind": "webhook_disabled", "webhook_id": each.webhook_id, "at": each.disabled_at, "why": each.why}
        for each in subscriptions.every(user, consistent=False)
        if each.disabled_at
    ]


def _of_blends(user: str, asked: Changes) -> list[dict[str, str]]:
    """What others did to blends: no record, and yet what an event would have told. None with what an import told."""
    if asked.import_id is not None:
        return []
    words = visits.words(user)
    return [each._asdict() for each in words if asked.since <= each.at <= (asked.until or each.at)]


def _page(page: Page) -> Response[str]:
    items = recordings.with_links(user_id(), page.items)
    return responses.json_response(200, {"items": items, "next_cursor": page.next_cursor})
