"""The views in the order in which they are shown."""

from collections.abc import Mapping

from blendify.web.taste.frame import View
from blendify.web.taste.views import (
    artist,
    compare,
    discoveries,
    drift,
    eras,
    hours,
    library,
    patterns,
    ranks,
    review,
    then,
    top,
)

VIEWS: Mapping[str, View] = {
    module.VIEW.name: module.VIEW
    for module in (top, ranks, library, compare, hours, then, discoveries, drift, patterns, eras, review)
}
"""By the last part of their address."""
ARTIST = artist.VIEW
"""Its address has the artist's key."""
