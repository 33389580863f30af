"""The fixed JSON form of a sensitivity analysis. Scripts of users read it: keys do not change."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from tdm1.report.as_json import plain
from tdm1.report.sensitivity_rows import LIMITS

if TYPE_CHECKING:
    from tdm1.trial.sensitivity import Sensitivity


def sensitivity_json(found: Sensitivity) -> dict[str, Any]:
    """A finished analysis in the fixed form; a number that is not there is null. Units stand beside the numbers."""
    return plain(
        {
            "model": found.model,
            "dose_mg_per_kg": found.regimen.dose_mg_per_kg,
            "every_day": found.regimen.every_day,
            "cycles": found.regimen.cycles,
            "method": found.method,
            "samples": found.samples,
            "seed": found.seed,
            "settings": found.settings,
            "seconds": found.seconds,
            "solves": {
                "local": found.local_solves,
                "local_failed": found.local_failed_solves,
                "sobol": found.sobol_solves,
                "sobol_failed": found.sobol_failed_solves,
            },
            "outputs": [
                {
                    "name": one.name,
                    "words": one.words,
                    "unit": one.unit,
                    "logarithm": one.logarithm,
                    "reference": found.reference[one.name],
                    "refused": found.refused.get(one.name),
                }
                for one in found.outputs
            ],
            "varied": [asdict(one) for one in found.varied],
            "held": [asdict(one) for one in found.held],
            "local": [asdict(one) for output in found.outputs for one in found.elasticities_of(output.name)],
            "sobol": [asdict(one) for output in found.outputs for one in found.indices_of(output.name)],
            "limits": list(LIMITS),
        }
    )
