"""Simulated beside published, row by row, with a verdict."""

from __future__ import annotations

from collections.abc import Mapping
from math import nan
from typing import Any, cast

from tdm1 import evidence
from tdm1.trial.definition import TrialFile
from tdm1.trial.reading import InputError
from tdm1.trial.result import ArmResult, ComparisonRow
from tdm1.trial.summary import interval


def _paths(summary: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in summary.items():
        if isinstance(value, Mapping):
            found.update(_paths(cast("Mapping[str, Any]", value), f"{prefix}{key}."))
        else:
            found[prefix + key] = value
    return found


def _unit(endpoint: str) -> str:
    if endpoint.endswith("_month"):
        return "month"
    return "%" if endpoint.endswith("_pct") or "_pct." in endpoint else "1"


def compare(
    trial: TrialFile, arms: Mapping[str, ArmResult], summaries: Mapping[str, Mapping[str, Any]]
) -> list[ComparisonRow]:
    """One row for each published result of the trial file.

    Raises InputError, with the nearest name, for an endpoint that the arm's summary does not have.
    """
    rows: list[ComparisonRow] = []
    for published in trial.published:
        known = _paths(summaries[published.arm])
        if published.endpoint not in known:
            raise InputError(
                f"published: no endpoint is called '{published.endpoint}'{evidence.nearest(published.endpoint, known)}"
            )
        resolved = published.resolve()
        value = known[published.endpoint]
        simulated = nan if value is None else float(value)
        low, high = interval(arms[published.arm], published.endpoint)
        rows.append(
            ComparisonRow(
                arm=published.arm,
                endpoint=published.endpoint,
                unit=_unit(published.endpoint),
                published=resolved.value,
                lower95=resolved.lower95,
                upper95=resolved.upper95,
                derived_interval=resolved.derived,
                simulated=simulated,
                simulated_lower95=low,
                simulated_upper95=high,
                # A median that was not reached is infinite: inside where the published bound is open too.
                within=resolved.lower95 <= simulated <= resolved.upper95,
                role=published.role,
                source=resolved.source,
                read=resolved.read,
                printed=resolved.printed if resolved.printed.startswith("<") else "",
            )
        )
    return rows
