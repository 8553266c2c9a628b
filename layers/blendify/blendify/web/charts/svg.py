"""Elements of SVG as escaped markup, and the frame around a chart."""

from collections.abc import Iterable

from markupsafe import Markup, escape

UNPRINTABLE = "\N{REPLACEMENT CHARACTER}"


def text(value: object) -> Markup:
    """
    The value, escaped, without what XML cannot hold.

    Names hold control characters and unpaired surrogates at times
    """
    return escape("".join(character if _is_allowed(character) else UNPRINTABLE for character in str(value)))


def _is_allowed(character: str) -> bool:
    if character < " ":
        return character in "\t\n\r"
    return not "\ud800" <= character <= "\udfff" and character not in "\ufffe\uffff"


def number(value: float) -> str:
    """At most one decimal: a tenth of a unit cannot be told apart."""
    return f"{round(value, 1):.10g}"


def element(name: str, *children: object, **attributes: object) -> Markup:
    """
    An element. Children that are markup stay, others are text; None is left out.

    attributes  by their names with `_` for `-`, and without the `_` that ends `class_`; None leaves one out
    """
    pairs = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{number(value) if isinstance(value, (int, float)) else text(value)}"'
        for key, value in attributes.items()
        if value is not None
    )
    inside = "".join(child if isinstance(child, Markup) else text(child) for child in children if child is not None)
    # Every value in it is escaped above.
    return Markup(f"<{name}{pairs}>{inside}</{name}>" if inside else f"<{name}{pairs}/>")  # noqa: S704


def joined(children: Iterable[Markup]) -> Markup:
    """The elements in a row."""
    return Markup("").join(children)


def frame(
    name: str, label: str, description: str, size: tuple[float, float], *children: Markup, role: str = "img"
) -> Markup:
    """
    A chart with what a screen reader says of it.

    name    the beginning of its ids, unique on the page
    size    of the drawing, in units of the viewBox
    role    `img`, or `group` when its parts can be read one by one
    """
    width, height = size
    described = f"{name}-description"
    return element(
        "svg",
        element("desc", description, id=described),
        *children,
        id=name,
        class_="chart",
        viewBox=f"0 0 {number(width)} {number(height)}",
        role=role,
        aria_label=label,
        aria_describedby=described,
    )
