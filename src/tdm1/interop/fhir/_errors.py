"""The one error of reading a FHIR bundle."""

from __future__ import annotations


class FhirError(ValueError):
    """A bundle that cannot be read, or something in it that cannot be; says where it is and how to mend it."""

    def __init__(self, message: str) -> None:
        # What a bundle wrote may hold line ends; an error is one line.
        super().__init__(" ".join(message.split()))
