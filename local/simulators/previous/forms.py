"""Forms that a browser or an application posts."""

from urllib.parse import parse_qsl

from starlette.requests import Request


async def form(request: Request) -> dict[str, str] | None:
    """The fields of a posted form; None if it is none, or names a field twice."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/x-www-form-urlencoded":
        return None
    pairs = parse_qsl((await request.body()).decode("utf-8", "replace"), keep_blank_values=True)
    return dict(pairs) if len({name for name, _ in pairs}) == len(pairs) else None
