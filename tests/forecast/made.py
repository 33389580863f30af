"""Forecasts that several tests look at, each made once."""

from __future__ import annotations

from functools import cache

from tdm1.forecast import Expectation, Explored, Settings, expect, explore

PERSON = {"age_year": 61.0, "weight_kg": 72.0, "platelets_1e9_per_l": 135.0, "ecog": 1.0, "cns_metastases": 0.0}


@cache
def anybody(setting: str = "metastatic") -> Expectation:
    """Nothing is known."""
    return expect(setting, seed=3)


@cache
def person() -> Expectation:
    """A woman with few platelets."""
    return expect("metastatic", PERSON, seed=3)


@cache
def what_if(**moved: float) -> Explored:
    """A what-if in few people."""
    return explore(Settings(patients=64, **moved))  # type: ignore[arg-type]
