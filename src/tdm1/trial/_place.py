"""A problem whose place in a trial file is known more exactly than the object in which it was found."""

from __future__ import annotations


class PlacedError(ValueError):
    """`path` leads from the object that raises it to the field at fault, as keys and positions."""

    def __init__(self, message: str, *path: int | str) -> None:
        super().__init__(message)
        self.path = path
