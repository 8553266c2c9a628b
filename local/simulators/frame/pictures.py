"""
Covers and portraits that the simulators draw themselves, so that pages have pictures on a machine without internet.

Answers keep the addresses of real ones unless `own_pictures` is chosen; then they lead here. A picture follows from its
address: colours and shapes are derived from the longest part, which is the picture's id in whatever size.
"""

from collections.abc import Sequence
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
    # Numbers within the picture, and smaller ones.
    drawn = {"x": 25 + raw[4] % 50, "y": 30 + raw[5] % 40, "r": 20 + raw[6] % 18, "s": 6 + raw[7] % 10}
    shape = _SHAPES[raw[3] % len(_SHAPES)].format(**drawn, ink=f"hsl({other} 68% 62%)", light=f"hsl({other} 75% 86%)")
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 100" width="300" height="300">'
        f'<rect width="100" height="100" fill="hsl({hue} 52% {34 + raw[2] % 22}%)"/>{shape}</svg>'
    )


_SHAPES = (
    '<circle cx="{x}" cy="{y}" r="{r}" fill="{ink}"/><circle cx="{x}" cy="{y}" r="{s}" fill="{light}"/>',
    '<circle cx="{x}" cy="{y}" r="{r}" fill="{light}"/><rect y="{y}" width="100" height="100" fill="{ink}"/>',
    '<path d="M-9 100L{x} {r}L95 100Z" fill="{ink}"/><path d="M20 100L70 {y}L130 100Z" fill="{light}" opacity=".8"/>',
    '<g fill="none" stroke="{ink}" stroke-width="9"><circle r="99"/><circle r="{x}" stroke="{light}"/></g>',
    '<g transform="rotate({x} 50 50)" fill="{ink}"><path d="M-40 {y}h200v{s}h-200zM-40 80h200v{r}h-200z"/>'
    '<path d="M-40 {r}h200v{s}h-200z" fill="{light}"/></g>',
)
"""A row each: discs, a sunrise, peaks, arcs, and stripes."""
