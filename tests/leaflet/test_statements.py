"""The leaflet's statements that work today, one test each; docs/leaflet.md names them.

What a statement says is tried on the product itself: on the equations of one typical patient, or on the
label's decision. Finer tests of each part lie beside the part.
"""

from __future__ import annotations

from functools import cache
from itertools import pairwise

import numpy as np
import pytest

from tdm1 import eligibility, engine, evidence, mechanism, regimen, safety
from tdm1.population.individual import EFFECTS, individuals, initial_states
from tdm1.report import explain

TYPICAL = {
    "weight_kg": 70.0, "her2_ecd_ng_per_ml": 25.0, "albumin_g_per_l": 41.0, "sum_of_diameters_mm": 90.0,
    "ast_u_per_l": 27.0, "alt_u_per_l": 20.0, "platelets_1e9_per_l": 250.0, "baseline_trastuzumab_ug_per_ml": 0.0,
    "n_target_lesions": 2.0, "prior_lines": 1.0,
}
FINE = {"platelets": 250.0, "alt_x_uln": 0.8, "ast_x_uln": 0.8, "bilirubin_x_uln": 0.5}
NMOL_PER_MG = 1e6


@cache
def kernel() -> engine.Kernel:
    return engine.compile(mechanism.t_dm1())


def lived(cycles: int = 1, dose_mg: float = 252.0, **changed: float) -> dict[str, np.ndarray]:
    """Daily states and outputs by name of one typical patient; `changed` replaces parameters of her equations."""
    model = kernel().model
    covariates = {name: np.array([value]) for name, value in TYPICAL.items()}
    people = individuals(model, covariates, np.zeros((1, len(EFFECTS))))
    values = people.values.copy()
    for name, value in changed.items():
        values[0, model.parameters.index(name)] = value
    states = initial_states(type(people)(model, values))
    infusion = 90 / (24 * 60)
    days = [states]
    for day in range(21 * cycles):
        rate, length = (dose_mg / infusion, infusion) if day % 21 == 0 else (0.0, 0.0)
        after = kernel().advance(states, values, [[rate]], length, 1.0, relative_tolerance=1e-8)
        assert after.status[0] == engine.Status.OK
        states = after.states
        days.append(states)
    rows = np.concatenate(days)
    columns = kernel().observe(rows, np.repeat(values, len(rows), axis=0), np.zeros((len(rows), 1)))
    return dict(zip(model.states, rows.T, strict=True)) | dict(zip(model.outputs, columns.T, strict=True))


def decide(day: float = 21.0, dose_due: bool = True, **found: float) -> safety.Explanation:
    label = safety.label.load("metastatic", "US")
    findings = safety.Findings.of(day, **(FINE | found))
    return safety.explain(label, label.decide(findings, label.start(1), dose_due=dose_due))


def test_s01_every_antibody_carries_its_payload() -> None:
    """By the books of the model: antibody and payload given stand in the published ratio of 3.5 to 1."""
    course = lived()
    antibody = sum(course[name][-1] for name in (
        "conjugate_central", "conjugate_peripheral", "naked_central", "naked_peripheral", "antibody_eliminated",
        "tumour_conjugate"))
    ratio = evidence.value("plasma.drug_antibody_ratio", "1")
    free = evidence.value("dm1.free_share", "1")
    bound = sum(course[name][-1] for name in ("conjugate_central", "conjugate_peripheral", "tumour_conjugate"))
    freed = sum(course[name][-1] for name in ("dm1_central", "dm1_peripheral", "payload_eliminated", "tumour_payload"))
    payload = ratio * bound + freed
    assert antibody == pytest.approx(252.0 * NMOL_PER_MG / evidence.value("plasma.molar_mass", "g/mol"), rel=1e-5)
    assert payload == pytest.approx(ratio * antibody / (1.0 - free), rel=1e-5)


def test_s02_her2_draws_payload_into_the_tumour() -> None:
    """Against the same patient with fewer receptors, and against the DM1 that is free in her plasma."""
    payload = [lived(her2_concentration=1660.0 * share)["payload_sensitive"].max() for share in (0.0, 1e-3, 1e-2, 1.0)]
    assert payload[0] == 0.0
    assert all(fewer < more for fewer, more in pairwise(payload))
    assert payload[-1] > 2 * payload[1]
    # In the tumour's cells far more payload than free in plasma: that is what the antibody is for.
    nm_per_ng_per_ml = 1e3 / evidence.value("dm1.molar_mass", "g/mol")
    assert payload[-1] > 10 * lived()["dm1"].max() * nm_per_ng_per_ml


