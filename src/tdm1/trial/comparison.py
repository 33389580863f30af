"""Simulated beside published, row by row, with a verdict."""

from __future__ import annotations

from collections.abc import Mapping
from math import nan
from typing import Any, cast

from tdm1 import evidence
from tdm1.trial.definition import TrialFile
from tdm1.trial.endpoints import RATIOS
from tdm1.trial.published import PublishedRow
from tdm1.trial.reading import InputError
from tdm1.trial.result import ArmResult, ComparisonRow
from tdm1.trial.summary import idfs_curve, interval, os_curve, pfs_curve
from tdm1.trial.survival_curve import hazard_ratio


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


def _simulated(
    published: PublishedRow, arms: Mapping[str, ArmResult], paths: Mapping[str, Mapping[str, Any]]
) -> tuple[float, float, float]:
    """The simulated value of a published row and its 95 % interval."""
    names = published.names
    known = RATIOS if len(names) > 1 else paths[published.arm]
    if published.endpoint not in known:
        hint = evidence.nearest(published.endpoint, known)
        raise InputError(f"published: {published.arm} has no endpoint called '{published.endpoint}'{hint}")
    if len(names) > 1:
        curves = {"pfs": pfs_curve, "os": os_curve, "idfs": idfs_curve}
        curve = curves[RATIOS[published.endpoint]]
        return hazard_ratio(curve(arms[names[0]]), curve(arms[names[1]]))
    value = paths[published.arm][published.endpoint]
    low, high = interval(arms[published.arm], published.endpoint)
    return (nan if value is None else float(value)), low, high


def compare(
    trial: TrialFile, arms: Mapping[str, ArmResult], summaries: Mapping[str, Mapping[str, Any]]
) -> list[ComparisonRow]:
    """One row for each published result of the trial file.

    Raises InputError, with the nearest name, for an endpoint that the arm's summary does not have.
    """
    rows: list[ComparisonRow] = []
    paths = {name: _paths(summary) for name, summary in summaries.items()}
    for published in trial.rows():
        simulated, low, high = _simulated(published, arms, paths)
        resolved = published.resolve()
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
