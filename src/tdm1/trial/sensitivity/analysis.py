"""A whole sensitivity analysis of one model and one regimen: ranges, local elasticities, Sobol indices."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import isnan
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from tdm1 import evidence
from tdm1.evidence.drugs import drugs
from tdm1.mechanism import Model
from tdm1.mechanism.models import shipped
from tdm1.trial.overrides import replaced
from tdm1.trial.quantity import Measured
from tdm1.trial.reading import InputError
from tdm1.trial.sensitivity import local, sobol
from tdm1.trial.sensitivity.course import Regimen, solve
from tdm1.trial.sensitivity.local import Elasticity
from tdm1.trial.sensitivity.outputs import Output, chosen
from tdm1.trial.sensitivity.ranges import Held, Varied, ranges
from tdm1.trial.sensitivity.reference import reference
from tdm1.trial.sensitivity.sobol import SobolIndex

Array = NDArray[np.float64]
Progress = Callable[[float, str], None]
Method = Literal["local", "sobol", "both"]

#: The measures that can be asked for.
METHODS: tuple[Method, ...] = ("local", "sobol", "both")
#: Error kept in a step of the solver: differences of 1 % need more digits than variances.
_LOCAL_TOLERANCE, _SOBOL_TOLERANCE = 1e-9, 1e-6
#: Facts of this analysis itself, which `settings` may replace beside the model's.
_OWN = ("sensitivity.default_range", "sensitivity.truncation_sd")


@dataclass(frozen=True)
class Sensitivity:
    """A finished analysis.

    reference       each output of the reference patient, by name, in the output's unit
    varied, held    every parameter of the model is in one of them
    elasticities    empty unless the method was `local` or `both`
    indices         empty unless it was `sobol` or `both`, and for an output in `refused`
    refused         outputs without Sobol indices, with the reason
    settings        facts with other values than the evidence's, as text
    """

    model: str
    regimen: Regimen
    method: Method
    seed: int
    samples: int
    settings: dict[str, str]
    outputs: tuple[Output, ...]
    reference: dict[str, float]
    varied: tuple[Varied, ...]
    held: tuple[Held, ...]
    elasticities: tuple[Elasticity, ...]
    indices: tuple[SobolIndex, ...]
    refused: dict[str, str]
    local_solves: int
    local_failed_solves: int
    sobol_solves: int
    sobol_failed_solves: int
    seconds: float

    @property
    def failed_solves(self) -> int:
        """Failed solves of both measures."""
        return self.local_failed_solves + self.sobol_failed_solves

    def elasticities_of(self, output: str) -> list[Elasticity]:
        """The output's elasticities, the largest in size first, those without a value last."""
        found = [one for one in self.elasticities if one.output == output]
        return sorted(found, key=lambda one: (isnan(one.value), -abs(one.value)))

    def indices_of(self, output: str) -> list[SobolIndex]:
        """The output's Sobol indices, the largest total index first."""
        return sorted((one for one in self.indices if one.output == output), key=lambda one: -one.total)

    def parameter(self, name: str) -> Varied:
        """The varied parameter called `name`."""
        return next(one for one in self.varied if one.name == name)


def model_called(name: str) -> Model:
    """The shipped model of that name. Raises InputError with the nearest name."""
    known = {model.name: model for model in shipped()}
    if name not in known:
        raise InputError(f"no model is called '{name}'{evidence.nearest(name, known)} (known: {', '.join(known)})")
    return known[name]


def _replaced(model: Model, settings: Mapping[str, str]) -> dict[str, float]:
    found: dict[str, float] = {}
    for name, text in settings.items():
        try:
            if name in _OWN:
                fact = evidence.fact(name)
                highest = 0.99 if name == _OWN[0] else float("inf")
                unit = Measured(fact.unit, f"{fact.value:g} {fact.unit}", above=0.0, highest=highest)
                found[name] = unit.read(text)
            else:
                found[name] = replaced(model, name, text)
        except ValueError as error:
            raise InputError(f"{name}: {error}") from error
    return found


def _refuse_without_effect(model: Model, changed: Sequence[str], before: Array, after: Array) -> None:
    """Raise InputError for a fact in whose place the reference patient has a value of her own."""
    for name in changed:
        using = [place for place, one in enumerate(model.parameter_table) if one.fact == name]
        if using and (before[using] == after[using]).all():
            raise InputError(f"{name}: the reference patient has a value of her own in its place, and the change would "
                             "be lost; leave it out")


