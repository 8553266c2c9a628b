"""What the services are called of which files tell: providers of ours, and others."""

from blendify.providers import PROVIDERS

_OTHERS = {
    "csv": "your table",
    "deezer": "Deezer",
    "koito": "Koito",
    "librefm": "Libre.fm",
    "listenbrainz": "ListenBrainz",
    "maloja": "Maloja",
    "pano_scrobbler": "Pano Scrobbler",
    "scrobbler_log": "your player",
    "tidal": "Tidal",
}


def title(service: str) -> str:
    """As it stands in a sentence; of one that has no title its name."""
    return PROVIDERS[service].title if service in PROVIDERS else _OTHERS.get(service, service)
