"""The story of a drug: books that add up, levels by another route, trustworthy grounds, bad input."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from tdm1 import evidence
from tdm1.evidence.drugs import drug, drugs
from tdm1.evidence.units import factor
from tdm1.mechanism.models import full
from tdm1.population.drug_individuals import drug_individuals
from tdm1.population.individual import EFFECTS
from tdm1.trial.mechanism_course import first_infusion, typical_course
from tdm1.trial.mechanism_story import Story, story
from tdm1.trial.reading import InputError
from tdm1.trial.simulate import reference_covariates

DOSES = {"t_dm1": 3.6, "t_dxd": 5.4, "trastuzumab": 6.0}


@cache
def _told(name: str, doses: int = 1) -> Story:
    return story(name, dose_mg_per_kg=DOSES[name], doses=doses)


def _share(found: Story, place: str) -> np.ndarray:
    return np.array(next(one.share_pct for one in found.places if one.id == place))


def _level(found: Story, name: str) -> np.ndarray:
    return np.array(next(one.values for one in found.levels if one.id == name))


@pytest.mark.parametrize("doses", [1, 2])
@pytest.mark.parametrize("name", drugs())
def test_shares_of_all_places_against_all_that_was_given(name: str, doses: int) -> None:
    """In the body, in the tumour and out of the body: 100 % once all is given, half of it between two doses."""
    found = _told(name, doses)
    days = np.array(found.time_day)
    given = np.zeros_like(days)
    for number in range(doses):
        given += 100.0 / doses * (days >= number * found.every_days + first_infusion() - 1e-9)
    assert set(np.unique(given)) == ({100.0} if doses == 1 else {50.0, 100.0})
    total = np.sum([one.share_pct for one in found.places], axis=0)
    np.testing.assert_allclose(total, given, rtol=1e-4)
    assert min(min(one.share_pct) for one in found.places) >= 0.0


def test_books_catch_a_place_left_out() -> None:
    """The sum can fail: even the smallest of the tumour's own places but the space shows when it is missing."""
    found = _told("t_dm1")
    for place in ("surface", "inside", "freed", "liver", "marrow"):
        kept = np.sum([one.share_pct for one in found.places if one.id != place], axis=0)
        assert np.abs(kept / 100.0 - 1.0).max() > 1e-4, place


def test_every_day_and_place_has_a_value() -> None:
    for name in drugs():
        found = _told(name)
        assert list(found.time_day) == sorted(set(found.time_day)) and found.time_day[-1] == found.every_days == 21.0
        for course in (*[one.share_pct for one in found.places], *[one.values for one in found.levels]):
            assert len(course) == len(found.time_day) and np.isfinite(course).all()


def test_trastuzumab_has_no_place_or_level_of_a_payload() -> None:
    found = _told("trastuzumab")
    assert found.payload == "antibody"
    assert not {"freed", "blood_free", "tissue_free"} & {one.id for one in found.places}
    assert {one.id for one in found.levels} == {"total_antibody", "occupied", "living", "diameters"}
    assert not any(word in ground.name for ground in found.facts for word in ("payload", "kill", "release", "lys_mcc"))
    # Nothing kills, so the tumour only grows.
    assert (np.diff(_level(found, "living")) > 0).all()


@pytest.mark.parametrize("name", drugs())
def test_ways_join_places_that_are_there(name: str) -> None:
    found = _told(name)
    places = {one.id for one in found.places}
    assert all(flow.start in places and flow.end in places for flow in found.flows)
    assert {flow.end for flow in found.flows} >= places - {"blood", "gone"}
    corners = [(one.column, one.row) for one in found.places]
    assert len(set(corners)) == len(corners), "two places at one corner of the picture"


@pytest.mark.parametrize("name", ["t_dm1", "t_dxd"])
def test_blood_against_its_concentrations(name: str) -> None:
    """Carried in blood = mean load x antibody in plasma x volume, in percent of the load of the dose."""
    found, card = _told(name), drug(name).roles
    litres = evidence.value(card["central_volume"], "L")
    mass = evidence.value(card["molar_mass"], "g/mol")
    nmol = _level(found, "mean_dar") * _level(found, "total_antibody") * litres * 1e6 / mass
    load = sum(n * evidence.value(card[f"dar_share_{n}"], "1") for n in range(9))
    dose = found.dose_mg_per_kg * found.weight_kg * 1e6 / mass * load
    free = evidence.value(card["payload_free_share"], "1")
    np.testing.assert_allclose(_share(found, "blood"), 100.0 * nmol / dose * (1.0 - free), rtol=1e-6)
    litres = evidence.value(card["payload_central_volume"], "L/kg") * found.weight_kg
    to_nm = factor("ng/mL", "g/L") * 1e9 / evidence.value(card["payload_molar_mass"], "g/mol")
    loose = _level(found, "payload") * to_nm * litres
    np.testing.assert_allclose(_share(found, "blood_free"), 100.0 * loose / dose * (1.0 - free), rtol=1e-6)


