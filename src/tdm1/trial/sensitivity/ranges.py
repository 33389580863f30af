"""How far each parameter is varied: over its own evidence, by one rule for all, and which parameters are held."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from tdm1 import evidence
from tdm1.evidence import Fact
from tdm1.evidence.units import factor
from tdm1.mechanism import Model, Parameter

Array = NDArray[np.float64]
Law = Literal["log-normal", "logit-normal", "normal", "uniform"]
Basis = Literal["between patients", "published range", "standard error", "our choice"]

#: Kinds of facts that are no uncertain quantity of a body.
_FIXED = {
    "constant": "a constant of a molecule or of nature",
    "reference": "a reference, part of a definition",
    "bound": "a bound, part of the structure",
    "count": "a count, not a continuous quantity",
}
#: Facts that are whole numbers by nature, though their typical value is a mean.
_WHOLE = frozenset({"population.target_lesions"})
#: How the names of parameters start that together make 1.
_PART_OF_A_WHOLE = "dar_share_"


@dataclass(frozen=True, slots=True)
class Varied:
    """One parameter that is varied. `value`, `low` and `high` are in the parameter's unit.

    `law` from `low` to `high`: uniform, or a (log-, logit-) normal distribution about `value` cut off at both ends;
    `spread` is its standard deviation on its scale, 0 for uniform. `read` is the reading mark of what `basis` rests on.
    Parameters that rest on the same fact move together, in proportion: `also` names the others.
    """

    name: str
    fact: str
    meaning: str
    unit: str
    value: float
    low: float
    high: float
    law: Law
    spread: float
    basis: Basis
    read: str
    also: tuple[str, ...] = ()

    def at(self, share: Array) -> Array:
        """Values at which the distribution reaches `share` (0 to 1); same shape."""
        if self.law == "uniform":
            return self.low + (self.high - self.low) * share
        from scipy.special import ndtr, ndtri

        bound = evidence.value("sensitivity.truncation_sd", "1")
        tail = ndtr(-bound)
        score = np.asarray(ndtri(tail + (1.0 - 2.0 * tail) * share), float)
        return _from_scores(self.law, self.value, self.spread, score)


@dataclass(frozen=True, slots=True)
class Held:
    """One parameter that is not varied, and why."""

    name: str
    fact: str
    meaning: str
    unit: str
    value: float
    reason: str


def _from_scores(law: Law, value: float, spread: float, score: Array) -> Array:
    match law:
        case "log-normal":
            return value * np.exp(spread * score)
        case "logit-normal":
            odds = value / (1.0 - value) * np.exp(spread * score)
            return odds / (1.0 + odds)
        case _:
            return value + spread * score


def _held(parameter: Parameter, fact: Fact, value: float) -> str:
    """Why a parameter is not varied; empty when it is."""
    if parameter.name.startswith(_PART_OF_A_WHOLE):
        return "one of the shares of a whole: moved alone, it would change the dose"
    if value == 0.0:
        return "0 in the reference patient: a relative change of it is none"
    if fact.name in _WHOLE:
        return _FIXED["count"]
    return _FIXED.get(fact.kind, "")


def _bounded(
    parameter: Parameter, fact: Fact, value: float, law: Law, spread: float, basis: Basis, read: str
) -> Varied:
    """A parameter with a normal law on some scale."""
    bound = evidence.value("sensitivity.truncation_sd", "1")
    low, high = _from_scores(law, value, spread, np.array([-bound, bound]))
    return Varied(
        parameter.name, fact.name, parameter.meaning, parameter.unit, value, float(low), float(high), law, spread,
        basis, read,
    )


def _between_patients(parameter: Parameter, fact: Fact, value: float) -> Varied | None:
    spread = fact.variability
    if spread is None or spread.sd == 0.0:
        return None
    laws: dict[str, Law] = {"log": "log-normal", "logit": "logit-normal", "natural": "normal"}
    law = laws[spread.scale]
    # A spread on the natural scale is in the fact's unit.
    sd = spread.sd * (factor(fact.unit, parameter.unit) if law == "normal" else 1.0)
    return _bounded(parameter, fact, value, law, sd, "between patients", spread.read)


def _standard_error(parameter: Parameter, fact: Fact, value: float) -> Varied | None:
    name = f"{fact.name}.relative_error"
    if name not in evidence.facts():
        return None
    error = evidence.fact(name)
    # A log-normal of this coefficient of variation stays positive.
    sd = float(np.sqrt(np.log1p(error.value**2)))
    return _bounded(parameter, fact, value, "log-normal", sd, "standard error", error.read)


def _published_range(parameter: Parameter, fact: Fact, value: float) -> Varied | None:
    known = evidence.facts()
    names = f"{fact.name}.range_low", f"{fact.name}.range_high"
    if not all(name in known for name in names):
        return None
    # In proportion to the fact, so that the unit of the parameter does not matter.
    low, high = (evidence.value(name, fact.unit) * value / fact.value for name in names)
    if not low <= value <= high:
        return None
    return Varied(
        parameter.name, fact.name, parameter.meaning, parameter.unit, value, low, high, "uniform", 0.0,
        "published range", known[names[0]].read,
    )


def _default(parameter: Parameter, fact: Fact, value: float) -> Varied:
    choice = evidence.fact("sensitivity.default_range")
    low, high = sorted((value * (1.0 - choice.value), value * (1.0 + choice.value)))
    if fact.kind == "share":
        high = min(high, 1.0)
    return Varied(
        parameter.name, fact.name, parameter.meaning, parameter.unit, value, low, high, "uniform", 0.0, "our choice",
        choice.read,
    )


_RULES: tuple[Callable[[Parameter, Fact, float], Varied | None], ...] = (
    _between_patients, _published_range, _standard_error, _default
)


def ranges(model: Model, values: Array) -> tuple[tuple[Varied, ...], tuple[Held, ...]]:
    """Every parameter of a model as varied or held, about the reference patient's `values` (P,), in model order.

    The first of these that the evidence has decides how far: spread between patients, published range
    (`FACT.range_low`, `FACT.range_high`; not where the value lies outside, as after `--set`), standard error
    (`FACT.relative_error`), and else our own default range (`sensitivity.default_range`). Parameters of one fact are
    one entry.
    """
    varied: list[Varied] = []
    held: list[Held] = []
    for parameter, number in zip(model.parameter_table, values, strict=True):
        fact, value = evidence.fact(parameter.fact), float(number)
        if reason := _held(parameter, fact, value):
            held.append(Held(parameter.name, fact.name, parameter.meaning, parameter.unit, value, reason))
            continue
        first = next((place for place, one in enumerate(varied) if one.fact == fact.name), None)
        if first is not None:
            varied[first] = replace(varied[first], also=(*varied[first].also, parameter.name))
            continue
        varied.append(next(one for rule in _RULES if (one := rule(parameter, fact, value)) is not None))
    return tuple(varied), tuple(held)
