"""The pages below `/taste`: each is whole without script, and its choices are in its address."""

from collections.abc import Mapping
from dataclasses import replace

from blendify.insights.buckets import Known
from blendify.providers import PROVIDERS
from blendify.web import responses, views
from blendify.web.charts.review_picture import POLICY
from blendify.web.guards import reader_id
from blendify.web.parameters import query_parameters
from blendify.web.responses import ContentSources, Response
from blendify.web.router import Router
from blendify.web.taste import words
from blendify.web.taste.asked import Asked, asked
from blendify.web.taste.catalogue import ARTIST, VIEWS
from blendify.web.taste.frame import Shown, View
from blendify.web.taste.views import overview, review
from blendify.web.taste.visible import Visible

RENEWED = (
    "Your history is being counted anew, as after a change of your time zone. Until that is done, in some minutes, you "
    "see it as it was counted before."
)
PREPARED = (
    "What is derived from your history is being prepared for this page. It is here in some minutes, or after your "
    "first sync."
)


def add_to(router: Router) -> None:
    """The routes of the pages."""

    @router.get("/taste")
    def taste() -> Response[str]:
        """The way to all views; 303 to the start page without a session."""
        visible = _visible(router)
        if visible is None:
            return responses.see_other(responses.relative_root(router))
        asked(query_parameters(router), ())
        return _page(router, "overview", overview.build(Asked(), visible), visible, "Your taste")

    @router.get("/taste/review.svg")
    def picture() -> Response[str]:
        """A month or year in review, to save; 404 when nothing is known of it."""
        visible = _visible(router)
        if visible is None:
            return responses.see_other(responses.relative_root(router))
        choices = asked(query_parameters(router), review.PARAMETERS)
        svg = review.svg(choices, visible)
        if svg is None:
            return responses.message_page(router, 404, "There is no picture", "Nothing is known of this time yet.")
        name = choices.period or "month"
        headers = {
            "Content-Security-Policy": POLICY,
            "Content-Disposition": f'attachment; filename="blendify-{name}.svg"',
        }
        return Response(200, "image/svg+xml; charset=utf-8", svg, headers=headers)

    @router.get("/taste/artists/<key>")
    def artist(key: str) -> Response[str]:
        """One artist; 404 when nothing is known of them."""
        given = query_parameters(router)
        asked(given, ())
        return _view(router, ARTIST, {"artist": [key]})

    @router.get("/taste/<name>")
    def view(name: str) -> Response[str]:
        """One view; 404 when there is none of this name."""
        if name not in VIEWS:
            return responses.error_response(router, 404, "not_found", "There is nothing at this address.")
        return _view(router, VIEWS[name], query_parameters(router))


def _visible(router: Router) -> Visible | None:
    """What may be shown of the listener whose session this is; None without a session."""
    user = reader_id(router)
    return None if user is None else Visible.asked_for(user)


def _view(router: Router, view: View, given: Mapping[str, list[str]]) -> Response[str]:
    visible = _visible(router)
    if visible is None:
        return responses.see_other(responses.relative_root(router))
    choices = asked(given, view.parameters)
    shown = view.build(choices, visible)
    shown = replace(shown, values={**shown.values, "chosen": choices != Asked()})
    status = 404 if view is ARTIST and shown.empty else 200
    return _page(router, view.name, shown, visible, shown.title or view.title, status)


def _page(router: Router, name: str, shown: Shown, visible: Visible, title: str, status: int = 200) -> Response[str]:
    template = "taste/empty" if shown.empty else f"taste/{name}"
    return responses.page(
        status,
        template,
        sources=ContentSources(images=views.image_hosts()),
        root=responses.relative_root(router),
        here="taste",
        view=name,
        views=[(item.name, item.title, item.question) for item in VIEWS.values()],
        title=title,
        empty=PREPARED if shown.empty and visible.is_old else shown.empty,
        basis=shown.basis,
        notices=_notices(visible, visible.known, empty=bool(shown.empty)),
        words=words,
        **shown.values,
    )


def _notices(visible: Visible, known: Known, *, empty: bool) -> list[str]:
    """That a rebuild goes on, or will, and which services are left out, by the operator's decision."""
    renewed = [RENEWED] if visible.is_renewed else []
    if visible.is_old and not empty:
        renewed = [PREPARED]
    if known.connected_on is None:
        return renewed
    titles = [PROVIDERS[name].title for name in visible.left_out]
    if not titles:
        return renewed
    return [
        *renewed,
        f"{words.listed(titles)} {'is' if len(titles) == 1 else 'are'} left out here: whoever runs this Blendify has "
        "turned views of it off. What another service tells of the same music stays.",
    ]
