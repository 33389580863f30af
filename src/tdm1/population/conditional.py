"""Virtual people like one person: what is known of her is fixed, the rest is drawn given that.

The covariates of a baseline are joined by a Gaussian copula, so what is known fixes normal scores, or holds them in an
interval where a value stands for many scores (a category, a yes or no, a bound that a share of people sits on). The
other scores are drawn unconditionally and shifted by what the known ones tell (kriging of the residual, Matheron's
rule; Journel and Huijbregts, Mining Geostatistics, 1978), which is exact for normal scores and keeps the random
numbers of a patient: with nothing known she is the patient of `sample`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import isfinite

import numpy as np
from scipy.special import ndtri  # pyright: ignore[reportUnknownVariableType]

from tdm1 import evidence
from tdm1.population._copula import Array, correlate, matrix
from tdm1.population._law import truncated
from tdm1.population.baseline import BaselineSpec, PopulationError
from tdm1.population.distributions import Distribution
from tdm1.population.streams import normal
from tdm1.population.variables import VARIABLES

#: Normal scores that the random streams can reach (53 bits).
_FURTHEST = 8.3
#: Halvings of that range: the score is then known to the last digit of a float.
_HALVINGS = 60
#: An interval of scores narrower than this is one score.
_POINT = 1e-6
#: A correlation of scores smaller than this is none.
_UNRELATED = 1e-12


@dataclass(frozen=True, slots=True)
class Alike:
    """`count` virtual people who share what is known.

    columns   covariates by name, each of shape (count,)
    outside   covariates whose known value nobody of this baseline has, by name
    """

    columns: dict[str, Array]
    outside: tuple[str, ...]


def checked(baseline: BaselineSpec, known: Mapping[str, float]) -> dict[str, float]:
    """The known covariates as numbers.

    Raises PopulationError, naming the covariate, for an unknown name (with the nearest), a covariate that these
    patients do not have, and a value that cannot be.
    """
    found: dict[str, float] = {}
    for name, given in known.items():
        baseline.of(name)
        variable = VARIABLES[name]
        number = float(given)
        too_low = number < variable.lowest or (variable.above and number <= variable.lowest)
        if not isfinite(number) or too_low or number > variable.highest:
            low = f"{'above' if variable.above else 'at least'} {variable.lowest:g}"
            high = f" and at most {variable.highest:g}" if isfinite(variable.highest) else ""
            raise PopulationError(f"{name} is {number:g}; {variable.meaning} must be {low}{high} {variable.unit}")
        if variable.kind != "number" and number != round(number):
            raise PopulationError(f"{name} is {number:g}; {variable.meaning} is a whole number")
        found[name] = number
    return found


def score_interval(law: Distribution, value: float) -> tuple[float, float]:
    """Normal scores at which a law has `value`, low and high; the same where it has it at one score alone.

    An end that the streams cannot reach is infinite; both are infinite, with one sign, where the value lies beyond
    all that the law has. A value on a step between two of the law's own lies at the score of the step.
    """
    near = 1e-12 * max(abs(value), 1.0)
    ends = law.quantile(np.array([-_FURTHEST, _FURTHEST]))
    if ends[0] > value + near:
        return -np.inf, -np.inf
    if ends[1] < value - near:
        return np.inf, np.inf

    def crossing(height: float) -> float:
        """The score at which the law rises above `height`."""
        low, high = -_FURTHEST, _FURTHEST
        for _ in range(_HALVINGS):
            middle = (low + high) / 2.0
            low, high = (low, middle) if law.quantile(np.array([middle]))[0] > height else (middle, high)
        return high

    low = -np.inf if ends[0] >= value - near else crossing(value - near)
    high = np.inf if ends[1] <= value + near else crossing(value + near)
    if high - low < _POINT:
        low = high = (low + high) / 2.0
    return low, high


def _has(law: Distribution, value: float, low: float, high: float) -> bool:
    """Whether the law has the value at the scores found for it."""
    if low == high and not np.isfinite(low):
        return False
    inside = (max(low, -_FURTHEST) + min(high, _FURTHEST)) / 2.0
    at = float(law.quantile(np.array([inside]))[0])
    return abs(at - value) <= 1e-6 * max(abs(value), 1.0)


def _edge() -> float:
    """The score at which a value beyond everybody's is held: it must not pull other covariates beyond reason."""
    return float(ndtri(evidence.value("population.known_beyond", "1")))


@dataclass(frozen=True, slots=True)
class _Given:
    """What is known, as normal scores: places among VARIABLES, and for each the scores it may have."""

    places: list[int]
    low: list[float]
    high: list[float]
    outside: tuple[str, ...]

    def each(self) -> Iterator[tuple[int, float, float]]:
        return zip(self.places, self.low, self.high, strict=True)


