"""Whole published tables: their rows, what is left out and why, and that a run can answer every one of them."""

from __future__ import annotations

import re

import numpy as np
import polars as pl
import pytest
from trial.files import EMILIA, OWN, changed

from tdm1 import evidence, trial
from tdm1.evidence.intervals import binomial_interval
from tdm1.trial.definition import TrialFile
from tdm1.trial.endpoints import RATIOS, endpoints
from tdm1.trial.published import PublishedTable

COLUMNS = {
    "lab_abnormalities": ("analyte", "labs", {"any_pct": "any_pct", "g3_pct": "g3_pct", "g4_pct": "g4_pct"}),
    "adverse_reactions": ("term", "adverse_events", {"any_pct": "any_pct", "g3plus_or_g3_pct": "g3plus_pct"}),
}


def _tables() -> list[tuple[str, PublishedTable]]:
    return [(name, table) for name in trial.builtin() for table in trial.load(name).published_tables]


@pytest.mark.parametrize(("name", "table"), _tables(), ids=lambda value: value if isinstance(value, str) else value.arm)
def test_rows_against_the_cells_of_the_table(name: str, table: PublishedTable) -> None:
    """Every cell that was printed with a number of patients is one row, but for the terms that are left out."""
    key, prefix, columns = COLUMNS[table.origin.table]
    frame = evidence.table(table.origin.table)
    for column, cell in table.origin.where.items():
        frame = frame.filter(pl.col(column).cast(pl.String) == cell)
    expected = {
        f"{prefix}.{cells[key]}.{endpoint}": cells[column]
        for cells in frame.iter_rows(named=True) if cells["n"] is not None and cells[key] not in table.left_out
        for column, endpoint in columns.items() if cells[column] is not None
    }
    rows = {row.endpoint: row for row in table.rows()}
    assert set(rows) == set(expected)
    assert len(rows) == len(table.rows())
    assert rows
    for endpoint, cell in expected.items():
        resolved = rows[endpoint].resolve()
        assert resolved.printed == str(cell)
        assert resolved.lower95 <= resolved.value <= resolved.upper95
        assert rows[endpoint].role == ("predicted" if endpoint in table.predicted else table.role)
        assert set(resolved.source.split(";")) <= set(evidence.sources()), "a row may have several sources"


@pytest.mark.parametrize(("name", "table"), _tables(), ids=lambda value: value if isinstance(value, str) else value.arm)
def test_everything_left_out_has_its_reason(name: str, table: PublishedTable) -> None:
    assert all(len(reason) > 15 for reason in table.left_out.values())


@pytest.mark.parametrize("name", trial.builtin())
def test_a_run_can_answer_every_published_row(name: str) -> None:
    definition = trial.load(name)
    for row in definition.rows():
        assert row.endpoint in endpoints(definition, row.arm), f"{row.arm}: {row.endpoint}"
        assert (" vs " in row.arm) == (row.endpoint in RATIOS)


def test_interval_of_a_cell_against_its_count() -> None:
    """43 % of 490 can be 209 to 213 patients: exact intervals of the fewest and the most."""
    mine = [table for name, table in _tables() if name == "emilia" and table.arm == "T-DM1"]
    rows = {row.endpoint: row for table in mine for row in table.rows()}
    row = rows["adverse_events.nausea.any_pct"]
    cells = row.origin.cells()  # type: ignore[union-attr]
    resolved = row.resolve()
    inside = binomial_interval(round(cells["any_pct"] * cells["n"] / 100.0), cells["n"])
    assert resolved.derived
    assert resolved.lower95 <= 100.0 * inside[0] + 1e-9
    assert resolved.upper95 >= 100.0 * inside[1] - 1e-9
    assert resolved.upper95 - resolved.lower95 < 100.0 * (inside[1] - inside[0]) + 0.5


TABLE = """\
published_tables:
  - arm: weekly
    from: {table: adverse_reactions, where: {trial: EMILIA, arm: T-DM1}}
    role: predicted
    left_out: LEFT
"""
LEFT = dict(next(table for name, table in _tables() if name == "emilia" and table.origin.table == "adverse_reactions"
                 and table.arm == "T-DM1").left_out)


def _own(left: dict[str, str], text: str = TABLE) -> TrialFile:
    written = "{" + ", ".join(f"{term}: {reason!r}" for term, reason in left.items()) + "}"
    return trial.parse(OWN + text.replace("LEFT", written), "mine.yaml")


def test_a_file_may_compare_with_a_whole_table() -> None:
    definition = _own(LEFT)
    assert len(definition.rows()) > 40
    assert {row.arm for row in definition.rows()} == {"weekly"}
    assert not any(f".{term}." in row.endpoint for row in definition.rows() for term in LEFT)


@pytest.mark.parametrize(("old", "new", "words"), [
    ("arm: weekly\n    from", "arm: weakly\n    from", "no arm is called 'weakly'; did you mean 'weekly'"),
    ("table: adverse_reactions", "table: adverse_reaction", "did you mean 'adverse_reactions'"),
    ("table: adverse_reactions", "table: exposure", "a whole table is compared for lab_abnormalities"),
    ("trial: EMILIA", "trial: EMILA", "no row fits"),
    ("trial: EMILIA", "study: EMILIA", "has no column 'study'"),
    ("role: predicted", "role: guessed", "'calibrated' or 'predicted'"),
    ("role: predicted", "role: calibrated\n    predicted: [adverse_events.nausia.any_pct]",
     "did you mean 'adverse_events.nausea.any_pct'"),
    ("left_out: LEFT", "left_out: {nausia: of no use here}", "no term is called 'nausia'; did you mean 'nausea'"),
])
def test_misspelt_tables_are_refused_with_the_nearest(old: str, new: str, words: str) -> None:
    with pytest.raises(trial.InputError, match=re.escape(words)) as refused:
        _own(LEFT, changed(TABLE, old, new))
    assert "\n" not in str(refused.value)
    assert str(refused.value).startswith("mine.yaml")


def test_a_term_that_no_run_tells_must_be_left_out() -> None:
    """Without its reason, a row that is no reaction of a person is refused by name."""
    assert LEFT
    fewer = dict(list(LEFT.items())[1:])
    term = next(iter(LEFT))
    known = {row.partition(".")[2].rpartition(".")[0] for row in endpoints(_own(LEFT), "weekly")}
    if term in known:
        assert any(f".{term}." in row.endpoint for row in _own(fewer).rows())
    else:
        with pytest.raises(trial.InputError, match=re.escape(term)):
            _own(fewer)


def test_two_arms_have_ratios_alone() -> None:
    definition = trial.load("katherine")
    assert endpoints(definition, "T-DM1 vs trastuzumab") == ["pfs_hr", "os_hr", "idfs_hr"]


def test_comparison_against_its_interval(emilia: trial.TrialResult) -> None:
    definition = trial.parse(EMILIA, "emilia")
    asked = [(row.arm, row.endpoint) for row in definition.rows()]
    assert [(row.arm, row.endpoint) for row in emilia.comparison] == asked
    assert len(definition.rows()) > len(definition.published) > 0, "whole tables are compared too"
    for row in emilia.comparison:
        assert row.lower95 <= row.published <= row.upper95, row.endpoint
        assert np.isfinite(row.simulated), row.endpoint
        assert row.within == (row.lower95 <= row.simulated <= row.upper95), row.endpoint
        assert row.role in ("calibrated", "predicted")
        assert row.source in evidence.sources()
