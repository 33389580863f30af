"""A picture of 100 people, as plain SVG: who has something, who has it badly, who has not.

Told apart by shape, not by colour alone: an outline has not, a filled figure has, a filled figure in a box has it
badly. The figures take their colour from the page (`currentColor`), so black on white prints as it looks.
"""

from __future__ import annotations

from html import escape

#: People in a row; ten rows make a hundred.
ROW = 10
PEOPLE = ROW * ROW
_STEP, _MARGIN = 24.0, 4.0
_SIDE = _STEP * ROW + 2 * _MARGIN


class PictureError(ValueError):
    """Numbers that are no people of 100, or a name that cannot name a picture."""


def _figure(x: float, y: float) -> str:
    """The outline of one person in a cell whose corner is at x, y: a head and a body."""
    head = f"M{x + 8.5:g} {y + 6.5:g}a3.5 3.5 0 1 0 7 0a3.5 3.5 0 1 0 -7 0z"
    body = f"M{x + 5:g} {y + 21:g}v-5.5a4.5 4.5 0 0 1 4.5 -4.5h5a4.5 4.5 0 0 1 4.5 4.5v5.5z"
    return head + body


def _box(x: float, y: float) -> str:
    return f"M{x + 1.5:g} {y + 1:g}h21v22h-21z"


def _cells(first: int, last: int) -> list[tuple[float, float]]:
    return [(_MARGIN + _STEP * (place % ROW), _MARGIN + _STEP * (place // ROW)) for place in range(first, last)]


def people(name: str, title: str, description: str, *, affected: int, severe: int = 0) -> str:
    """The picture as SVG text, to stand in a page.

    name          unique in the page; letters, digits and hyphens
    title, description   what a screen reader says
    affected      people of 100 who have it, those who have it badly included
    severe        people of 100 who have it badly
    Raises PictureError for numbers that are no people of 100, and for a name that is no id.
    """
    if not 0 <= severe <= affected <= PEOPLE:
        raise PictureError(f"{severe} severe of {affected} affected of {PEOPLE} people cannot be drawn")
    if not name or not name.replace("-", "").isalnum() or not name[0].isalpha():
        raise PictureError(f"'{name}' is no name for a picture; use letters, digits and hyphens, a letter first")
    boxes = "".join(_box(x, y) for x, y in _cells(0, severe))
    filled = "".join(_figure(x, y) for x, y in _cells(0, affected))
    empty = "".join(_figure(x, y) for x, y in _cells(affected, PEOPLE))
    parts = [
        f'<svg class="people" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_SIDE:g} {_SIDE:g}" role="img" '
        f'aria-labelledby="{name}-title {name}-desc">',
        f'<title id="{name}-title">{escape(title)}</title><desc id="{name}-desc">{escape(description)}</desc>',
    ]
    if empty:
        parts.append(f'<path class="has-not" d="{empty}" fill="none" stroke="currentColor" stroke-width="1"/>')
    if filled:
        parts.append(f'<path class="has" d="{filled}" fill="currentColor"/>')
    if boxes:
        parts.append(f'<path class="badly" d="{boxes}" fill="none" stroke="currentColor" stroke-width="2"/>')
    return "".join([*parts, "</svg>"])
