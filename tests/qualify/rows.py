"""Rows made by hand for the tests of scores and pages."""

from __future__ import annotations

from math import nan
from typing import Any

from tdm1.trial.qualification import NotCompared, Qualification, Ran
from tdm1.trial.scores import QualifiedRow, failures, scores

_USUAL: dict[str, Any] = {
    "trial": "one", "arm": "T-DM1", "endpoint": "adverse_events.nausea.any_pct", "unit": "%", "kind": "adverse events",
    "role": "predicted", "drawn": False, "published": 40.0, "printed": "", "lower95": 35.0, "upper95": 45.0,
    "interval": "computed from counts", "simulated": 41.0, "simulated_lower95": 36.0, "simulated_upper95": 46.0,
    "n": 500, "source": "uspi_2013", "read": "read", "note": "",
}


def row(**changes: Any) -> QualifiedRow:
    """A row inside its interval, with some fields changed."""
    return QualifiedRow(**{**_USUAL, **changes})


def mixed() -> list[QualifiedRow]:
    """Rows of every state: inside, above, below, far below with a share of 0, missing, not reached, no interval."""
    return [
        row(),
        row(endpoint="adverse_events.fatigue.any_pct", simulated=90.0, simulated_lower95=85.0, simulated_upper95=95.0,
            read="recall"),
        row(trial="two", endpoint="labs.alt_increased.g3_pct", kind="laboratory", published=4.0, lower95=2.0,
            upper95=6.0, simulated=0.0, simulated_lower95=0.0, simulated_upper95=0.7, role="calibrated"),
        row(trial="two", endpoint="os_median_month", kind="efficacy", unit="month", published=20.0, lower95=18.0,
            upper95=22.0, simulated=float("inf"), simulated_lower95=21.0, simulated_upper95=float("inf")),
        row(trial="two", endpoint="pfs_median_month", kind="efficacy", unit="month", published=9.6, lower95=8.5,
            upper95=10.8, simulated=nan, simulated_lower95=nan, simulated_upper95=nan, interval="printed"),
        row(trial="three", endpoint="conjugate day 7", kind="pharmacokinetics", unit="ug/mL", published=14.0,
            lower95=nan, upper95=nan, interval="none", simulated=19.0, simulated_lower95=nan, simulated_upper95=nan,
            read="secondary", n=1),
        row(trial="three", arm="control <b>", drawn=True, simulated=30.0, printed="<1", role="calibrated"),
    ]


def qualification(rows: list[QualifiedRow] | None = None) -> Qualification:
    """A qualification of hand-made rows."""
    found = mixed() if rows is None else rows
    names = dict.fromkeys(one.trial for one in found)
    return Qualification(
        runs=tuple(Ran(name, f"Trial {name}", 500, 1, 1.0, 0, sum(r.trial == name for r in found)) for name in names),
        rows=tuple(found), failures=tuple(failures(found)), scores=tuple(scores(found)),
        left_out=(NotCompared("pk, LABEL", 4, "repeats the model"),), patients=None, seed=None, seconds=1.5,
    )
