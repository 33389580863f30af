"""The heterogeneous tumour: books, closed forms, bystanders, competition, and the method against SUNDIALS."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mechanism.cells import ALONE, lesion_model, parameters_of, run
from mechanism.people import emilia
from oracles.sundials import solve

from tdm1 import engine, evidence
from tdm1.evidence.drugs import drug, drugs
from tdm1.evidence.units import parse
from tdm1.mechanism import lesion as lesion_module
from tdm1.mechanism import t_dm1, tumour
from tdm1.mechanism.clones import CLONES, ZONES, Clone, Zone
from tdm1.mechanism.lesion import lesion
from tdm1.mechanism.lesion_static import rest_unbound, static_concentration
from tdm1.mechanism.models import full
from tdm1.mechanism.static import published_static_range
from tdm1.population.individual import initial_states
from tdm1.trial.mechanism_course import typical_course, typical_parameters

MOLAR_MASS = evidence.value("plasma.molar_mass", "g/mol")
#: A plasma concentration like that of the first week (nM).
USUAL = 200.0
#: Relative tolerance where a result is compared to many digits.
TIGHT = 1e-10


@pytest.mark.parametrize("name", drugs())
def test_drug_in_against_drug_in_the_lesion_and_out(name: str) -> None:
    """Taken from plasma = in all lesions + lost, for antibody and for payload, at several plasma concentrations."""
    concentrations = {"plasma_antibody": np.array([1.0, 30.0, USUAL, 2000.0])}
    at = run(lesion_model(name), 42.0, concentrations, relative_tolerance=TIGHT)
    for what in ("antibody", "payload"):
        taken = at[f"sum_of_tumour_{what}_uptake"]
        kept = at[f"tumour_{what}"] + at[f"sum_of_tumour_{what}_loss"]
        assert (taken > 0).all()
        np.testing.assert_allclose(kept, taken, rtol=1e-7)


def test_books_catch_payload_from_nothing() -> None:
    """The books are able to fail: linker loss that left the antibody loaded would show."""
    at, without = (
        run(lesion_model("t_dm1"), 42.0, {"plasma_antibody": USUAL, "interstitial_release": loss},
            relative_tolerance=TIGHT)
        for loss in (0.5, 0.0)
    )
    taken = at["sum_of_tumour_payload_uptake"]
    kept = at["tumour_payload"] + at["sum_of_tumour_payload_loss"]
    np.testing.assert_allclose(kept, taken, rtol=1e-7)
    wrong = at["tumour_payload"] + without["sum_of_tumour_payload_loss"]
    assert abs(wrong[0] / taken[0] - 1.0) > 1e-3


def test_states_against_sundials() -> None:
    model = lesion_model("t_dxd")
    values = parameters_of(model, {"plasma_antibody": USUAL, "plasma_load": 7.7})
    table = [float(values[name]) for name in model.parameters]
    start = np.array(model.initial(table), float)
    ours = run(model, 21.0, {"plasma_antibody": USUAL, "plasma_load": 7.7}, relative_tolerance=1e-12)
    theirs = solve(model, np.array(table), start, [(21.0, [])])[-1]
    for place, state in enumerate(model.state_table):
        assert ours[state.name][0] == pytest.approx(theirs[place], rel=1e-6, abs=1e-9 * state.scale), state.name


def test_lesion_without_drug_against_closed_form() -> None:
    """A small lesion doubles with its doubling time, and nothing dies."""
    at = run(lesion_model("t_dm1"), 50.0, {"plasma_antibody": 0.0, "lesion_volume_start": 1e-4})
    doublings = 50.0 / evidence.value("tumour.doubling_time", "day")
    assert at["lesion_volume"][0] == pytest.approx(1e-4 * 2.0**doublings, rel=1e-4)
    assert at["tumour_payload"][0] == 0.0


def test_growth_without_drug_against_the_simple_tumour() -> None:
    """The same growth law as mechanism/tumour.py, the change to linear growth included."""
    start = {"plasma_antibody": 0.0, "lesion_volume_start": 12.0}
    at = run(lesion_model("t_dm1"), 200.0, start, relative_tolerance=TIGHT)
    simple = t_dm1()
    who, _ = emilia(simple, 8)
    who.values[:, simple.parameters.index("lesion_volume_start")] = 12.0
    for name in ("doubling_time", "linear_growth"):
        who.values[:, simple.parameters.index(name)] = parameters_of(lesion_model("t_dm1"))[name]
    kernel = engine.compile(simple)
    rest = np.zeros((8, len(simple.inputs)))
    after = kernel.advance(initial_states(who), who.values, rest, 0.0, 200.0, relative_tolerance=TIGHT)
    volume = kernel.observe(after.states, who.values, rest)[0, simple.outputs.index("lesion_volume")]
    assert at["lesion_volume"][0] == pytest.approx(volume, rel=1e-6)


STEADY = {"linear_growth": 1e9, "maximum_volume": 1e12, "diffusivity": 0.0, "payload_diffusivity": 0.0}


@pytest.mark.parametrize(("name", "load"), [("t_dm1", 3.5), ("t_dxd", 7.7)])
def test_rest_against_the_equations_solved_one_by_one(name: str, load: float) -> None:
    model = lesion_model(name, *ALONE)
    other = {**STEADY, "plasma_antibody": 20.0, "plasma_load": load, "kill_rate": 0.0}
    at = run(model, 300.0, other, relative_tolerance=1e-9)
    p = parameters_of(model, other)
    expected = rest_unbound(p, 20.0, load, p["receptors_high"], p["krogh_radius_well"])
    # Without the surface term: its diffusivity is 0 above.
    assert at["unbound_high_well"][0] == pytest.approx(expected, rel=1e-6)


def test_static_concentration_against_simulation() -> None:
    """Just below it the lesion grows, just above it shrinks."""
    model = lesion_model("t_dm1", *ALONE)
    p = parameters_of(model, STEADY)
    static = static_concentration(p, MOLAR_MASS, 3.5, p["receptors_high"], p["krogh_radius_well"])
    nm = static * 1e6 / MOLAR_MASS
    other = {**STEADY, "plasma_antibody": nm * np.array([0.98, 1.0, 1.02]), "plasma_load": 3.5}
    at = run(model, 300.0, other, relative_tolerance=TIGHT)
    net = at["lesion_growth"] - at["kill_high_well"]
    assert net[0] > 0 > net[2]
    assert net[1] == pytest.approx(0.0, abs=1e-6)


@pytest.mark.parametrize("zone", ["well", "poor"])
def test_static_concentration_of_the_default_within_the_published_range(zone: str) -> None:
    p = parameters_of(lesion_model("t_dm1"))
    low, high = published_static_range()
    load = sum(n * evidence.value(drug("t_dm1").roles[f"dar_share_{n}"], "1") for n in range(9))
    found = static_concentration(p, MOLAR_MASS, load, p["receptors_high"], p[f"krogh_radius_{zone}"])
    assert low <= found <= high


def test_static_concentration_is_infinite_for_a_drug_too_weak() -> None:
    p = {**parameters_of(lesion_model("t_dm1")), "kill_rate": 0.01}
    assert math.isinf(static_concentration(p, MOLAR_MASS, 3.5, p["receptors_high"], p["krogh_radius_well"]))


def test_cells_that_lost_her2_die_beside_others_under_t_dxd_only() -> None:
    """The bystander effect: payload that crosses membranes reaches cells without HER2."""
    permeable = run(lesion_model("t_dxd"), 21.0, {"plasma_antibody": USUAL, "plasma_load": 7.7})
    kept_in = run(lesion_model("t_dm1"), 21.0, {"plasma_antibody": USUAL, "plasma_load": 3.5})
    assert permeable["killed_lost_well"][0] > 1.0
    assert kept_in["killed_high_well"][0] > 1.0
    assert kept_in["killed_lost_well"][0] == pytest.approx(0.0, abs=1e-12)


def test_no_bystander_effect_without_cells_that_take_up_the_drug() -> None:
    """With the linker intact, HER2-negative tissue alone is not touched by a permeable payload."""
    clones = (Clone("lost", None, None),)
    at = run(lesion_model("t_dxd", clones, ALONE[1]), 21.0,
             {"plasma_antibody": USUAL, "plasma_load": 7.7, "interstitial_release": 0.0})
    assert at["killed_lost_well"][0] == pytest.approx(0.0, abs=1e-12)


def test_trastuzumab_does_not_kill_and_equals_t_dm1_without_load() -> None:
    alone = run(lesion_model("trastuzumab"), 21.0, {"plasma_antibody": USUAL, "plasma_load": 0.0})
    bare = run(lesion_model("t_dm1"), 21.0, {"plasma_antibody": USUAL, "plasma_load": 0.0})
    for name, values in alone.items():
        np.testing.assert_array_equal(values, bare[name])
        if name.startswith(("killed_", "kill_")):
            assert values[0] == pytest.approx(0.0, abs=1e-12)


def test_antibody_without_payload_competes() -> None:
    """Beside ten times as much trastuzumab, cells whose HER2 is taken get less payload from as much conjugate."""
    other = {"plasma_antibody": np.array([1000.0, 10000.0]), "plasma_load": np.array([3.5, 0.35])}
    at = run(lesion_model("t_dm1"), 21.0, other)
    assert at["unbound_high_well"][1] < 0.2 * at["unbound_high_well"][0]
    assert at["killed_low_well"][1] < 0.7 * at["killed_low_well"][0]


def test_poorly_supplied_tissue_and_low_her2_are_hit_less() -> None:
    at = run(lesion_model("t_dm1"), 21.0, {"plasma_antibody": USUAL, "plasma_load": 3.5})
    killed = [at[f"killed_{group}"][0] for group in ("high_well", "high_poor", "low_poor", "lost_poor")]
    assert killed == sorted(killed, reverse=True)


def test_shed_her2_holds_antibody_off_the_cells() -> None:
    at = run(lesion_model("t_dm1", *ALONE), 5.0, {"plasma_antibody": 20.0, "shed_her2": np.array([0.0, 50.0])})
    assert at["bound_high_well"][1] < at["bound_high_well"][0]


@settings(max_examples=6, deadline=None)
@given(st.floats(0.0, 3.3), st.floats(1.1, 4.0), st.floats(4.0, 6.3))
def test_killing_grows_with_dose_and_with_her2(log_conc: float, more: float, log_receptors: float) -> None:
    conc, receptors = 10.0**log_conc, 10.0**log_receptors
    at = run(lesion_model("t_dm1", *ALONE), 10.0, {
        "plasma_antibody": conc * np.array([1.0, more, 1.0]), "receptors_high": receptors * np.array([1.0, 1.0, more]),
        "plasma_load": 3.5,
    })
    killed = at["killed_high_well"]
    assert killed[1] > killed[0]
    # More HER2 draws more payload where supply is not the limit; where it is, no less.
    assert killed[2] >= killed[0] * (1.0 - 1e-3)


def test_default_lesion_is_small_enough_for_the_engine() -> None:
    assert len(lesion(drug("t_dm1")).states) <= 40


def test_choice_of_clones_is_checked() -> None:
    with pytest.raises(ValueError, match="exactly one clone"):
        lesion(drug("t_dm1"), CLONES[1:], ZONES)
    with pytest.raises(ValueError, match="same name"):
        lesion(drug("t_dm1"), CLONES, (*ZONES, Zone("well", "tumour.krogh_radius", "lesion.share_poor")))


def test_slopes_and_outputs_with_quantities_against_plain_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every slope has the state's unit per day, and no factor between units is missing."""
    model = lesion_model("t_dxd")
    values = parameters_of(model, {"plasma_antibody": USUAL})
    numbers = [float(values[name]) for name in model.parameters]
    states = [0.37 * state.scale * (place + 1) for place, state in enumerate(model.state_table)]
    plain = model.derivatives(states, numbers, []), model.observe(states, numbers, [])
    monkeypatch.setattr(lesion_module, "LITRE_PER_CM3", lesion_module.LITRE_PER_CM3 * parse("L/cm**3"))
    state_units = [parse(state.unit) for state in model.state_table]
    with_units = [value * unit for value, unit in zip(states, state_units, strict=True)]
    given_units = [value * parse(item.unit) for value, item in zip(numbers, model.parameter_table, strict=True)]
    slopes, outputs = model.derivatives(with_units, given_units, []), model.observe(with_units, given_units, [])
    for name, slope, unit, number in zip(model.states, slopes, state_units, plain[0], strict=True):
        assert slope.to(unit / parse("day")).magnitude == pytest.approx(number, rel=1e-10, abs=1e-12), name
    quantities = [item for part in model.parts for item in part.quantities]
    for item, output, number in zip(quantities, outputs, plain[1], strict=True):
        assert output.to(parse(item.unit)).magnitude == pytest.approx(number, rel=1e-10, abs=1e-12), item.name


