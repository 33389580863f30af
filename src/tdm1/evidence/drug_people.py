"""What differs between patients under a drug, as data: the `people` of a drug's card.

Each entry is something of the person (`elimination`, which all ways out of plasma share, or a parameter of the plasma)
with a spread, a covariance with an entry above it, and covariates: `{power: FACT, reference: FACT}` multiplies by
(covariate / reference) ** power, `{coefficient: FACT}` by exp(coefficient * covariate).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tdm1.evidence._errors import EvidenceError, nearest
from tdm1.evidence._loader import facts

#: What may differ: the ways out of plasma together, and the volumes and flow of the plasma.
TARGETS = ("elimination", "central_volume", "intercompartmental_clearance", "peripheral_volume")
_KEYS = ("spread", "with", "covariance", "covariates")
_COVARIATE_KEYS = ({"power", "reference"}, {"coefficient"})


@dataclass(frozen=True, slots=True)
class Covariate:
    """How one covariate acts: a power of its ratio to a reference, or an exponential. Names of facts, or None."""

    name: str
    power: str | None
    reference: str | None
    coefficient: str | None


@dataclass(frozen=True, slots=True)
class Varying:
    """One thing that differs: facts of its spread and of its covariance with `beside`, and its covariates."""

    spread: str | None
    beside: str | None
    covariance: str | None
    covariates: tuple[Covariate, ...]


def _fact(name: Any, at: str) -> str:
    if name not in facts():
        raise EvidenceError(f"{at} names '{name}', which is no fact{nearest(str(name), facts())}")
    return str(name)


def _covariate(name: str, raw: Any, at: str) -> Covariate:
    if not isinstance(raw, dict) or set(raw) not in _COVARIATE_KEYS:
        raise EvidenceError(f"{at}.{name}: write {{power: FACT, reference: FACT}} or {{coefficient: FACT}}")
    found = {key: _fact(fact, f"{at}.{name}.{key}") for key, fact in raw.items()}
    return Covariate(name, found.get("power"), found.get("reference"), found.get("coefficient"))


def varying(raw: Any, at: str) -> Mapping[str, Varying]:
    """What differs, by target. Raises EvidenceError, naming the card and the place, for what is unknown or lacking."""
    if not isinstance(raw, dict):
        raise EvidenceError(f"{at}: 'people' names what differs between patients, from {', '.join(TARGETS)}")
    found: dict[str, Varying] = {}
    for target, entry in raw.items():
        place = f"{at}: people.{target}"
        if target not in TARGETS:
            raise EvidenceError(f"{place} is not known{nearest(str(target), TARGETS)}")
        if not isinstance(entry, dict) or not set(entry) <= set(_KEYS):
            raise EvidenceError(f"{place} takes {', '.join(_KEYS)}")
        spread = None if entry.get("spread") is None else _fact(entry["spread"], f"{place}.spread")
        if spread is not None and facts()[spread].variability is None:
            raise EvidenceError(f"{place}.spread: fact '{spread}' has no spread between patients")
        beside = entry.get("with")
        if (beside is None) != (entry.get("covariance") is None) or (beside is not None and beside not in found):
            raise EvidenceError(f"{place}: 'with' names an entry above it, and comes with its 'covariance'")
        covariance = None if beside is None else _fact(entry["covariance"], f"{place}.covariance")
        acting = entry.get("covariates", {})
        found[target] = Varying(
            spread, beside, covariance,
            tuple(_covariate(str(name), one, f"{place}.covariates") for name, one in acting.items()),
        )
    return found
