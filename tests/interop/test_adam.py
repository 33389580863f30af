"""ADaM tables against the trial's own frames and the register of variables."""

from __future__ import annotations

from dataclasses import replace

import polars as pl
import pytest
from report.synthetic import after_surgery, trial_result

from tdm1.interop import adam
from tdm1.trial.result import TrialResult

KEYS = ["STUDYID", "USUBJID", "SUBJID", "TRT01P"]


@pytest.fixture(scope="module")
def result() -> TrialResult:
    return trial_result(30)


@pytest.fixture(scope="module")
def tables(result: TrialResult) -> dict[str, pl.DataFrame]:
    return adam.tables(result.trial, result.arms)


def test_columns_against_the_adam_names(tables: dict[str, pl.DataFrame]) -> None:
    assert tables["ADTTE"].columns == [*KEYS, "PARAMCD", "PARAM", "AVAL", "AVALU", "CNSR"]
    assert tables["ADLB"].columns == [*KEYS, "PARAMCD", "PARAM", "AVAL", "AVALU", "ADY", "ARELTM", "ATOXGR"]
    assert tables["ADTR"].columns == [*KEYS, "PARAMCD", "PARAM", "AVAL", "AVALU", "ADY", "ARELTM", "PCHG"]
    assert tables["ADEX"].columns == [
        *KEYS,
        "PARAMCD",
        "PARAM",
        "AVAL",
        "AVALU",
        "ADY",
        "ARELTM",
        "EXTRT",
        "AVISITN",
        "DOSELVL",
        "WEIGHT",
        "INFDUR",
    ]
    assert tables["ADPP"].columns == [*KEYS, "PARAMCD", "PARAM", "AVAL", "AVALU", "AVISITN"]
    assert tables["ADAE"].columns == [
        *KEYS, "AESEQ", "AEDECOD", "AETERM", "AEBODSYS", "AETOXGR", "AESER", "ASTDY", "AENDY", "ADURN", "AEENRF",
    ]
    assert {*KEYS, "AGE", "WEIGHTBL", "MEASFL", "BOR", "DREDFL", "RDI"} <= set(tables["ADSL"].columns)


def test_every_column_is_in_the_register_with_label_and_unit(tables: dict[str, pl.DataFrame]) -> None:
    register = adam.variables()
    assert register.null_count().sum_horizontal().item() == 0
    assert all(register["label"].str.len_chars() > 2)
    for name, table in tables.items():
        known = set(register.filter(pl.col("dataset") == name)["variable"])
        assert set(table.columns) <= known
    assert all(len(name) <= 8 and name.isupper() for name in register["variable"])
    assert not register.select("dataset", "variable").is_duplicated().any()


def test_subjects_are_unique_over_the_arms(tables: dict[str, pl.DataFrame]) -> None:
    subjects = tables["ADSL"]
    assert len(subjects) == 60 and subjects["USUBJID"].n_unique() == 60
    assert subjects["USUBJID"][0] == "madeup-1-000000"
    for table in tables.values():
        assert set(table["USUBJID"]) <= set(subjects["USUBJID"])


def test_censoring_is_the_opposite_of_the_event(result: TrialResult, tables: dict[str, pl.DataFrame]) -> None:
    own = result.arms["T-DM1"].subjects
    pfs = tables["ADTTE"].filter((pl.col("TRT01P") == "T-DM1") & (pl.col("PARAMCD") == "PFS"))
    assert [1 - value for value in pfs["CNSR"]] == [int(event) for event in own["pfs_event"]]
    assert pfs["AVAL"].to_list() == own["pfs_month"].to_list() and set(pfs["AVALU"]) == {"MONTHS"}


def test_study_day_has_no_day_0(tables: dict[str, pl.DataFrame]) -> None:
    labs = tables["ADLB"]
    assert labs.filter(pl.col("ARELTM") == 0)["ADY"].unique().to_list() == [1]
    assert labs.filter(pl.col("ARELTM") == 21)["ADY"].unique().to_list() == [22]
    before = adam.laboratory(
        "x",
        1,
        "a",
        pl.DataFrame(
            {"patient": [0], "time_day": [-1.0], "analyte": ["alt"], "value": [20.0], "unit": ["U/L"], "grade": [0]}
        ),
    )
    assert before["ADY"].to_list() == [-1]


def test_milligrams_are_conserved(result: TrialResult, tables: dict[str, pl.DataFrame]) -> None:
    doses = result.arms["T-DM1"].doses
    assert doses is not None
    assert tables["ADEX"]["AVAL"].sum() == pytest.approx(doses["dose_mg"].sum(), rel=1e-12)


def test_exposure_has_its_units(tables: dict[str, pl.DataFrame]) -> None:
    units = dict(tables["ADPP"].select("PARAMCD", "AVALU").unique().iter_rows())
    assert units == {"AUCTAU": "ug*day/mL", "CMAX": "ug/mL", "CTROUGH": "ug/mL"}


