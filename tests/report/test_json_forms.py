"""The JSON forms against the form that is fixed for users."""

from __future__ import annotations

import json
from types import SimpleNamespace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from report.synthetic import trial_result

from tdm1.report import as_json
from tdm1.trial.result import TrialResult

ARM_KEYS = {
    "n",
    "orr_pct",
    "pfs_median_month",
    "pfs_pct",
    "os_median_month",
    "idfs_pct",
    "labs",
    "adverse_events",
    "dose_reduced_pct",
    "dose_delayed_pct",
    "stopped_for_ae_pct",
    "relative_dose_intensity_median_pct",
    "cycles_median",
}


def test_trial_keys_against_the_fixed_form(result: TrialResult) -> None:
    document = as_json.trial_json(result)
    assert list(document) == ["trial", "seed", "patients", "seconds", "failed_solves", "arms", "comparison"]
    assert set(document["arms"]) == {"T-DM1", "lapatinib+capecitabine"}
    assert set(document["arms"]["T-DM1"]) == ARM_KEYS
    for row in document["comparison"]:
        assert list(row) == ["arm", "endpoint", "published", "lower95", "upper95", "simulated", "within", "role"]
        assert row["role"] in ("calibrated", "predicted") and isinstance(row["within"], bool)


def test_a_median_that_is_not_reached_is_null_against_strict_json(result: TrialResult) -> None:
    text = json.dumps(as_json.trial_json(result), allow_nan=False)
    assert json.loads(text)["arms"]["T-DM1"]["os_median_month"] is None


def test_numpy_numbers_become_plain_against_strict_json() -> None:
    made = trial_result(10, seed=int(np.int64(3)), failed_solves=np.int64(2), seconds=np.float64(1.5))
    document = json.loads(json.dumps(as_json.trial_json(made), allow_nan=False))
    assert (document["failed_solves"], document["seconds"], document["seed"]) == (2, 1.5, 3)


def test_simulation_keys_against_the_fixed_form() -> None:
    values = {"conjugate": np.array([1.0, np.nan])}
    made = SimpleNamespace(
        time_day=np.array([0.0, 1.0]),
        unit={"conjugate": "ug/mL"},
        median=values,
        p05=values,
        p95=values,
        failed_solves=0,
    )
    document = json.loads(json.dumps(as_json.simulation_json(made), allow_nan=False))
    assert list(document) == ["time_day", "unit", "median", "p05", "p95"]
    assert document["median"] == {"conjugate": [1.0, None]}
    assert document["unit"] == {"conjugate": "ug/mL"}


@given(
    st.recursive(
        st.floats() | st.integers() | st.text() | st.booleans() | st.none(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )
)
def test_plain_always_serialises_against_strict_json(value: object) -> None:
    json.dumps(as_json.plain(value), allow_nan=False)
