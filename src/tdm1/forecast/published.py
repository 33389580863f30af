"""What the published trial saw, by endpoint, so that every share of a forecast can stand beside it."""

from __future__ import annotations

from dataclasses import dataclass

from tdm1.evidence.intervals import percent_interval
from tdm1.trial.definition import TrialFile
from tdm1.trial.published import PublishedRow


@dataclass(frozen=True, slots=True)
class Seen:
    """A published share, of 100 (or a median, in months), with its 95 % interval, its printed form, role and source."""

    of_100: float
    lower95: float
    upper95: float
    printed: str
    role: str
    source: str
    read: str


def _patients(row: PublishedRow) -> int | None:
    number = row.n or (row.origin.cells().get("n") if row.origin else None)
    return None if number is None else int(number)


def _one(row: PublishedRow) -> Seen:
    found = row.resolve()
    return Seen(found.value, found.lower95, found.upper95, found.printed, row.role, found.source, found.read)


def _severe_lab(three: PublishedRow, four: PublishedRow) -> Seen | None:
    """Grade 3 or 4 from the two printed columns, which hold the worst grade of each patient and so add up."""
    one, other, n = three.resolve(), four.resolve(), _patients(three)
    if n is None:
        return None
    total = one.value + other.value
    low, high = percent_interval(f"{total:g}", n)
    role = "calibrated" if "calibrated" in (three.role, four.role) else "predicted"
    return Seen(total, low, high, f"{one.printed} + {other.printed}", role, one.source, one.read)


def seen(trial: TrialFile, arm: str) -> dict[str, Seen]:
    """Published shares and medians of an arm by endpoint; `labs.NAME.g3plus_pct` is made of grades 3 and 4."""
    rows = {row.endpoint: row for row in trial.rows() if row.arm == arm}
    found = {endpoint: _one(row) for endpoint, row in rows.items()}
    for endpoint, row in rows.items():
        if endpoint.startswith("labs.") and endpoint.endswith(".g3_pct"):
            name = endpoint.removesuffix(".g3_pct")
            other = rows.get(f"{name}.g4_pct")
            severe = None if other is None else _severe_lab(row, other)
            if severe is not None:
                found[f"{name}.g3plus_pct"] = severe
    return found
