"""
Covers and portraits that the simulators draw themselves, so that pages have pictures on a machine without internet.

Answers keep the addresses of real ones unless `own_pictures` is chosen; then they lead here. A picture follows from its
address: colours and shapes are derived from the longest part, which is the picture's id in whatever size.
"""

from collections.abc import Callable, Sequence
from hashlib import sha256

from starlette.requests import Request
from starlette.responses import Response

PATH = "/_simulator/pictures/"


def at_home(text: bytes, hosts: Sequence[str], base: str) -> bytes:
    """JSON in which the pictures of these hosts have addresses of this server."""
    for host in hosts:
        text = text.replace(f'"{host}/'.encode(), f'"{base}{PATH}'.encode())
    return text


async def picture(request: Request) -> Response:
    """A square SVG, which browsers may keep."""
    name = max(request.path_params["path"].split("/"), key=len).partition(".")[0][-20:]
    return Response(drawn(name), media_type="image/svg+xml", headers={"cache-control": "public, max-age=86400"})


def drawn(name: str) -> str:
    """The picture of this name."""
    raw = sha256(name.encode()).digest()
    hue = raw[0] * 360 // 256
    other = (hue + (25, 40, 150, 180, 205)[raw[1] % 5]) % 360
    ground, ink, light = f"hsl({hue} 52% {34 + raw[2] % 22}%)", f"hsl({other} 68% 62%)", f"hsl({other} 75% 86%)"
    shapes = _SHAPES[raw[3] % len(_SHAPES)](raw[4:], ink, light)
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 100" width="300" height="300">'
        f'<rect width="100" height="100" fill="{ground}"/>{shapes}</svg>'
    )


def _circles(raw: bytes, ink: str, light: str) -> str:
    x, y, size = 30 + raw[0] % 40, 30 + raw[1] % 40, 22 + raw[2] % 16
    middle = f'cx="{x}" cy="{y}"'
    return f'<circle {middle} r="{size}" fill="{ink}"/><circle {middle} r="{size / 3:.1f}" fill="{light}"/>'


def _sunrise(raw: bytes, ink: str, light: str) -> str:
    line = 52 + raw[0] % 22
    return (
        f'<circle cx="{25 + raw[1] % 50}" cy="{line}" r="{16 + raw[2] % 12}" fill="{light}"/>'
        f'<rect y="{line}" width="100" height="{100 - line}" fill="{ink}"/>'
    )


def _stripes(raw: bytes, ink: str, light: str) -> str:
    turn, width = raw[0] % 180, 6 + raw[1] % 9
    places = range(180 // (2 * width))
    colours = [light if place % 4 == 1 else ink for place in places]
    bars = "".join(
        f'<rect x="{-40 + 2 * width * place}" y="-50" width="{width}" height="200" fill="{colours[place]}"/>'
        for place in places
    )
    return f'<g transform="rotate({turn} 50 50)">{bars}</g>'


def _peaks(raw: bytes, ink: str, light: str) -> str:
    left, right, high = 20 + raw[0] % 25, 55 + raw[1] % 25, 22 + raw[2] % 30
    return (
        f'<path d="M-10 100 L{left} {high} L{left + 60} 100Z" fill="{ink}"/>'
        f'<path d="M{right - 50} 100 L{right} {high + 18} L{right + 55} 100Z" fill="{light}" fill-opacity=".8"/>'
    )


def _arcs(raw: bytes, ink: str, light: str) -> str:
    x, y, sizes = (raw[0] % 2) * 100, (raw[1] % 2) * 100, (30, 52, 74, 96)
    colours = {size: light if place == raw[2] % 4 else ink for place, size in enumerate(sizes)}
    return "".join(
        f'<circle cx="{x}" cy="{y}" r="{size}" fill="none" stroke="{colour}" stroke-width="9"/>'
        for size, colour in colours.items()
    )


def _tiles(raw: bytes, ink: str, light: str) -> str:
    filled = {place: light if raw[place] < 70 else ink for place in range(16) if raw[place] < 140}
    return "".join(
        f'<rect x="{place % 4 * 25}" y="{place // 4 * 25}" width="25" height="25" fill="{colour}"/>'
        for place, colour in filled.items()
    )


_SHAPES: Sequence[Callable[[bytes, str, str], str]] = (_circles, _sunrise, _stripes, _peaks, _arcs, _tiles)
