"""The regimen language and the arms that it makes, against the words and numbers of the trial."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tdm1 import evidence, trial
from tdm1.trial.arms import TDM1Arm
from tdm1.trial.regimen_arm import arm_of, arms_of
from tdm1.trial.regimens import Regimen, parse, read_list

REGIMENS = st.builds(
    lambda dose, every, cycles, follows: Regimen(dose / 10, every, cycles, follows and cycles is not None),
    st.integers(1, 200), st.integers(1, 60), st.none() | st.integers(1, 40), st.booleans(),
)


@given(REGIMENS)
def test_a_regimen_written_and_read_again_is_the_same(regimen: Regimen) -> None:
    assert parse(str(regimen)) == regimen


@pytest.mark.parametrize(
    ("text", "regimen"),
    [
        ("3.6 mg/kg q3w", Regimen(3.6, 21)),
        ("2.4mg/kg QW", Regimen(2.4, 7)),
        ("3.0 mg/kg every 3 weeks × 4 cycles", Regimen(3.0, 21, 4)),
        ("3.6 mg/kg q21d x4 then trastuzumab", Regimen(3.6, 21, 4, True)),
        ("1.8 mg/kg every 10 days", Regimen(1.8, 10)),
    ],
)
def test_spellings_of_a_regimen_against_what_they_mean(text: str, regimen: Regimen) -> None:
    assert parse(text) == regimen


@pytest.mark.parametrize(
    ("text", "near"),
    [
        ("3.6 mg/kgs q3w", "mean 'mg/kg'"),
        ("3.6 q3w", "unit mg/kg"),
        ("-3.6 mg/kg q3w", "above 0"),
        ("nan mg/kg q3w", "above 0"),
        ("36 mg/kg q3w", "at most 20"),
        ("q3w", "a dose was expected"),
        ("3.6 mg/kg", "a schedule was expected"),
        ("3.6 mg/kg evry 3 weeks", "mean 'every'"),
        ("3.6 mg/kg every 3 weks", "mean 'weeks'"),
        ("3.6 mg/kg q0w", "at least 1 day"),
        ("3.6 mg/kg q3w x0", "at least x1"),
        ("3.6 mg/kg q3w then trastuzumab", "how many"),
        ("3.6 mg/kg q3w x4 then trastuzumb", "mean 'trastuzumab'"),
        ("3.6 mg/kg q3w daily", "nothing was expected"),
    ],
)
def test_a_bad_regimen_is_one_error_that_says_where_and_how_to_mend_it(text: str, near: str) -> None:
    with pytest.raises(trial.InputError) as error:
        parse(text)
    assert near in str(error.value) and text in str(error.value) and "\n" not in str(error.value)


def test_an_arm_against_the_trial_s_own_where_the_regimen_is_the_trial_s() -> None:
    for name in ("emilia", "katherine"):
        file = trial.load(name)
        own = file.arms["T-DM1"]
        assert isinstance(own, TDM1Arm)
        made = arm_of(parse(f"{own.dose:g} mg/kg q3w"), file, own.patients)
        assert made == own


def test_a_weekly_arm_against_the_same_rates_in_time() -> None:
    file = trial.load("katherine")
    own, made = file.arms["T-DM1"], arm_of(parse("2.4 mg/kg qw"), file, 10)
    assert isinstance(own, TDM1Arm) and made.every == 7 and made.cycles == 3 * int(own.cycles)
    for name, chance in own.other_events.model_dump().items():
        weekly = getattr(made.other_events, name)
        assert (1 - weekly) ** 3 == pytest.approx(1 - chance)
    levels = [evidence.value(f"label.us.dose_{name}", "mg/kg") for name in ("full", "one_level_lower")]
    assert made.lower_doses is not None and made.lower_doses[0] == pytest.approx(2.4 * levels[1] / levels[0])


def test_trastuzumab_follows_where_it_is_asked_for() -> None:
    file = trial.load("emilia")
    made = arm_of(parse("3.6 mg/kg q3w x4 then trastuzumab"), file, 10)
    assert made.cycles == 4 and made.then is not None and made.then.total_cycles == "until progression"
    assert made.then.dose == evidence.value("trastuzumab.dose", "mg/kg") and made.then.every == made.every
    assert arm_of(parse("3.6 mg/kg q3w x4"), file, 10).then is None


def test_names_of_arms_and_of_a_regimen_asked_for_twice() -> None:
    arms = arms_of(["T-DM1", "trastuzumab", "3 mg/kg q3w", "3.0 mg/kg q3w"], trial.load("katherine"), 5)
    assert list(arms) == ["T-DM1", "trastuzumab", "3 mg/kg q3w", "3 mg/kg q3w (2)"]
    assert {arm.patients for arm in arms.values()} == {5}


def test_an_arm_of_published_results_or_of_another_name_is_refused() -> None:
    file = trial.load("emilia")
    with pytest.raises(trial.InputError, match="drawn from published results"):
        arms_of(["T-DM1", "lapatinib+capecitabine"], file, 5)
    with pytest.raises(trial.InputError, match="did you mean 'T-DM1'"):
        arms_of(["T-DM"], file, 5)


def test_a_list_file_against_its_lines(tmp_path: Path) -> None:
    path = tmp_path / "regimens.yaml"
    path.write_text("- 3.6 mg/kg q3w\n- 2.4 mg/kg qw\n")
    assert read_list(path) == ["3.6 mg/kg q3w", "2.4 mg/kg qw"]
    for text in ("regimens: [3.6 mg/kg q3w]", "- 3.6", "- [", ""):
        path.write_text(text)
        with pytest.raises(trial.InputError, match=r"regimens\.yaml"):
            read_list(path)