@pytest.mark.parametrize("name", drugs())
def test_levels_against_a_solve_by_another_route(name: str) -> None:
    """Each time solved anew from day 0, instead of from time to time."""
    found, model, covariates = _told(name), full(name), reference_covariates()
    who = drug_individuals(model, drug(name), covariates, np.zeros((1, len(EFFECTS))))
    person = dict(zip(model.parameters, who.values[0], strict=True))
    dose_mg = found.dose_mg_per_kg * found.weight_kg
    v = typical_course(model, dose_mg, np.array(found.time_day), first_infusion(), person)
    np.testing.assert_allclose(_level(found, "total_antibody"), v["total_antibody"], rtol=1e-4)
    np.testing.assert_allclose(_level(found, "living"), v["living_volume"] * person["lesions"], rtol=1e-3)
    if name != "trastuzumab":
        np.testing.assert_allclose(_level(found, "payload"), v["payload"] * factor("ug/mL", "ng/mL"), rtol=1e-3)
        for level, output in (("unbound_high", "unbound_high_well"), ("liver_payload", "liver_payload")):
            np.testing.assert_allclose(_level(found, level), v[output], rtol=2e-3, atol=1e-4)


def test_half_of_two_doses_against_one_dose() -> None:
    """Up to the second infusion the shares are half of those of one dose."""
    one, two = _told("t_dm1"), _told("t_dm1", 2)
    first = len(one.time_day)
    assert two.time_day[:first] == one.time_day
    for place in one.places:
        np.testing.assert_allclose(
            2.0 * _share(two, place.id)[: first - 1], np.array(place.share_pct)[:-1], rtol=1e-3, atol=1e-7
        )


def test_with_hardly_any_binding_next_to_nothing_is_on_or_in_the_cells() -> None:
    """A billionth of the association. More antibody waits between the cells then, so the fall is smaller than that."""
    fact = evidence.fact("tumour.her2_association")
    with evidence.what_if({fact.name: 1e-9 * fact.value}):
        found = story("t_dm1")
    usual = _told("t_dm1")
    for place in ("surface", "inside"):
        assert 0.0 <= max(_share(found, place)) < 1e-3 * max(_share(usual, place))
    assert max(_level(found, "unbound_high")) < 1e-3 * max(_level(usual, "unbound_high"))
    assert max(_share(found, "space")) > 10.0 * max(_share(usual, "space"))
    assert max(_level(found, "kill_high")) < 1e-6 < max(_level(usual, "kill_high"))
    np.testing.assert_allclose(np.sum([one.share_pct for one in found.places], axis=0), 100.0, rtol=1e-4)


@pytest.mark.parametrize("name", drugs())
def test_grounds_against_the_evidence(name: str) -> None:
    for ground in _told(name).facts:
        fact = evidence.fact(ground.name)
        assert (ground.meaning, ground.read) == (fact.meaning, fact.read)
        assert float(ground.value.split()[0]) == pytest.approx(fact.value, rel=1e-3)
        assert fact.where in ground.source
        if fact.source not in ("tdm1", "derived"):
            assert evidence.sources()[fact.source].citation in ground.source


def test_cautions_are_those_of_the_card() -> None:
    for name in drugs():
        assert _told(name).cautions == drug(name).cautions and _told(name).cautions


@pytest.mark.parametrize(
    ("name", "given", "said"),
    [
        ("t_dx", {"dose_mg_per_kg": 5.4}, "did you mean 't_dxd'"),
        ("trastuzumab", {}, "dose_mg_per_kg is not given; trastuzumab needs its own"),
        ("t_dm1", {"dose_mg_per_kg": 0.0}, "dose_mg_per_kg is 0; it must be above 0"),
        ("t_dm1", {"dose_mg_per_kg": float("nan")}, "dose_mg_per_kg is nan"),
        ("t_dm1", {"doses": 0}, "doses is 0"),
        ("t_dm1", {"every_days": -21.0}, "every_days is -21"),
    ],
)
def test_bad_input_is_refused_with_a_reason(name: str, given: dict[str, float], said: str) -> None:
    with pytest.raises(InputError, match=said):
        story(name, **given)  # type: ignore[arg-type]
