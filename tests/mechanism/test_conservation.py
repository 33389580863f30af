"""The books: drug in = drug in the body + drug eliminated, for antibody (T-DM1 and trastuzumab) and for payload."""

from __future__ import annotations

import numpy as np
import pytest
from mechanism.people import Named, emilia, treat

from tdm1 import engine
from tdm1.mechanism import Model, shipped, t_dm1_plasma
from tdm1.population.individual import Individuals

BY_NAME = pytest.mark.parametrize("model", shipped(), ids=lambda model: model.name)
CYCLES = 4


def _imbalance(model: Model, relative_tolerance: float) -> tuple[np.ndarray, np.ndarray]:
    """Relative error of the antibody's and of the payload's books, shape (64,) each."""
    who, dose = emilia(model, 64, seed=3, extreme=True)
    kernel = engine.compile(model)
    states, status = treat(kernel, who, dose, CYCLES, relative_tolerance, trastuzumab_mg=2.0 * dose)
    assert not status.any()
    at = Named(kernel, who, states)
    return _antibody(who, CYCLES * 3.0 * dose, at), _payload(who, CYCLES * dose, at)


def _antibody(who: Individuals, total_mg: np.ndarray, at: Named) -> np.ndarray:
    molar_mass = who.column("molar_mass")
    volume = who.column("central_volume") + who.column("peripheral_volume")
    left_from_before = who.column("baseline_trastuzumab") * 1e6 / molar_mass * volume
    given = total_mg * 1e6 / molar_mass + left_from_before
    found = (
        at["conjugate_central"] + at["conjugate_peripheral"] + at["naked_central"] + at["naked_peripheral"]
        + at.get("tumour_conjugate") + at["antibody_eliminated"]
    )
    return np.abs(found / given - 1.0)


def _payload(who: Individuals, total_mg: np.ndarray, at: Named) -> np.ndarray:
    ratio, free = who.column("drug_antibody_ratio"), who.column("dm1_free_share")
    # The free share is of all DM1: what is conjugated is the rest of it.
    given = ratio * total_mg * 1e6 / who.column("molar_mass") / (1.0 - free)
    on_antibody = at["conjugate_central"] + at["conjugate_peripheral"] + at.get("tumour_conjugate")
    free_in_body = at["dm1_central"] + at["dm1_peripheral"] + at.get("tumour_payload")
    return np.abs((ratio * on_antibody + free_in_body + at["payload_eliminated"]) / given - 1.0)


@BY_NAME
def test_drug_in_against_drug_in_the_body_and_out(model: Model) -> None:
    antibody, payload = _imbalance(model, 1e-10)
    assert antibody.max() <= 1e-9
    assert payload.max() <= 1e-9


def test_plasma_books_at_default_tolerance_against_exact() -> None:
    """Without a tumour the books are a linear sum of states, which the method keeps whatever the tolerance."""
    antibody, payload = _imbalance(t_dm1_plasma(), 1e-5)
    assert antibody.max() <= 1e-9
    assert payload.max() <= 1e-9


@BY_NAME
def test_books_at_default_tolerance_within_the_tolerance(model: Model) -> None:
    """Drug in a tumour is concentration times volume, a product of states, so it is kept within the tolerance only."""
    antibody, payload = _imbalance(model, 1e-5)
    assert antibody.max() <= 1e-5
    assert payload.max() <= 1e-5


@BY_NAME
def test_books_catch_a_leak(model: Model) -> None:
    """The books are able to fail: one per mille of the dose forgotten shows at once."""
    who, dose = emilia(model, 8, seed=3)
    kernel = engine.compile(model)
    at = Named(kernel, who, treat(kernel, who, dose, 1, 1e-10)[0])
    assert _antibody(who, dose * 1.001, at).min() > 1e-5
    assert _payload(who, dose * 1.001, at).min() > 1e-5
