"""Books of the by-load models: antibody and payload in = in the body + out."""

from __future__ import annotations

import numpy as np
import pytest

from tdm1 import evidence
from tdm1.mechanism import Model
from tdm1.mechanism.models import by_dar_monkey, by_dar_rat, plasma_of
from tdm1.population.individual import typical
from tdm1.trial.mechanism_course import typical_course

TIMES = np.array([0.03, 0.5, 3.0, 21.0, 60.0])
INFUSION = 0.0625
MODELS = [by_dar_rat(), by_dar_monkey(), *(plasma_of(name) for name in ("t_dm1", "t_dxd", "trastuzumab"))]
BY_NAME = pytest.mark.parametrize("model", MODELS, ids=lambda model: model.name)


def _given(model: Model, dose_mg: float) -> tuple[np.ndarray, np.ndarray]:
    """Antibody and payload (nmol) given by each time, free payload of the vial included."""
    value = typical(model)
    antibody = dose_mg * 1e6 / value["molar_mass"] * np.minimum(TIMES, INFUSION) / INFUSION
    mean = sum(int(name.removeprefix("dar_share_")) * v for name, v in value.items() if name.startswith("dar_share_"))
    return antibody, antibody * mean / (1.0 - value.get("payload_free_share", 0.0))


def _found(course: dict[str, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    nothing = np.zeros(len(TIMES))
    loads = {name: int(name.split("_")[1]) for name in course if name.startswith("antibody_") and name[9].isdigit()}
    antibody = sum((course[name] for name in loads), nothing)
    payload = sum((load * course[name] for name, load in loads.items()), nothing)
    antibody = antibody + course.get("organ_antibody", nothing) + course["antibody_eliminated"]
    free = course.get("payload_central", nothing) + course.get("payload_peripheral", nothing)
    return antibody, payload + free + course.get("organ_payload", nothing) + course["payload_eliminated"]


@BY_NAME
@pytest.mark.parametrize("tolerance", [1e-10, 1e-5])
def test_drug_in_against_drug_in_the_body_and_out(model: Model, tolerance: float) -> None:
    """Every loss is a gain elsewhere, so the sums are kept to rounding at any tolerance of the method."""
    dose_mg = 250.0
    course = typical_course(model, dose_mg, TIMES, INFUSION, relative_tolerance=tolerance)
    for found, given in zip(_found(course), _given(model, dose_mg), strict=True):
        np.testing.assert_allclose(found, given, rtol=1e-9, atol=1e-9)


def test_books_catch_a_leak() -> None:
    course = typical_course(plasma_of("t_dm1"), 250.0 * 1.001, TIMES, INFUSION)
    for found, given in zip(_found(course), _given(plasma_of("t_dm1"), 250.0), strict=True):
        assert np.abs(found / given - 1.0).min() > 5e-4


def test_trastuzumab_left_from_before_is_in_the_books() -> None:
    model = plasma_of("t_dm1")
    course = typical_course(model, 250.0, TIMES, INFUSION, {"baseline_trastuzumab": 50.0})
    value = typical(model)
    before = 50.0 / (value["molar_mass"] * 1e-6) * (value["central_volume"] + value["peripheral_volume"])
    np.testing.assert_allclose(_found(course)[0], _given(model, 250.0)[0] + before, rtol=1e-9)


def test_release_and_proteolysis_alike_reach_the_free_payload() -> None:
    """After two months nearly all payload given is out, and out means eliminated from plasma."""
    course = typical_course(plasma_of("t_dm1"), 250.0, np.array([120.0]), INFUSION)
    _, payload = _given(plasma_of("t_dm1"), 250.0)
    assert course["payload_eliminated"][0] == pytest.approx(payload[-1], rel=1e-3)
    assert evidence.value("dm1.free_share", "1") > 0
