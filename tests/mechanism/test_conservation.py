"""The books: drug in = drug in the body + drug eliminated, for antibody (T-DM1 and trastuzumab) and for payload."""

from __future__ import annotations

import numpy as np
import pytest
from mechanism.people import Named, emilia, treat

from tdm1 import engine
from tdm1.mechanism import Model, shipped, t_dm1_plasma
from tdm1.population.individual import Individuals

#: Cells in a dish have no dose; their books are in test_in_vitro.
WITH_DOSE = [model for model in shipped() if model.inputs]
BY_NAME = pytest.mark.parametrize("model", WITH_DOSE, ids=lambda model: model.name)
CYCLES = 4


def _imbalance(model: Model, relative_tolerance: float) -> tuple[np.ndarray, np.ndarray]:
    """Relative error of the antibody's and of the payload's books, shape (64,) each."""
    who, dose = emilia(model, 64, seed=3, extreme=True)
    kernel = engine.compile(model)
    states, status = treat(kernel, who, dose, CYCLES, relative_tolerance, trastuzumab_mg=2.0 * dose)
    assert not status.any()
    at = Named(kernel, who, states)
    return _antibody(who, CYCLES * 3.0 * dose, at), _payload(who, CYCLES * dose, at)


def _loads(who: Individuals) -> range:
    """Loads that the model follows, none where it has one conjugate."""
    return range(sum(name.startswith("dar_share_") for name in who.model.parameters))


def _on_antibody(who: Individuals, at: Named, load: int) -> np.ndarray:
    """Antibody with that load in plasma and tissue (nmol)."""
    names = [name for name in who.model.states if name == f"antibody_{load}" or name.startswith(f"antibody_{load}_")]
    return np.sum([at[name] for name in names], axis=0)


def _antibody(who: Individuals, total_mg: np.ndarray, at: Named) -> np.ndarray:
    molar_mass = who.column("molar_mass")
    volumes = [name for name in who.model.parameters if name.startswith("peripheral_volume")]
    volume = who.column("central_volume") + np.sum([who.column(name) for name in volumes], axis=0)
    left_from_before = who.column("baseline_trastuzumab") * 1e6 / molar_mass * volume
    given = total_mg * 1e6 / molar_mass + left_from_before
    if _loads(who):
        held = np.sum([_on_antibody(who, at, load) for load in _loads(who)], axis=0)
        found = held + at.get("tumour_antibody") + at.get("organ_antibody") + at["antibody_eliminated"]
        return np.abs(found / given - 1.0)
    found = (
        at["conjugate_central"] + at["conjugate_peripheral"] + at["naked_central"] + at["naked_peripheral"]
        + at.get("tumour_conjugate") + at["antibody_eliminated"]
    )
    return np.abs(found / given - 1.0)


def _payload(who: Individuals, total_mg: np.ndarray, at: Named) -> np.ndarray:
    if _loads(who):
        return _payload_by_load(who, total_mg, at)
    ratio, free = who.column("drug_antibody_ratio"), who.column("dm1_free_share")
    # The free share is of all DM1: what is conjugated is the rest of it.
    given = ratio * total_mg * 1e6 / who.column("molar_mass") / (1.0 - free)
    on_antibody = at["conjugate_central"] + at["conjugate_peripheral"] + at.get("tumour_conjugate")
    free_in_body = at["dm1_central"] + at["dm1_peripheral"] + at.get("tumour_payload")
    return np.abs((ratio * on_antibody + free_in_body + at["payload_eliminated"]) / given - 1.0)


def _payload_by_load(who: Individuals, total_mg: np.ndarray, at: Named) -> np.ndarray:
    mean = np.sum([load * who.column(f"dar_share_{load}") for load in _loads(who)], axis=0)
    free = who.column("payload_free_share") if "payload_free_share" in who.model.parameters else 0.0
    given = mean * total_mg * 1e6 / who.column("molar_mass") / (1.0 - free)
    held = np.sum([load * _on_antibody(who, at, load) for load in _loads(who)], axis=0)
    free_in_body = at.get("payload_central") + at.get("payload_peripheral")
    found = held + free_in_body + at.get("tumour_payload") + at.get("organ_payload") + at["payload_eliminated"]
    # Of a drug that carries nothing there is nothing to find.
    return np.where(given > 0.0, np.abs(found / np.where(given > 0.0, given, 1.0) - 1.0), np.abs(found))


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
    if not model.name.endswith("trastuzumab"):  # which has no payload to forget
        assert _payload(who, dose * 1.001, at).min() > 1e-5
