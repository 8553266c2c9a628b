"""
`/blends/{invitation}`: what a blend will use and who will see what, before anybody joins; and joining.

Accepting the invitation is the consent for this one blend. The secret in the address cannot be guessed: it has 192
random bits.
"""

from blendify.access import connections
from blendify.access.users import UserGone
from blendify.blends import joining, membership
from blendify.blends.membership import MOST_BLENDS, Blend, JoinRefused
from blendify.core.settings import allowed_for
from blendify.providers import NAMES, PROVIDERS
from blendify.sharing.consent import consent, shown_name
from blendify.web import listener_pages, responses, views, waiting_invitations
from blendify.web.blends import api
from blendify.web.blends.shown import People
from blendify.web.guards import reader_id, same_origin
from blendify.web.parameters import form_field
from blendify.web.responses import Response
from blendify.web.router import Router
from blendify.web.waiting_invitations import INVITATION

router = api.router

GONE = "This invitation is no longer valid"
WHY_GONE = (
    "It is older than seven days, was withdrawn, or the blend is full or has ended. Ask whoever sent it for a new one."
)
ENOUGH = f"You are in {MOST_BLENDS} blends, the most there can be. Leave one, then open the invitation again."


@router.get("/blends/<invitation>")
def show(invitation: str) -> Response[str]:
    """The invitation; 303 to the blend for its members, 404 for an invitation that is not valid."""
    blend = _invited(invitation)
    if blend is None:
        return responses.message_page(router, 404, GONE, WHY_GONE)
    user = reader_id(router)
    root = responses.relative_root(router)
    if user and blend.member(user):
        return responses.see_other(f"{root}together/blends/{blend.blend_id}", [waiting_invitations.forget()])
    return _page(router, blend, user, invitation)


@router.post("/blends/<invitation>/join", middlewares=[same_origin("You have not joined.")])
def join(invitation: str) -> Response[str]:
    """303 to the blend that the listener is in now; to its invitation without a session."""
    user = reader_id(router)
    root = responses.relative_root(router)
    if user is None:
        return responses.see_other(f"{root}blends/{invitation}" if INVITATION.fullmatch(invitation) else root)
    if form_field(router, "agreed") != "yes":
        return responses.see_other(f"{root}blends/{invitation}")
    try:
        joined = joining.join(user, invitation) if INVITATION.fullmatch(invitation) else JoinRefused.GONE
    except UserGone:
        return responses.see_other(root)
    if isinstance(joined, Blend):
        return responses.see_other(f"{root}together/blends/{joined.blend_id}", [waiting_invitations.forget()])
    if joined is JoinRefused.MEMBER:
        return responses.see_other(f"{root}blends/{invitation}")
    if joined is JoinRefused.ENOUGH:
        return responses.message_page(router, 409, "You have not joined", ENOUGH)
    return responses.message_page(router, 404, GONE, WHY_GONE)


def _invited(invitation: str) -> Blend | None:
    return membership.invited(invitation) if INVITATION.fullmatch(invitation) else None


def _page(router: Router, blend: Blend, user: str | None, invitation: str) -> Response[str]:
    allowed = [name for name in NAMES if name in allowed_for("blending")]
    held = {each.provider for each in connections.connections(user)} if user else set()
    return listener_pages.page(
        router,
        "together" if user else None,
        "blends/invitation",
        cookies=None if user else [waiting_invitations.remember(invitation)],
        people=People.of(blend, user or ""),
        own_name=shown_name(user, consent(user)) if user else None,
        used=[PROVIDERS[name].title for name in allowed if name in held],
        left_out=[PROVIDERS[name].title for name in NAMES if name in held and name not in allowed],
        allowed=[PROVIDERS[name].title for name in allowed],
        offers=views.set_up() if not held else [],
        invitation=invitation,
    )
