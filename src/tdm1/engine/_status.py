"""How the integration of one patient ended."""

from __future__ import annotations

from enum import IntEnum


class Status(IntEnum):
    """0 is success; anything else means that the patient's states are his last good ones."""

    OK = 0
    NOT_FINITE = 1
    TOO_MANY_STEPS = 2
    STEP_TOO_SMALL = 3
    OUT_OF_RANGE = 4
    NEGATIVE = 5

    @property
    def explain(self) -> str:
        """One sentence for a person."""
        return _WORDS[self]


_WORDS = {
    Status.OK: "The interval was integrated within the tolerance.",
    Status.NOT_FINITE: (
        "A state or its rate of change is not a finite number: look for a missing or extreme parameter,"
        " or for the logarithm or the reciprocal of a state that reached zero."
    ),
    Status.TOO_MANY_STEPS: "The interval needed more steps than allowed; the last good state is kept.",
    Status.STEP_TOO_SMALL: (
        "The error stayed above the tolerance even for the smallest step allowed; the equations may run"
        " off to infinity inside the interval."
    ),
    Status.OUT_OF_RANGE: (
        "A state is beyond 1e100 in its unit, which no amount in a body can be: look for an extreme parameter"
        " or for growth that nothing limits."
    ),
    Status.NEGATIVE: (
        "An amount that cannot be below zero ended there by more than rounding: look for an extreme dose or parameter;"
        " a smaller relative_tolerance may find the way. A state that may be below zero is marked `signed`."
    ),
}
