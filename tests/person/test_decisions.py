"""Properties of the answer for one person: the rules of the trial, no guess, nothing personal beyond what was asked."""

from __future__ import annotations

from copy import deepcopy
from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from person.people_files import ON, YESTERDAY, people, record_of

from tdm1 import person
from tdm1.safety import ACTION_NAMES, Findings, label

TODAY = date.fromisoformat(ON)
_REQUIRED = ("platelets", "alt", "ast", "bilirubin")


def record_with(platelets: float, alt: float, ast: float, bilirubin: float, setting: str) -> dict[str, Any]:
    return record_of({
        "base": setting,
        "labs": {"platelets": f"{platelets} 10*9/L", "alt": f"{alt} xULN", "ast": f"{ast} xULN",
                 "bilirubin": f"{bilirubin} xULN"},
    })


@settings(max_examples=120, deadline=None)
@given(
    st.floats(0, 400), st.floats(0, 30), st.floats(0, 30), st.floats(0, 15), st.sampled_from(["metastatic", "early"]),
)
def test_one_visit_against_the_rules_of_the_trial(
    platelets: float, alt: float, ast: float, bilirubin: float, setting: str
) -> None:
    """The same label.decide that a virtual trial asks, called directly."""
    platelets, alt, ast, bilirubin = (round(x, 3) for x in (platelets, alt, ast, bilirubin))
    found = person.check(person.record(record_with(platelets, alt, ast, bilirubin, setting))).next_dose
    rules = label.load(setting, "US")
    seen = {"platelets": platelets, "alt_x_uln": alt, "ast_x_uln": ast, "bilirubin_x_uln": bilirubin}
    # The values are of the day before the dose, where the rules that hold at any time see them first.
    before = rules.decide(Findings.of(41.0, **seen), rules.start(1), dose_due=False, required=())
    decided = rules.decide(Findings.of(42.0, **seen), before.history, dose_due=True)
    assert found.action == ACTION_NAMES[int(decided.action[0])]
    if found.level_mg_per_kg is not None:
        assert found.level_mg_per_kg == rules.levels_mg_per_kg[int(decided.level[0])]
        assert np.isclose(found.dose_mg or 0.0, found.level_mg_per_kg * (70 if setting == "metastatic" else 64))


@settings(max_examples=80, deadline=None)
@given(st.sampled_from([one for _, one in people()]), st.sets(st.sampled_from(_REQUIRED), min_size=1))
def test_a_missing_value_never_leads_to_a_dose(one: dict[str, Any], gone: set[str]) -> None:
    document = record_of(one)
    document["labs"] = [lab for lab in document["labs"] if not (lab["test"] in gone and lab["date"] == YESTERDAY)]
    found = person.check(person.record(document))
    assert found.next_dose.action in ("unknown", "hold", "stop")
    if found.next_dose.action == "unknown" and found.setting and document.get("doses"):
        assert gone & set(found.next_dose.recheck.tests)


@settings(max_examples=60, deadline=None)
@given(st.sampled_from([one for _, one in people()]), st.randoms(use_true_random=False))
def test_the_order_of_a_record_changes_nothing(one: dict[str, Any], random: Any) -> None:
    document = record_of(one)
    mixed = deepcopy(document)
    for key in ("labs", "findings", "doses"):
        if key in mixed:
            random.shuffle(mixed[key])
    assert person.check(person.record(mixed)).as_dict() == person.check(person.record(document)).as_dict()


@settings(max_examples=60, deadline=None)
@given(st.sampled_from([one for _, one in people()]), st.integers(1, 400))
def test_a_whole_record_moved_in_time_is_answered_alike(one: dict[str, Any], days: int) -> None:
    """Only distances count, so the answer for the same record some days later names the same rules."""
    def later(raw: Any) -> Any:
        if isinstance(raw, list):
            return [later(entry) for entry in raw]
        if isinstance(raw, dict):
            return {key: later(value) for key, value in raw.items()}
        if isinstance(raw, str) and raw[:2] == "20" and raw.count("-") == 2:
            return (date.fromisoformat(raw) + timedelta(days=days)).isoformat()
        return raw

    document = record_of(one)
    moved = {**later(document), "about": document["about"]}
    if moved["about"]["birth_date"].startswith("2009"):
        return  # she comes of age in between
    here, there = (person.check(person.record(entry)).next_dose for entry in (document, moved))
    assert (here.action, here.level_mg_per_kg, [one.id for one in here.reasons]) == (
        there.action, there.level_mg_per_kg, [one.id for one in there.reasons])


def test_the_answer_repeats_no_birth_date_and_no_free_text_of_the_record() -> None:
    document = person.examples.example("low_platelets")
    answer = str(person.check(person.record(document)).as_dict())
    assert document["about"]["birth_date"] not in answer


def test_json_has_the_fixed_keys() -> None:
    answer = person.check(person.record(person.examples.example("low_platelets"))).as_dict()
    assert {"eligible", "indication", "reasons", "missing", "warnings", "next_dose"} <= set(answer)
    assert {"action", "level_mg_per_kg", "dose_mg", "reasons", "recheck"} <= set(answer["next_dose"])
    assert all({"id", "text", "source"} <= set(one) for one in answer["reasons"])


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_days_left_out_of_a_replay_change_nothing_against_the_whole_replay(data: st.DataObject) -> None:
    """A day whose values all count again on the day of the dose is left out; here every day is asked."""
    labs = [
        {"test": data.draw(st.sampled_from(["platelets", "alt"])),
         "value": data.draw(st.sampled_from([10, 40, 80, 3, 7])), "unit": "10*9/L",
         "date": (TODAY - timedelta(days=data.draw(st.integers(0, 60)))).isoformat()}
        for _ in range(data.draw(st.integers(0, 5)))
    ]
    for one in labs:
        if one["test"] == "alt":
            one["unit"] = "xULN"
    labs = list({(one["test"], one["date"]): one for one in labs}.values())
    document = record_of({"base": data.draw(st.sampled_from(["metastatic", "early"]))})
    taken = {(one["test"], one["date"]) for one in labs}
    document["labs"] = labs + [one for one in document["labs"] if (one["test"], one["date"]) not in taken]
    document["findings"] = [
        {"finding": "neuropathy_grade", "value": data.draw(st.integers(0, 4)),
         "date": (TODAY - timedelta(days=data.draw(st.integers(0, 40)))).isoformat()}
    ]
    short = person.check(person.record(document)).as_dict()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("tdm1.person.timeline._Past.told_again", lambda *_: False)
        assert person.check(person.record(document)).as_dict() == short