def test_s04_earlier_trastuzumab_and_taxane_are_asked_for() -> None:
    """Against EMILIA's register: who lacks one of them is refused, and undecided while it is not known."""
    criteria = eligibility.load("emilia")
    asked = {criterion.variable: criterion for criterion in criteria.all()}
    measured = {
        "age_year": 53.0, "ecog": 0.0, "lvef_pct": 60.0, "alt_u_per_l": 20.0, "ast_u_per_l": 25.0,
        "bilirubin_x_uln": 0.5, "platelets_1e9_per_l": 250.0, "neuropathy_grade": 0.0,
    }
    answers = {variable: float(one.requires) for variable, one in asked.items() if one.requires is not None}
    person = {variable: np.array([value]) for variable, value in (measured | answers).items()}
    assert eligibility.assess(criteria, person).verdict == ["yes"]
    for variable in ("her2_positive", "prior_trastuzumab", "prior_taxane"):
        assert asked[variable].source == "ctgov_emilia"
        assert eligibility.assess(criteria, person | {variable: np.array([0.0])}).verdict == ["no"]
        assert eligibility.assess(criteria, {k: v for k, v in person.items() if k != variable}).verdict == ["unknown"]


def test_s06_no_binding_no_entry() -> None:
    """Without association to HER2 nothing is internalised, and the tumour grows as if untreated."""
    unbound, untreated = lived(her2_association=0.0), lived(dose_mg=0.0)
    assert lived()["conjugate_lysosomal"].max() > 1.0
    assert unbound["conjugate_lysosomal"].max() == 0.0
    assert unbound["lesion_volume"] == pytest.approx(untreated["lesion_volume"], rel=1e-6)


def test_s07_payload_in_the_cell_kills_it() -> None:
    """Sensitive cells, which free the payload, shrink; resistant ones, which hardly do, grow."""
    course = lived(cycles=2)
    untreated = lived(cycles=2, dose_mg=0.0)
    assert course["sensitive_volume"][-1] < 0.9 * untreated["sensitive_volume"][-1]
    assert course["resistant_volume"][-1] > course["resistant_volume"][0]
    assert course["kill_sensitive"].max() > 3 * course["kill_resistant"].max()


def test_s08_an_infusion_every_21_days() -> None:
    """Against the label: 3.6 mg/kg over 90, then 30 minutes, every 3 weeks."""
    schedule = regimen.Schedule.of_label("metastatic")
    assert schedule.levels_mg_per_kg[0] == 3.6
    assert schedule.interval_day == 21
    assert schedule.infusion_day([0, 1, 5]) * 24 * 60 == pytest.approx([90, 30, 30])
    assert list(schedule.next_due_day([0.0, 21.0], [True, True])) == [21.0, 42.0]


def test_s09_treatment_ends_for_severe_side_effects() -> None:
    """Against the label: until progression or unacceptable toxicity, so no number of cycles, and grade 4 ALT stops."""
    assert regimen.Schedule.of_label("metastatic").max_cycles is None
    said = decide(alt_x_uln=20.1)
    assert (said.action, [reason.id for reason in said.reasons if reason.decides]) == ("stop", ["M3"])


def test_s11_severe_neuropathy_holds_the_dose() -> None:
    said = decide(neuropathy_grade=3)
    assert (said.action, [reason.id for reason in said.reasons if reason.decides]) == ("hold", ["M17"])


def test_s12_liver_enzymes_rise_and_are_graded() -> None:
    course = lived()
    for enzyme in ("alt", "ast"):
        assert course[enzyme].max() > 1.1 * course[enzyme][0]
        assert np.argmax(course[enzyme]) > 0
    assert list(safety.grade("alt", [1.0, 2.6, 5.1, 20.1], version=3, uln=1.0)) == [0, 2, 3, 4]


def test_s15_platelets_fall_and_recover() -> None:
    """Against the label: lowest about day 8, back by the next dose in most patients."""
    course = lived(platelet_pool_depletion=0.0)["platelets"]
    assert abs(int(np.argmin(course)) - 8) <= 2
    assert course.min() < 0.9 * course[0]
    assert course[21] > 0.9 * course[0]


def test_s19_weak_heart_holds_the_dose() -> None:
    said = decide(lvef=39.0, lvef_baseline=60.0)
    assert (said.action, [reason.id for reason in said.reasons if reason.decides]) == ("hold", ["M12"])


def test_s22_a_serious_finding_pauses_the_treatment() -> None:
    """Against the label: platelets of 40 hold the dose until they are 75 or more, then the same dose is given."""
    label = safety.label.load("metastatic", "US")
    low = label.decide(safety.Findings.of(21, **(FINE | {"platelets": 40.0})), label.start(1), dose_due=True)
    still = label.decide(safety.Findings.of(28, **(FINE | {"platelets": 74.0})), low.history, dose_due=True)
    back = label.decide(safety.Findings.of(35, **(FINE | {"platelets": 75.0})), still.history, dose_due=True)
    said = [safety.explain(label, decided) for decided in (low, still, back)]
    assert [one.action for one in said] == ["hold", "hold", "give"]
    assert said[-1].dose_mg_per_kg == 3.6


def test_s26_an_explanation_names_its_source() -> None:
    text = str(explain.explain("plasma.clearance").as_json())
    assert "Lu D" in text
    assert "0.676" in text
