"""Which addresses are this machine's, and which ones an application may be sent back to."""

import re
from ipaddress import ip_address
from urllib.parse import urlsplit


def redirect_uri_matches(registered: str, given: str) -> bool:
    """Exact equality; a loopback address registered without a port may be used with any."""
    parts = urlsplit(registered)
    if given == registered or parts.scheme != "http" or parts.port is not None:
        return given == registered
    origin = f"http://{parts.netloc}"
    return re.fullmatch(rf"{re.escape(origin)}:\d{{1,5}}{re.escape(registered[len(origin) :])}", given) is not None


def is_loopback(host: str) -> bool:
    """Whether a host is written as an address of this machine; a name never is."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
