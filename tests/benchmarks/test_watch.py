"""The regression watch sees what it should see: made-up changes, and the work of one cycle beside the baseline."""

from __future__ import annotations

import copy
import importlib.util
import math
import sys
from pathlib import Path
from types import ModuleType

import polars as pl
import pytest
import yaml

FOLDER = Path(__file__).parents[2] / "benchmarks"


@pytest.fixture(scope="module")
def watch() -> ModuleType:
    spec = importlib.util.spec_from_file_location("watch", FOLDER / "watch.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def known() -> dict[str, dict]:
    return yaml.safe_load((FOLDER / "baseline.yaml").read_text())


def test_baseline_against_itself_and_against_built_in_trials(watch: ModuleType, known: dict[str, dict]) -> None:
    from tdm1.trial import definition

    library = Path(definition.__file__).with_name("library")
    assert set(known["results"]) == set(watch.TRIALS) == {path.stem for path in library.glob("*.yaml")}
    assert (known["patients"], known["seed"]) == (watch.PATIENTS, watch.SEED)
    assert watch.differences(known["results"], copy.deepcopy(known["results"])) == []


@pytest.mark.parametrize(("share", "seen"), [(1e-5, True), (-1e-5, True), (1e-8, False), (math.nan, True)])
def test_changed_mean_against_its_line(watch: ModuleType, known: dict[str, dict], share: float, seen: bool) -> None:
    changed = copy.deepcopy(known["results"])
    changed["emilia"]["T-DM1"]["subjects"]["weight_kg"] *= 1.0 + share
    lines = watch.differences(known["results"], changed)
    assert len(lines) == seen
    assert not seen or "emilia > T-DM1 > subjects > weight_kg" in lines[0]


def test_changed_words_rows_and_columns_against_their_lines(watch: ModuleType, known: dict[str, dict]) -> None:
    changed = copy.deepcopy(known["results"])
    subjects = changed["katherine"]["T-DM1"]["subjects"]
    subjects["rows"] += 1
    del subjects["age_year"]
    changed["emilia"]["T-DM1"]["decisions"]["rule"] = "sha256 of something else"
    changed["marianne"]["one more arm"] = {}
    lines = "\n".join(watch.differences(known["results"], changed))
    assert lines.count("\n") == 3
    for words in ("subjects > rows", "'age_year' is in the baseline", "decisions > rule", "'one more arm' is in this"):
        assert words in lines


def test_table_figures_against_hand_count(watch: ModuleType) -> None:
    frame = pl.DataFrame({"a": [1.0, math.nan, 4.0], "b": [True, False, None], "c": ["x", None, "y"], "d": [None] * 3})
    found = watch.table_figures(frame.with_columns(pl.col("d").cast(pl.Float64)))
    words = found.pop("c")
    assert found == {"rows": 3, "a": 2.5, "a, known": 2, "b": 0.5, "b, known": 2, "d": "none", "d, known": 0}
    assert watch.table_figures(frame.reverse())["c"] != words, "the order of the rows counts"


@pytest.mark.parametrize(("steps", "time", "lines"), [
    (1.0, 1.0, 0), (1.01, 2.4, 0), (1.03, 1.0, 1), (0.97, 1.0, 1), (1.0, 2.6, 1), (1.0, 0.1, 0), (1.03, math.nan, 2),
])
def test_work_and_time_against_their_bounds(
    watch: ModuleType, known: dict[str, dict], steps: float, time: float, lines: int
) -> None:
    speed = known["speed"]
    factors = dict(zip(speed, (steps, time), strict=True))
    found = {name: value * factors[name] for name, value in speed.items()}
    assert len(watch.speed_differences(speed, found)) == lines


def test_steps_of_a_cycle_against_the_baseline(
    watch: ModuleType, known: dict[str, dict], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The work of the engine, which no other load on the machine changes."""
    monkeypatch.setattr(sys, "path", [str(FOLDER), *sys.path])
    advance, _ = watch.course()
    moved = advance()
    assert not moved.status.any()
    assert (moved.steps + moved.rejected).mean() == pytest.approx(known["speed"]["steps_a_cycle"], rel=0.02)