def test_flags_are_y_and_n(tables: dict[str, pl.DataFrame]) -> None:
    assert set(tables["ADSL"]["MEASFL"]) == {"Y", "N"}
    control = tables["ADSL"].filter(pl.col("TRT01P") == "lapatinib+capecitabine")
    assert control["DREDFL"].is_null().all()


def test_an_unknown_subject_column_is_kept_under_its_own_name(result: TrialResult) -> None:
    arm = result.arms["T-DM1"]
    more = replace(arm, subjects=arm.subjects.with_columns(new_thing=pl.lit(1.0)))
    assert "NEW_THING" in adam.tables("x", {"T-DM1": more})["ADSL"].columns


def test_an_unknown_analyte_is_refused_by_name() -> None:
    labs = pl.DataFrame(
        {"patient": [0], "time_day": [0.0], "analyte": ["sodium"], "value": [140.0], "unit": ["mmol/L"], "grade": [0]}
    )
    with pytest.raises(adam.AdamError, match="sodium"):
        adam.laboratory("x", 1, "a", labs)


def test_events_against_the_episodes(result: TrialResult, tables: dict[str, pl.DataFrame]) -> None:
    """Every episode once, numbered in its patient; study days without a day 0; the end of one that goes on is open."""
    arm = result.arms["T-DM1"]
    own = tables["ADAE"].filter(pl.col("TRT01P") == "T-DM1")
    assert arm.adverse_events is not None
    assert len(own) == len(arm.adverse_events) > 20
    assert set(own["ASTDY"]) == {4}
    ended = own.filter(pl.col("AEENRF") == "")
    assert set(ended["AENDY"]) == {10} and set(ended["ADURN"]) == {6.5}
    ongoing = own.filter(pl.col("AEENRF") == "ONGOING")
    assert ongoing["AENDY"].is_null().all() and ongoing["ADURN"].is_null().all()
    assert len(ongoing) + len(ended) == len(own)
    assert set(ongoing["SUBJID"] % 2) == {0}
    assert own["AESER"].to_list() == ["Y" if grade >= 3 else "N" for grade in own["AETOXGR"]]
    for _, part in own.group_by("USUBJID"):
        assert sorted(part["AESEQ"]) == list(range(1, len(part) + 1))
    assert dict(own.select("AEDECOD", "AETERM").unique().iter_rows())["nausea"] == "feeling sick"


def test_worst_grades_of_every_arm_against_its_events(result: TrialResult, tables: dict[str, pl.DataFrame]) -> None:
    """An arm drawn from published results tells its worst grades without days; nothing is in ADSL twice."""
    for name, arm in result.arms.items():
        rows = tables["ADAE"].filter(pl.col("TRT01P") == name)
        for column in (column for column in arm.subjects.columns if column.startswith("ae_")):
            of_term = rows.filter(pl.col("AEDECOD") == column.removeprefix("ae_"))
            worst = of_term.group_by("SUBJID").agg(pl.col("AETOXGR").max())
            joined = arm.subjects.join(worst, left_on=pl.col("patient").cast(pl.Int64), right_on="SUBJID", how="left")
            assert joined["AETOXGR"].fill_null(0).to_list() == joined[column].cast(pl.Int64).to_list()
            assert worst.height > 0
    control = tables["ADAE"].filter(pl.col("TRT01P") != "T-DM1")
    assert control["ASTDY"].is_null().all() and control["AESER"].is_null().all() and control["AEENRF"].is_null().all()
    assert not any(column.startswith("AE_") for column in tables["ADSL"].columns)


def test_a_trial_after_surgery_has_idfs_and_no_tumour() -> None:
    made = after_surgery(30)
    found = adam.tables(made.trial, made.arms)
    assert set(found["ADTTE"]["PARAMCD"]) == {"IDFS", "OS"}
    assert "ADTR" not in found
    register = adam.variables()
    for name, table in found.items():
        assert set(table.columns) <= set(register.filter(pl.col("dataset") == name)["variable"]), name
    assert not {"BOR", "BPCHG", "MEASFL", "SUMDIABL"} & set(found["ADSL"].columns)
    assert {"RECSITE", "SWTFL", "COMPLFL"} <= set(found["ADSL"].columns)
    drugs = dict(found["ADEX"].select("TRT01P", "EXTRT").unique().iter_rows())
    assert drugs == {"T-DM1": "T-DM1", "trastuzumab": "trastuzumab"}
    own = made.arms["trastuzumab"].subjects
    rows = found["ADTTE"].filter((pl.col("TRT01P") == "trastuzumab") & (pl.col("PARAMCD") == "IDFS"))
    assert rows["AVAL"].to_list() == own["idfs_month"].to_list()
    assert [1 - value for value in rows["CNSR"]] == [int(event) for event in own["idfs_event"]]
