"""What a sensitivity analysis looks at: single numbers of a course of treatment, each from one watched quantity."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from tdm1 import evidence
from tdm1.mechanism import Model
from tdm1.trial.reading import InputError

Array = NDArray[np.float64]

#: How the number is taken from the watched quantity over time.
Reduction = Literal["first_cycle_end", "first_cycle_highest", "highest", "lowest", "fall", "end", "log_reduction"]


@dataclass(frozen=True, slots=True)
class Output:
    """One number of a course: `reduction` of the state or quantity `watched`, in `unit`.

    A `logarithm` is a difference of logarithms already: its local measure is its own change per relative change.
    """

    name: str
    words: str
    unit: str
    watched: str
    reduction: Reduction

    @property
    def logarithm(self) -> bool:
        """Whether the output is itself the logarithm of a ratio."""
        return self.reduction == "log_reduction"


_ALL = (
    Output("conjugate_auc", "conjugate, area of cycle 1", "ug*day/mL", "conjugate_auc", "first_cycle_end"),
    Output("conjugate_peak", "conjugate, peak of cycle 1", "ug/mL", "conjugate", "first_cycle_highest"),
    Output("conjugate_trough", "conjugate, trough of cycle 1", "ug/mL", "conjugate", "first_cycle_end"),
    Output("antibody_trough", "total antibody, trough of cycle 1", "ug/mL", "total_antibody", "first_cycle_end"),
    Output("dm1_peak", "DM1, peak of cycle 1", "ng/mL", "dm1", "first_cycle_highest"),
    Output("payload_peak", "free payload in plasma, peak of cycle 1", "ug/mL", "payload", "first_cycle_highest"),
    Output("mean_dar", "payloads on one antibody, end of cycle 1", "1", "mean_dar", "first_cycle_end"),
    Output("liver_exposure", "free payload in the liver, area", "nM*day", "liver_payload_auc", "end"),
    Output(
        "megakaryocyte_exposure", "free payload in megakaryocytes, area", "nM*day", "megakaryocyte_payload_auc", "end"
    ),
    Output("tumour_payload", "unbound payload in sensitive cells, peak", "nM", "unbound_sensitive", "highest"),
    Output(
        "her2_rich_payload", "unbound payload in HER2-rich cells, peak", "nM", "unbound_high_well", "highest"
    ),
    Output("tumour_kill", "living tumour, ln of start over end", "1", "living_volume", "log_reduction"),
    Output("platelet_nadir", "platelets, lowest", "10*9/L", "platelets", "lowest"),
    Output("neutrophil_nadir", "neutrophils, lowest", "10*9/L", "neutrophils", "lowest"),
    Output("haemoglobin_nadir", "haemoglobin, lowest", "g/dL", "haemoglobin", "lowest"),
    Output("alt_peak", "ALT, highest", "U/L", "alt", "highest"),
    Output("ast_peak", "AST, highest", "U/L", "ast", "highest"),
    Output("bilirubin_peak", "bilirubin, highest", "xULN", "bilirubin", "highest"),
    Output("potassium_nadir", "potassium, lowest", "mmol/L", "potassium", "lowest"),
    Output("lvef_fall", "ejection fraction, largest fall", "%", "lvef", "fall"),
    Output("nerve_exposure", "exposure of the nerves at the end", "ug/mL", "nerve_exposure", "end"),
)
#: Every output by name, in the order in which they are listed.
OUTPUTS: dict[str, Output] = {output.name: output for output in _ALL}
#: Outputs of a request that names none, where the model has them.
USUAL = (
    "conjugate_auc", "conjugate_trough", "dm1_peak", "her2_rich_payload", "liver_exposure", "megakaryocyte_exposure",
    "tumour_kill", "platelet_nadir", "alt_peak", "lvef_fall",
)


def outputs_of(model: Model) -> dict[str, Output]:
    """The outputs that a model has, by name."""
    known = {*model.states, *model.outputs}
    return {name: output for name, output in OUTPUTS.items() if output.watched in known}


def chosen(model: Model, names: Sequence[str] | None) -> tuple[Output, ...]:
    """The named outputs of a model, or the usual ones. Raises InputError, with the nearest name, for an unknown one."""
    known = outputs_of(model)
    if names is None:
        return tuple(known[name] for name in USUAL if name in known)
    if not names:
        raise InputError(f"outputs: none is named; name one or more of {', '.join(known)}")
    for name in names:
        if name in OUTPUTS and name not in known:
            raise InputError(f"outputs: model '{model.name}' has no {name} (it has: {', '.join(known)})")
        if name not in known:
            raise InputError(f"outputs: none is called '{name}'{evidence.nearest(name, known)} "
                             f"(known: {', '.join(known)})")
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise InputError(f"outputs: {', '.join(twice)} named twice; name each once")
    return tuple(known[name] for name in names)


def reduced(output: Output, days: Array, kinks: Sequence[float], first_cycle_day: float, values: Array) -> Array:
    """The output of N samples from the watched values at `days` (T,), shape (T, N). Returns shape (N,).

    kinks            days at which an infusion starts or ends: no parabola is laid through them
    first_cycle_day  end of the first cycle
    """
    first = days <= first_cycle_day
    match output.reduction:
        case "first_cycle_end":
            return values[int(np.flatnonzero(first)[-1])]
        case "first_cycle_highest":
            return -_lowest(days[first], kinks, -values[first])
        case "highest":
            return -_lowest(days, kinks, -values)
        case "lowest":
            return _lowest(days, kinks, values)
        case "fall":
            return values[0] - _lowest(days, kinks, values)
        case "end":
            return values[-1]
        case "log_reduction":
            with np.errstate(divide="ignore", invalid="ignore"):
                return np.log(values[0] / values[-1])


def _lowest(days: Array, kinks: Sequence[float], values: Array) -> Array:
    """The lowest of each column; where it lies within, the bottom of the parabola through the three points there.

    Without the parabola the lowest of a grid would be no smooth function of a parameter.
    """
    place = np.argmin(values, axis=0)
    column = np.arange(values.shape[1])
    found = values[place, column]
    smooth = np.array([all(abs(day - kink) > 1e-9 for kink in kinks) for day in days])
    inside = (place > 0) & (place < len(days) - 1) & smooth[place]
    if not inside.any():
        return found
    place, column = place[inside], column[inside]
    before, at, after = (values[place + step, column] for step in (-1, 0, 1))
    left, right = days[place] - days[place - 1], days[place + 1] - days[place]
    fall, rise = (at - before) / left, (after - at) / right
    bend = (rise - fall) / (left + right)
    slope = fall + bend * left
    with np.errstate(divide="ignore", invalid="ignore"):
        depth = np.where(bend > 0, slope**2 / (4.0 * bend), 0.0)
    found[inside] = at - depth
    return found