def test_lesion_volume_of_a_sphere_is_that_of_the_simple_tumour() -> None:
    assert tumour.lesion_volume_cm3(20.0) == pytest.approx(math.pi / 6.0 * 8.0)


DOSE_MG, INFUSION_DAY = 252.0, 0.0625
PERSON = {"baseline_trastuzumab": 20.0, "lesions": 2.0, "lesion_volume_start": 5.0}


@pytest.mark.parametrize("name", drugs())
def test_books_of_the_full_model(name: str) -> None:
    """Antibody and payload given = in plasma, tumour and healthy tissue + eliminated, over a cycle."""
    model = full(name)
    times = np.array([1.0, 7.0, 21.0])
    at = typical_course(model, DOSE_MG, times, INFUSION_DAY, PERSON, relative_tolerance=TIGHT)
    value = dict(zip(model.parameters, typical_parameters(model, PERSON), strict=True))
    antibody = DOSE_MG * 1e6 / value["molar_mass"]
    before = 20.0 * 1e6 / value["molar_mass"] * (value["central_volume"] + value["peripheral_volume"])
    load = sum(n * value[f"dar_share_{n}"] for n in range(9))
    loads = {f"antibody_{n}{place}": n for n in range(9) for place in ("", "_peripheral")}
    found = sum(at[state] for state in loads) + at["tumour_antibody"] + at["organ_antibody"] + at["antibody_eliminated"]
    np.testing.assert_allclose(found, antibody + before, rtol=1e-7)
    carried = sum(n * at[state] for state, n in loads.items()) + at["tumour_payload"] + at["organ_payload"]
    free = at["payload_central"] + at["payload_peripheral"] + at["payload_eliminated"]
    payload = antibody * load / (1.0 - value["payload_free_share"])
    np.testing.assert_allclose(carried + free, payload, rtol=1e-7, atol=1e-9)
    assert (at["tumour_antibody"] > 0.0).all()


