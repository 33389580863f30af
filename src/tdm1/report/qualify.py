"""The fixed JSON form of a qualification, described key by key in docs/qualification.md. Keys do not change."""

from __future__ import annotations

import math
from datetime import datetime
from typing import TYPE_CHECKING, Any

from tdm1.report import numbers
from tdm1.report.as_json import plain

if TYPE_CHECKING:
    from tdm1.report.qualify_tests import JudgedFactor, TestRun
    from tdm1.trial.qualification import Qualification
    from tdm1.trial.scores import QualifiedRow, Score


def words(row: QualifiedRow) -> str:
    """The endpoint of a row in words, with its unit; rows of courses are in words already."""
    unit = "" if row.unit == "1" else numbers.unit_words(row.unit)
    text = row.endpoint if " " in row.endpoint else numbers.endpoint_words(row.endpoint)
    return text + (f" ({unit})" if unit else "")


def simulated_is(row: QualifiedRow) -> str:
    """What the simulated number is: `value`, `not reached` (infinite: a median beyond follow-up), or `missing`."""
    if math.isfinite(row.simulated):
        return "value"
    return "missing" if math.isnan(row.simulated) else "not reached"


def row_json(number: int, row: QualifiedRow) -> dict[str, Any]:
    """One row in the fixed form; `number` counts from 1 in the order of the rows."""
    return plain(
        {
            "row": number,
            "trial": row.trial,
            "arm": row.arm,
            "endpoint": row.endpoint,
            "words": words(row),
            "unit": row.unit,
            "kind": row.kind,
            "role": row.role,
            "drawn": row.drawn,
            "published": row.published,
            "printed": row.printed,
            "lower95": row.lower95,
            "upper95": row.upper95,
            "interval": row.interval,
            "simulated": row.simulated,
            "simulated_is": simulated_is(row),
            "simulated_lower95": row.simulated_lower95,
            "simulated_upper95": row.simulated_upper95,
            "n": row.n,
            "state": row.state,
            "covered": row.covered,
            "log_ratio": row.log_ratio,
            "log_distance": row.log_distance,
            "source": row.source,
            "read": row.read,
            "note": row.note,
        }
    )


def score_json(score: Score) -> dict[str, Any]:
    """One score in the fixed form; a share that no row has is null."""
    return plain(
        {
            "group": score.group,
            "name": score.name,
            "rows": score.rows,
            "with_interval": score.with_interval,
            "inside": score.inside,
            "share_inside": score.share_inside,
            "with_simulated_interval": score.with_simulated_interval,
            "covered": score.covered,
            "coverage": score.coverage,
            "with_ratio": score.with_ratio,
            "without_ratio": score.without_ratio,
            "mean_abs_log_ratio": score.mean_abs_log_ratio,
        }
    )


def credibility_json(factors: list[JudgedFactor], run: TestRun | None) -> dict[str, Any]:
    """The framework's questions, the test run (null without one), and every claim with its state and tests."""
    from tdm1.evidence.credibility import credibility

    counted = None
    if run is not None:
        counted = {"began": run.began, **{state: run.count(state) for state in ("passed", "failed", "skipped")}}
    return {
        "framework": dict(credibility().framework),
        "tests": counted,
        "factors": [
            {
                "name": factor.name,
                "asks": factor.asks,
                "lines": [
                    {
                        "claim": line.claim,
                        "state": line.state,
                        "tests": [
                            {"test": test, "passed": passed, "failed": failed, "skipped": skipped}
                            for test, (passed, failed, skipped) in zip(line.tests, line.counts, strict=True)
                        ],
                    }
                    for line in factor.lines
                ],
            }
            for factor in factors
        ],
    }


def qualification_json(
    found: Qualification, factors: list[JudgedFactor], run: TestRun | None, *, finished: datetime
) -> dict[str, Any]:
    """A qualification in the fixed form. A number that is not finite is null; `simulated_is` says why."""
    from tdm1 import __version__

    number = {id(row): place for place, row in enumerate(found.rows, start=1)}
    return {
        "tdm1": __version__,
        "finished": finished.isoformat(timespec="seconds"),
        "patients": found.patients,
        "seed": found.seed,
        "seconds": round(found.seconds, 3),
        "failed_solves": sum(run.failed_solves for run in found.runs),
        "runs": [
            {
                "name": one.name,
                "title": one.title,
                "patients": one.patients,
                "seed": one.seed,
                "seconds": round(one.seconds, 3),
                "failed_solves": one.failed_solves,
                "rows": one.rows,
            }
            for one in found.runs
        ],
        "failures": [number[id(row)] for row in found.failures],
        "scores": [score_json(score) for score in found.scores],
        "rows": [row_json(place, row) for place, row in enumerate(found.rows, start=1)],
        "left_out": [
            {"where": one.where, "values": one.values, "reason": one.reason} for one in found.left_out
        ],
        "credibility": credibility_json(factors, run),
    }
