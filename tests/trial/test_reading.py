"""Trial files: the schema, and one clear error with file and line for each thing that cannot be."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from trial.files import EMILIA, OWN, changed, line_of

from tdm1 import trial
from tdm1.trial.endpoints import endpoints


def _objects(schema: dict[str, Any]) -> dict[str, dict[str, Any]]:
    found = {"TrialFile": schema, **schema.get("$defs", {})}
    return {name: part for name, part in found.items() if "properties" in part}


def test_every_field_of_the_schema_has_a_description() -> None:
    for name, part in _objects(trial.trial_schema()).items():
        for field, entry in part["properties"].items():
            if "const" in entry or "enum" in entry:
                continue
            assert len(entry.get("description", "")) > 3, f"{name}.{field}"


def test_every_quantity_of_the_schema_has_its_unit() -> None:
    """A field that is read as NUMBER UNIT says its unit as data, and in its description."""
    seen = 0
    for name, part in _objects(trial.trial_schema()).items():
        for field, entry in part["properties"].items():
            if "examples" in entry:
                assert entry["unit"], f"{name}.{field}"
                assert f"(unit: {entry['unit']}" in entry["description"], f"{name}.{field}"
                seen += 1
    assert seen >= 14


def test_schema_is_a_json_schema() -> None:
    Draft202012Validator.check_schema(trial.trial_schema())


@pytest.mark.parametrize("name", trial.builtin())
def test_builtin_trials_read(name: str) -> None:
    assert trial.load(name).name == name


#: What is put in the place of what in EMILIA's file, the piece whose line the error must name, and words of the error.
WRONG = {
    "unknown key": ("seed: 30", "sed: 1", "sed: 1", "did you mean 'seed'"),
    "unknown key inside": ("  scan_every:", "  scan_evry:", "scan_evry", "did you mean 'scan_every'"),
    "missing unit": ("scan_every: 42 day", "scan_every: 42", "scan_every: 42", "no unit; write for example '21 day'"),
    "wrong unit": ("scan_every: 42 day", "scan_every: 42 mg", "42 mg", "cannot convert mg to day"),
    "no unit": ("scan_every: 42 day", "scan_every: 42 dayz", "42 dayz", "'dayz' is no unit tdm1 knows"),
    "not a number": ("scan_every: 42 day", "scan_every: many day", "many day", "'many' is not a number"),
    "endless": ("scan_every: 42 day", "scan_every: inf day", "inf day", "out of range"),
    "half days": ("scan_every: 42 day", "scan_every: 41.5 day", "41.5", "not a whole number of days"),
    "weight 0": ("population: {based_on: emilia}",
                 "population: {based_on: emilia, weight_kg: {distribution: constant, value: 0}}",
                 "population:", "body weight must be above 0"),
    "negative dose": ("dose: {fact: label.us.dose_full}", "dose: -3.6 mg/kg", "-3.6", "must be above 0"),
    "dose 0": ("dose: {fact: label.us.dose_full}", "dose: 0 mg/kg", "dose: 0", "must be above 0"),
    "end before the last": ("data_cut: 2012-01-14", "data_cut: 2011-01-14", "2011-01-14", "is not after last_patient"),
    "last before first": ("last_patient: 2011-10-31", "last_patient: 2008-10-31", "2008-10-31", "before first_patient"),
    "survival before data": ("survival_cut: 2012-07-31", "survival_cut: 2011-12-31", "2011-12-31", "before data_cut"),
    "no such day": ("data_cut: 2012-01-14", "data_cut: 2012-13-14", "2012-13-14", "month must be in 1..12"),
    "arm": ("{arm: T-DM1, endpoint: orr_pct", "{arm: T-DM2, endpoint: orr_pct", "T-DM2", "did you mean 'T-DM1'"),
    "endpoint": ("endpoint: orr_pct", "endpoint: orr_pc", "orr_pc,", "did you mean 'orr_pct'"),
    "fact": ("{fact: label.us.dose_full}", "{fact: label.us.dose_ful}", "dose_ful}", "mean 'label.us.dose_full'"),
    "table": ("median: {table: trials,", "median: {table: trails,", "trails", "did you mean 'trials'"),
    "row": ("endpoint: PFS_IRC_median}}", "endpoint: PFS_IRC_medium}}", "medium", "0 rows fit"),
    "key twice": ("seed: 30", "seed: 30\nseed: 2", "seed: 2", "key 'seed' stands twice"),
    "not YAML": ("seed: 30", "seed: [1", "period:", "expected"),
    "eligibility": ("eligibility: emilia", "eligibility: emila", "emila", "did you mean 'emilia'"),
    "population": ("{based_on: emilia}", "{based_on: emila}", "emila", "did you mean 'emilia'"),
    "no cycles": ("    kind: t_dm1", "    kind: t_dm1\n    cycles: 0", "cycles: 0", "cycles is at least 1"),
    "kind": ("kind: t_dm1", "kind: tdm1", "T-DM1:", "'tdm1'"),
    "no patients": ("patients: 495", "patients: 0", "patients: 0", "greater than or equal to 1"),
    "chance above 1": ("stop: {fact: emilia.other_stop}", "stop: 1.2 1", "1.2 1", "at most 1"),
    "steps up": ("    kind: t_dm1", "    kind: t_dm1\n    lower_doses: [3 mg/kg, 4 mg/kg]", "lower_doses", "go down"),
    "replaced fact": (
        "seed: 30", "seed: 30\nparameters: {tumour.kill_rat: 0.1 1/day}", "kill_rat:", "tumour.kill_rate",
    ),
    "replaced fact's unit": (
        "seed: 30", "seed: 30\nparameters: {tumour.kill_rate: 0.1 mg}", "0.1 mg", "cannot convert",
    ),
    "replaced fact below 0": (
        "seed: 30", "seed: 30\nparameters: {tumour.kill_rate: -1 1/day}", "-1 1/day", "at least 0",
    ),
    "fact of no model": ("seed: 30", "seed: 30\nparameters: {lvef.test_interval: 30 day}", "lvef", "has no parameter"),
    "setting": ("setting: metastatic", "setting: erly", "erly", "'metastatic' or 'early'"),
    "recurrence with a tumour": (
        "setting: metastatic",
        "recurrence: {clonogens: 0.4 1, brain_clonogens: 0.1 1, mean_time: 900 day}\nmodel: t_dm1\nsetting: metastatic",
        "model: t_dm1",
        "recurrence belongs to a trial after surgery",
    ),
    "after surgery without its risk": (
        "setting: metastatic", "model: t_dm1_adjuvant\nsetting: metastatic", "model: t_dm1_adjuvant",
        "recurrence belongs to a trial after surgery",
    ),
    "no scans": ("  scan_every: 42 day\n", "", "visits:", "needs scan_every"),
    "version of CTCAE": ('ctcae: "3.0"', 'ctcae: "2.0"', "2.0", "5.0"),
    "name": ("name: emilia", "name: ../emilia", "../emilia", "pattern"),
    "no first day": ("labs_on_cycle_days: [1, 8, 15]", "labs_on_cycle_days: [8, 15]", "[8, 15]", "starts with day 1"),
}


@pytest.mark.parametrize(("old", "new", "at", "words"), WRONG.values(), ids=WRONG)
def test_wrong_files_are_refused_with_their_line(old: str, new: str, at: str, words: str) -> None:
    text = changed(EMILIA, old, new)
    with pytest.raises(trial.InputError) as refused:
        trial.parse(text, "mine.yaml")
    message = str(refused.value)
    assert words in message
    assert "\n" not in message, "one line"
    assert message.startswith(f"mine.yaml, line {line_of(text, at)}:"), message


@pytest.mark.parametrize("text", ["", "[]", "7", "name", "a: 1", "? [a]\n: b", "!!python/object:os.system x", "x: \0",
                                  "name: &x {a: *x}", "{{}}: 1", "name: mine\narms: {}", "\t", "- a\nb: c"])
def test_things_that_are_no_trial_are_refused(text: str) -> None:
    with pytest.raises(trial.InputError, match=r"mine\.yaml"):
        trial.parse(text, "mine.yaml")


@given(
    where=st.integers(0, len(OWN) - 1),
    what=st.sampled_from(["", "\n", ":", " ", "-", "#", "{", "0", "'", "&a ", "é"]),
)
def test_damaged_files_are_read_or_refused_in_one_line(where: int, what: str) -> None:
    """Nothing but InputError ever comes out, whatever one character is replaced by."""
    try:
        trial.parse(OWN[:where] + what + OWN[where + 1 :], "mine.yaml")
    except trial.InputError as error:
        assert "\n" not in str(error)
        assert str(error).startswith("mine.yaml")


def test_missing_fields_are_named() -> None:
    with pytest.raises(trial.InputError, match=r"visits: this field is missing"):
        trial.parse(changed(OWN, "visits: {labs_on_cycle_days: [1], scan_every: 42 day}\n", ""), "mine.yaml")


@pytest.mark.parametrize(("name", "words"), [
    ("emila", "did you mean 'emilia'"), ("EMILIA", "did you mean 'emilia'"), ("nofile.yaml", "there is no trial file"),
    ("some/where", "there is no trial file"),
])
def test_misspelt_trials_are_told_the_nearest(name: str, words: str) -> None:
    with pytest.raises(trial.InputError, match=re.escape(words)):
        trial.load(name)


def test_a_file_is_read_by_its_path(tmp_path: Path) -> None:
    path = tmp_path / "weekly.yaml"
    path.write_text(OWN, "utf-8")
    assert trial.load(str(path)).name == "weekly"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(trial.InputError, match="UTF-8"):
        trial.load(str(path))


@pytest.mark.parametrize(("raw", "days"), [
    ("90 min", 0.0625), ("1.5 h", 0.0625), ("0.0625 day", 0.0625), ("{fact: label.us.infusion_first}", 0.0625),
])
def test_quantities_in_any_unit_against_days(raw: str, days: float) -> None:
    arm = trial.parse(changed(OWN, "first_infusion: 90 min", f"first_infusion: {raw}"), "mine.yaml").arms["weekly"]
    assert arm.first_infusion == pytest.approx(days, rel=1e-12)  # type: ignore[union-attr]


def test_replaced_facts_come_in_their_own_unit() -> None:
    text = changed(OWN, "setting:", "parameters: {tumour.efflux_half_life: 2 day}\nsetting:")
    assert trial.parse(text, "mine.yaml").overrides() == {"tumour.efflux_half_life": pytest.approx(48.0)}


def test_names_of_endpoints_against_the_summary(emilia: trial.TrialResult, katherine: trial.TrialResult) -> None:
    """A file may compare with exactly what a run will tell."""

    def paths(part: dict[str, Any], prefix: str = "") -> set[str]:
        return {
            path for key, value in part.items()
            for path in (paths(value, f"{prefix}{key}.") if isinstance(value, dict) else {prefix + key})
        }

    kinds: set[str] = set()
    for result in (emilia, katherine):
        definition = trial.load(result.trial)
        for name, arm in definition.arms.items():
            # What an arm cannot tell is None in its summary.
            told = {key: value for key, value in result.summary[name].items() if key != "n" and value is not None}
            assert set(endpoints(definition, name)) == paths(told), name
            kinds.add(arm.kind)
    assert kinds == {"t_dm1", "trastuzumab", "published"}
