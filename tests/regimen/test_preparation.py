"""Making up a dose, against the label's lines R1 to R13 and against brute force."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tdm1 import evidence
from tdm1.regimen import RegimenError, least_waste, prepare


def _brute(dose: float) -> tuple[float, int]:
    """Least content and fewest vials over every combination of up to 20 vials of each size."""
    options = [(100 * a + 160 * b, a + b) for a, b in itertools.product(range(21), repeat=2)]
    return min(option for option in options if option[0] >= dose)


@given(st.floats(0.1, 1800))
def test_vials_against_brute_force(dose: float) -> None:
    found = least_waste(dose)
    assert (found.content_mg, found.small + found.large) == _brute(dose)
    assert found.content_mg == 100 * found.small + 160 * found.large >= dose


@pytest.mark.parametrize(
    ("dose", "small", "large"),
    [(252, 1, 1), (100, 1, 0), (160, 0, 1), (230.4, 1, 1), (320, 0, 2), (300, 3, 0), (480, 0, 3)],
)
def test_vials_by_hand(dose: float, small: int, large: int) -> None:
    found = least_waste(dose)
    assert (found.small, found.large) == (small, large)


def test_a_dose_with_rounding_noise_takes_no_further_vial() -> None:
    assert least_waste(70 * 3.6 + 8 + 1e-12).content_mg == 260


@given(st.floats(2, 1800))
def test_volume_against_dose_over_twenty(dose: float) -> None:
    """R5: mL are mg over 20, rounded to 0.1 mL; the vials hold what is drawn, with the least left over."""
    made = prepare(dose)
    assert made.volume_ml == pytest.approx(dose / 20, abs=0.0500001)
    assert made.volume_ml * 10 == pytest.approx(round(made.volume_ml * 10))
    assert made.drawn_mg == pytest.approx(made.volume_ml * 20)
    assert made.solution_ml == pytest.approx(made.vials.content_mg / 20) and made.volume_ml <= made.solution_ml + 1e-9
    assert made.waste_mg == pytest.approx(made.vials.content_mg - made.drawn_mg) and made.waste_mg >= 0
    assert (made.vials.content_mg, made.vials.small + made.vials.large) == _brute(made.drawn_mg)


@given(st.floats(30, 200), st.sampled_from([3.6, 3.0, 2.4]))
def test_rounding_never_goes_above_the_largest_dose_of_a_weight_against_label(weight: float, level: float) -> None:
    """D2: never above 3.6 mg/kg, so the volume of a full dose is not rounded upwards."""
    made = prepare(weight * level, weight_kg=weight)
    assert made.drawn_mg <= 3.6 * weight * (1 + 1e-8)
    assert abs(made.volume_ml - weight * level / 20) < 0.1
    if level < 3.6:
        assert made.volume_ml == prepare(weight * level).volume_ml


@pytest.mark.parametrize(
    ("dose", "weight", "volume"),
    [(253.8, None, 12.7), (253.8, 70.5, 12.6), (252, 70, 12.6), (230.4, 64, 11.5), (253, None, 12.7), (251, None, 12.6),
     (2, None, 0.1), (1, None, 0.1)],
)
def test_volume_by_hand(dose: float, weight: float | None, volume: float) -> None:
    """Half a step is rounded upwards: 253 mg are 12.65 mL, drawn as 12.7 mL."""
    assert prepare(dose, weight_kg=weight).volume_ml == volume


def test_vials_hold_what_is_drawn() -> None:
    """100.9 mg are drawn as 5.0 mL, which one vial of 100 mg holds."""
    made = prepare(100.9)
    assert (made.drawn_mg, made.vials.small, made.vials.large, made.waste_mg) == (100, 1, 0, 0)
    assert next(step.text for step in made.steps if step.id == "R5").endswith("100 mg; nothing is left over")


def _steps(region: str, infusion: str = "later") -> dict[str, str]:
    return {step.id: step.text for step in prepare(252, region=region, infusion=infusion).steps}  # type: ignore[arg-type]


#: What the sheet must say by the label's lines (D2, D10 to D12, C6, C7, R1 to R13), for 252 mg.
_EVERYWHERE = {
    "R1": ["1 vial of 160 mg and 1 vial of 100 mg", "single dose"],
    "R2": ["sterile water for injection", "8 mL into each vial of 160 mg", "5 mL into each vial of 100 mg"],
    "R3": ["20 mg", "13 mL in all"],
    "R4": ["swirl", "do not shake", "clear to slightly opalescent, colourless to pale brown"],
    "R5": ["12.6 mL", "20 mg/mL", "252 mg", "discard the 8 mg left"],
    "R9": ["never dextrose", "no other medicine"],
    "R10": ["2 to 8 °C", "do not freeze or shake"],
    "R11": ["at once", "24 hours at 2 to 8 °C", "discard", "never freeze"],
    "R12": ["24 hours at 2 to 8 °C"],
    "R13": ["gloves, gown, cabinet"],
    "D2": ["never a push or bolus"],
    "D10": ["slow or interrupt", "interrupt it if severe", "stop for good if it threatens life"],
    "D11": ["never exchanged for or with trastuzumab", "check the label of each vial"],
    "D12": ["mg per kg"],
    "C6": ["anaphylaxis"],
    "C7": ["infusion site"],
}


@pytest.mark.parametrize("region", ["US", "EU", "England"])
@pytest.mark.parametrize("line", _EVERYWHERE)
def test_step_against_label(line: str, region: str) -> None:
    said = _steps(region)[line]
    assert all(words in said for words in _EVERYWHERE[line]), said


def test_bag_and_filter_against_label_us() -> None:
    """R6 and R8."""
    said = _steps("US")
    assert said["R6"] == "into a bag of 250 mL sodium chloride 0.9 %, and no other" and "R7" not in said
    assert "0.2 or 0.22" in said["R8"] and "left out" not in said["R8"]
    assert "trade name" not in said["D11"]


@pytest.mark.parametrize("region", ["EU", "England"])
def test_bag_and_filter_against_label_eu(region: str) -> None:
    """R7 and R8, and the trade name of D11."""
    said = _steps(region)
    assert said["R7"] == "into a bag of 250 mL sodium chloride 0.45 % or 0.9 %" and "R6" not in said
    assert "with sodium chloride 0.9 %" in said["R8"] and "with 0.45 % the filter may be left out" in said["R8"]
    assert "trade name" in said["D11"]


def test_only_the_vials_that_are_used_are_named() -> None:
    said = {step.id: step.text for step in prepare(320).steps}
    assert said["R1"].startswith("take 2 vials of 160 mg;") and "100" not in said["R1"] + said["R2"]


def test_no_step_stands_twice() -> None:
    for region, infusion in itertools.product(("US", "EU", "England"), ("first", "later", "slow")):
        ids = [step.id for step in prepare(252, region=region, infusion=infusion).steps]  # type: ignore[arg-type]
        assert len(ids) == len(set(ids))


@pytest.mark.parametrize(
    ("infusion", "step", "minute", "watch"), [("first", "D5", 90, 90), ("later", "D6", 30, 30), ("slow", "D6", 90, 90)]
)
def test_infusion_and_watch_against_label(infusion: str, step: str, minute: float, watch: float) -> None:
    made = prepare(252, infusion=infusion)  # type: ignore[arg-type]
    assert (made.infusion_minute, made.observation_minute) == (minute, watch)
    assert f"{minute}" in _steps("US", infusion)[step]
    assert len([one for one in made.steps if one.id in ("D5", "D6")]) == 1


@pytest.mark.parametrize("region", ["US", "EU", "England"])
def test_every_step_has_its_source(region: str) -> None:
    for step in prepare(252, region=region).steps:
        assert step.source in evidence.sources() and step.where and step.read in ("read", "secondary", "recall")
        assert "{" not in step.text


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"dose_mg": 0}, "more than 0"),
        ({"dose_mg": float("nan")}, "more than 0"),
        ({"dose_mg": float("inf")}, "at most 1800"),
        ({"dose_mg": 1e300}, "at most 1800"),
        ({"dose_mg": 0.9}, "smallest volume"),
        ({"dose_mg": 1, "weight_kg": 0.28}, "smallest volume"),
        ({"dose_mg": 252, "weight_kg": float("nan")}, "weight_kg"),
        ({"dose_mg": 300, "weight_kg": 70}, "never goes above 3.6"),
        ({"dose_mg": 252, "weight_kg": -1}, "weight_kg"),
        ({"dose_mg": 252, "region": "UK"}, "US, EU, England"),
        ({"dose_mg": 252, "infusion": "fast"}, "first, later, or slow"),
    ],
)
def test_what_cannot_be_is_refused(arguments: dict[str, object], words: str) -> None:
    with pytest.raises(RegimenError, match=words):
        prepare(**arguments)  # type: ignore[arg-type]
