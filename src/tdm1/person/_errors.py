"""The one error of a person's record."""

from __future__ import annotations


class PersonError(ValueError):
    """A record that cannot be read, or a value that cannot be; says where it is and how to mend it."""