def _given(baseline: BaselineSpec, known: Mapping[str, float]) -> _Given:
    edge = _edge()
    places: list[int] = []
    lows: list[float] = []
    highs: list[float] = []
    outside: list[str] = []
    for place, name in enumerate(VARIABLES):
        if name not in known:
            continue
        low, high = score_interval(baseline.of(name), known[name])
        if not _has(baseline.of(name), known[name], low, high):
            outside.append(name)
        if low == high:
            low = high = float(np.clip(low, -edge, edge))
        places.append(place)
        lows.append(low)
        highs.append(high)
    return _Given(places, lows, highs, tuple(outside))


def _weights(correlation: Array, to: int, places: list[int]) -> Array:
    """Weights of the scores at `places` in the best linear guess of the score at `to`."""
    if not places:
        return np.empty(0)
    block = correlation[np.ix_(places, places)]
    return np.linalg.solve(block, correlation[places, to]).astype(np.float64, copy=False)


def _shifted(score: Array, weights: Array, moves: list[Array]) -> Array:
    """A score moved by weighted moves of others, element by element, so that digits do not depend on the number."""
    for weight, move in zip(weights, moves, strict=True):
        if weight != 0.0:
            score = score + weight * move
    return score


def _known_scores(given: _Given, correlation: Array, scores: list[Array]) -> list[Array]:
    """Scores of the known covariates, in the order of `given.places`.

    Raises PopulationError where two that are known only up to an interval depend on each other.
    """
    fixed = {place: np.full_like(scores[0], low) for place, low, high in given.each() if low == high}
    exact = list(fixed)
    loose: list[int] = []
    for here, low, high in given.each():
        if low == high:
            continue
        weights = _weights(correlation, here, exact)
        for other in loose:
            if abs(correlation[here, other] - float(weights @ correlation[exact, other])) > _UNRELATED:
                names = list(VARIABLES)
                raise PopulationError(
                    f"{names[here]} and {names[other]} are known as categories and correlated in this baseline; "
                    "give one of them"
                )
        loose.append(here)
        mean = float(weights @ [fixed[place][0] for place in exact]) if exact else 0.0
        sd = float(np.sqrt(1.0 - weights @ correlation[exact, here]))
        own = _shifted(scores[here], weights, [fixed[place] - scores[place] for place in exact])
        fixed[here] = mean + sd * truncated((own - mean) / sd, (low - mean) / sd, (high - mean) / sd)
    return [fixed[place] for place in given.places]


def _target_lesions(sum_of_diameters_mm: Array, drawn: Array) -> Array:
    """Lesions whose mean diameter lies between the smallest measurable and the largest one, as near as can be."""
    smallest = evidence.value("population.target_lesions.smallest_diameter", "mm")
    largest = evidence.value("population.target_lesions.largest_diameter", "mm")
    room = np.maximum(np.floor(sum_of_diameters_mm / smallest), 1.0)
    return np.maximum(np.minimum(drawn, room), np.ceil(sum_of_diameters_mm / largest))


def alike(baseline: BaselineSpec, seed: int, first: int, count: int, known: Mapping[str, float]) -> Alike:
    """Patients `first` to `first + count - 1` of a baseline, all with the `known` covariates (see VARIABLES for units).

    With nothing known these are the patients of `sample` without a screen: eligibility is not asked, for the person
    may be one whom the trial would not have taken. A known value that nobody of the baseline has is kept as it is and
    named in `outside`; it acts on correlated covariates as that of an extreme patient. The number of lesions fits the
    sum of their diameters unless it is known.

    Raises PopulationError for a covariate or value that cannot be, ValueError for a bad seed or number.
    """
    numbers = checked(baseline, known)
    if first < 0 or count < 0:
        raise ValueError(f"first is {first} and count is {count}; both must be 0 or more")
    independent = [normal(seed, f"baseline {name}", first, count, attempt=0)[:, 0] for name in VARIABLES]
    scores = correlate(baseline.factor(), independent)
    given = _given(baseline, numbers)
    if given.places and count:
        correlation = matrix(baseline.correlations)
        fixed = _known_scores(given, correlation, scores)
        moves = [new - scores[place] for new, place in zip(fixed, given.places, strict=True)]
        scores = [
            score if place in given.places else _shifted(score, _weights(correlation, place, given.places), moves)
            for place, score in enumerate(scores)
        ]
        for place, new in zip(given.places, fixed, strict=True):
            scores[place] = new
    by_name = dict(zip(VARIABLES, scores, strict=True))
    columns = {
        name: np.full(count, numbers[name]) if name in numbers else baseline.of(name).quantile(by_name[name])
        for name in baseline.names
    }
    if "sum_of_diameters_mm" in columns and "n_target_lesions" not in numbers:
        columns["n_target_lesions"] = _target_lesions(columns["sum_of_diameters_mm"], columns["n_target_lesions"])
    return Alike(columns, given.outside)

