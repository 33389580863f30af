"""Other values for some facts, written as text with a unit: the `parameters` of a trial file and `--set`."""

from __future__ import annotations

from collections.abc import Mapping

from tdm1 import evidence
from tdm1.mechanism import Model
from tdm1.population.individual import typical
from tdm1.trial.quantity import Measured


def replaced(model: Model, name: str, text: str) -> float:
    """The value of fact `name` in its own unit, read from `text` such as `0.95 nM`.

    Raises ValueError for a fact that is unknown or not the model's, a unit that does not fit, or a negative number.
    """
    fact = evidence.fact(name)
    value = Measured(fact.unit, f"{fact.value:g} {fact.unit}", lowest=0.0).read(text)
    typical(model, {name: value})
    return value


def replaced_all(model: Model, texts: Mapping[str, str]) -> dict[str, float]:
    """The values of several facts by name, as `replaced`; the error names the fact."""
    found: dict[str, float] = {}
    for name, text in texts.items():
        try:
            found[name] = replaced(model, name, text)
        except ValueError as error:
            raise ValueError(f"{name}: {error}") from error
    return found
