"""What moved the symptoms of a course, kept so that calibration can replay it with other numbers."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, fields

import numpy as np
from numpy.typing import NDArray

from tdm1.symptoms.catalogue import Setting
from tdm1.symptoms.drivers import Drivers


@dataclass(slots=True)
class Log:
    """Drivers and measured grades of one group of patients, in the order in which they came.

    steps     (days, drivers) of every step
    visits    (number of steps before it, day, grades by analyte) of every report of laboratory grades
    """

    setting: Setting
    seed: int
    first: int
    count: int
    steps: list[tuple[float, Drivers]] = field(default_factory=list)
    visits: list[tuple[int, float, dict[str, NDArray[np.int8]]]] = field(default_factory=list)

    def step(self, days: float, drivers: Drivers) -> None:
        """Keep a step."""
        copied = {item.name: np.array(getattr(drivers, item.name)) for item in fields(Drivers)}
        self.steps.append((days, Drivers(**copied)))

    def labs(self, day: float, grades: Mapping[str, NDArray[np.int8]]) -> None:
        """Keep the grades of a visit."""
        self.visits.append((len(self.steps), day, {name: np.array(values) for name, values in grades.items()}))


_open: list[list[Log]] = []


def open_log(setting: Setting, seed: int, first: int, count: int) -> Log | None:
    """A new log where `logging` is on, else None."""
    if not _open:
        return None
    log = Log(setting, seed, first, count)
    _open[-1].append(log)
    return log


@contextmanager
def logging() -> Generator[list[Log]]:
    """Log all symptoms that start inside the `with` block of this process; gives the list that the logs go to."""
    logs: list[Log] = []
    _open.append(logs)
    try:
        yield logs
    finally:
        _open.remove(logs)