def test_full_model_against_sundials() -> None:
    """Every state after a dose and a week, to 1e-6."""
    model = full("t_dm1")
    values = typical_parameters(model, PERSON)
    start = np.array(model.initial(list(values)), float)
    ours = typical_course(model, DOSE_MG, np.array([7.0]), INFUSION_DAY, PERSON, relative_tolerance=1e-12)
    phases = [(INFUSION_DAY, [DOSE_MG / INFUSION_DAY, 0.0]), (7.0 - INFUSION_DAY, [0.0, 0.0])]
    theirs = solve(model, values, start, phases)[-1]
    for place, state in enumerate(model.state_table):
        assert ours[state.name][0] == pytest.approx(theirs[place], rel=1e-6, abs=1e-8 * state.scale), state.name


def test_full_model_of_t_dm1_without_load_is_trastuzumab() -> None:
    bare = {**PERSON, **{f"dar_share_{n}": float(n == 0) for n in range(9)}, "payload_free_share": 0.0}
    times = np.array([7.0, 21.0])
    ours = typical_course(full("t_dm1"), DOSE_MG, times, INFUSION_DAY, bare)
    theirs = typical_course(full("trastuzumab"), DOSE_MG, times, INFUSION_DAY, PERSON)
    for name in full("trastuzumab").states:
        np.testing.assert_allclose(ours[name], theirs[name], rtol=1e-9, atol=1e-12)


def test_random_lesions_solve_without_a_failed_status() -> None:
    """Parameters up to threefold off, doses up to tenfold: no failure, and no amount below 0."""
    model = full("t_dxd")
    generator = np.random.default_rng(5)
    usual = typical_parameters(model, PERSON)
    rows = usual * np.exp(generator.normal(0.0, 0.4, (256, len(usual))))
    for name in ("share_low", "share_lost", "share_poor"):
        rows[:, model.parameters.index(name)] = generator.uniform(0.0, 0.45, 256)
    for n in range(9):
        rows[:, model.parameters.index(f"dar_share_{n}")] = usual[model.parameters.index(f"dar_share_{n}")]
    kernel = engine.compile(model)
    states = np.column_stack(model.initial(list(rows.T)))
    rate = np.zeros((256, 2))
    rate[:, 0] = 10.0 ** generator.uniform(1.0, 3.5, 256) / INFUSION_DAY
    status = None
    for _ in range(6):
        moved = kernel.advance(states, rows, rate, INFUSION_DAY, 21.0, status=status)
        states, status = moved.states, moved.status
        assert not status.any()
    scales = np.array([state.scale for state in model.state_table])
    assert np.isfinite(states).all()
    assert (states >= -1e-3 * scales).all()
