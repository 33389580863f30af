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


@given(st.floats(30, 200), st.sampled_from([3.6, 3.0, 2.4]))
def test_volume_against_weight_times_dose_over_twenty(weight: float, level: float) -> None:
    """R5: volume (mL) is weight (kg) times dose (mg/kg) over 20, here rounded to 0.1 mL."""
    made = prepare(weight * level, weight_kg=weight)
    assert made.volume_ml == pytest.approx(weight * level / 20, abs=0.0500001)
    assert made.drawn_mg == pytest.approx(made.volume_ml * 20)
    assert made.volume_ml <= made.vials.content_mg / 20 + 1e-9
    assert made.waste_mg == pytest.approx(made.vials.content_mg - made.drawn_mg)


def _steps(region: str, infusion: str = "later") -> dict[str, str]:
    return {step.id: step.text for step in prepare(252, region=region, infusion=infusion).steps}  # type: ignore[arg-type]


def test_steps_against_label_us() -> None:
    said = _steps("US")
    assert "1 vial of 160 mg and 1 vial of 100 mg" in said["R1"]
    assert "8 mL into each vial of 160 mg" in said["R2"] and "5 mL into each vial of 100 mg" in said["R2"]
    assert "do not shake" in said["R4"]
    assert "12.6 mL" in said["R5"] and "20 mg/mL" in said["R5"]
    assert "250 mL sodium chloride 0.9 %, and no other" in said["R6"] and "R7" not in said
    assert "0.2 or 0.22" in said["R8"] and "left out" not in said["R8"]
    assert "never dextrose" in said["R9"]
    assert "24 hours at 2 to 8" in said["R11"] and "never freeze" in said["R11"]
    assert "never exchanged for or with trastuzumab" in said["D11"]
    assert "never a push or bolus" in said["D2"]


def test_steps_against_label_eu() -> None:
    said = _steps("EU")
    assert "0.45 % or 0.9 %" in said["R7"] and "R6" not in said
    assert "may be left out" in said["R8"]


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
        ({"dose_mg": 300, "weight_kg": 70}, "never goes above 3.6"),
        ({"dose_mg": 252, "weight_kg": -1}, "weight_kg"),
        ({"dose_mg": 252, "region": "UK"}, "US, EU, England"),
        ({"dose_mg": 252, "infusion": "fast"}, "first, later, or slow"),
    ],
)
def test_what_cannot_be_is_refused(arguments: dict[str, object], words: str) -> None:
    with pytest.raises(RegimenError, match=words):
        prepare(**arguments)  # type: ignore[arg-type]