def sensitivity(
    model: str | Model = "t_dm1",
    *,
    outputs: Sequence[str] | None = None,
    method: Method = "both",
    samples: int = 512,
    dose_mg_per_kg: float | None = None,
    every_days: float | None = None,
    cycles: int = 2,
    settings: Mapping[str, str] | None = None,
    seed: int = 1,
    progress: Progress | None = None,
) -> Sensitivity:
    """How the outputs of the reference patient move with the parameters of a model.

    model                        a shipped model, or its name
    outputs                      names from `OUTPUTS` that the model has; the usual ones if None
    method, samples              `local`, `sobol` or `both`; rows of the Sobol' sequence, a power of two: the solves
                                 are samples * (parameters + 2)
    dose_mg_per_kg, every_days   dose (mg/kg) and days between doses; the label's of T-DM1 if None
    settings                     other values for facts of the model, as text with a unit (`0.95 nM`)
    seed                         of the sample and of the bootstrap; the local measure has no chance in it

    Raises InputError for a name that is unknown (with the nearest one) and a number that cannot be.
    """
    started = time.perf_counter()
    tell = progress or (lambda share, text: None)
    which = model_called(model) if isinstance(model, str) else model
    if method not in METHODS:
        raise InputError(f"method '{method}' is unknown{evidence.nearest(method, METHODS)} (known: "
                         f"{', '.join(METHODS)})")
    other = next((name for name in drugs() if name != "t_dm1" and which.name.endswith(f"_{name}")), None)
    if other is not None and dose_mg_per_kg is None:
        raise InputError(f"dose_mg_per_kg is not given; {other} needs its own")
    wanted = chosen(which, outputs)
    sobol.check_samples(samples)
    if isinstance(seed, bool) or not 0 <= seed < 2**63:
        raise InputError(f"seed is {seed}; give a whole number of 0 or more, below 2**63")
    regimen = Regimen(
        evidence.value("label.us.dose_full", "mg/kg") if dose_mg_per_kg is None else dose_mg_per_kg,
        evidence.value("label.us.cycle", "day") if every_days is None else every_days,
        cycles,
    )
    regimen.check()
    given = dict(settings or {})
    facts = _replaced(which, given)
    changed = [name for name, value in facts.items() if value != evidence.fact(name).value]
    before, _ = reference(which, regimen.dose_mg_per_kg)
    with evidence.what_if(facts):
        values, dose = reference(which, regimen.dose_mg_per_kg)
        _refuse_without_effect(which, changed, before, values)
        varied, held = ranges(which, values)
        columns = [[which.parameters.index(name) for name in (one.name, *one.also)] for one in varied]
        names = [one.name for one in varied]
        local_rows, sobol_rows = 1 + 4 * len(varied), sobol.runs(len(varied), samples)

        def solver(relative_tolerance: float, share: Callable[[float], None] | None = None) -> sobol.Solve:
            return lambda rows: solve(
                which, rows, dose, regimen, wanted, relative_tolerance=relative_tolerance, progress=share
            )

        tell(0.0, "local differences")
        # Without the local measure the reference alone is solved.
        pairs = list(zip(names, columns, strict=True)) if method != "sobol" else []
        moved, at_reference, local_failed = local.elasticities(solver(_LOCAL_TOLERANCE), values, pairs, wanted)
        found: list[SobolIndex] = []
        refused: dict[str, str] = {}
        sobol_failed = 0
        if method != "local":
            doing = f"solving {sobol_rows} samples"
            tell(0.05, doing)
            cube = sobol.shares(len(varied), samples, seed)
            run = solver(_SOBOL_TOLERANCE, lambda share: tell(0.05 + 0.85 * share, doing))
            rows, status = run(sobol.parameters(values, varied, columns, cube))
            sobol_failed = int(np.count_nonzero(status))
            tell(0.9, "Sobol indices")
            for place, output in enumerate(wanted):
                some, reason = sobol.indices(output.name, names, rows[:, place], status, seed)
                found += some
                if reason:
                    refused[output.name] = reason
    return Sensitivity(
        model=which.name, regimen=regimen, method=method, seed=seed, samples=samples, settings=given, outputs=wanted,
        reference={output.name: float(value) for output, value in zip(wanted, at_reference, strict=True)},
        varied=varied, held=held, elasticities=tuple(moved), indices=tuple(found), refused=refused,
        local_solves=1 if method == "sobol" else local_rows, local_failed_solves=local_failed,
        sobol_solves=0 if method == "local" else sobol_rows, sobol_failed_solves=sobol_failed,
        seconds=time.perf_counter() - started,
    )
