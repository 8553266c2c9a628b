"""Which of a listener's services are left out of what others see, by the operator's decision."""

from dataclasses import dataclass

from blendify.access import connections
from blendify.core.settings import allowed_for
from blendify.providers import NAMES, PROVIDERS

DOES = {"comparing": "compared with that of others", "blending": "put into blends"}
"""What a feature does with a service's music, in words."""


@dataclass(frozen=True)
class LeftOut:
    """A service whose data a feature does not use here."""

    provider: str
    feature: str
    """`comparing` or `blending`."""
    why: str
    """A sentence for the listener."""


def left_out(user_id: str, *features: str) -> list[LeftOut]:
    """The listener's connected services that these features (all without any) leave out."""
    connected = {connection.provider for connection in connections.connections(user_id)}
    return [
        LeftOut(name, feature, f"What {PROVIDERS[name].title} tells is not {DOES[feature]} here. {OPERATOR}")
        for feature in features or tuple(DOES)
        for name in NAMES
        if name in connected and name not in allowed_for(feature)
    ]


OPERATOR = "Whoever runs this Blendify has not turned that on for this service."
