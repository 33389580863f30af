"""Why doses were held, reduced and stopped: decisions counted by rule."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tdm1.report import rules

if TYPE_CHECKING:
    import polars as pl

ACTIONS = ("hold", "reduce", "stop")


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason for a changed dose: decisions and patients by action, and the rule in words."""

    rule: str
    words: str
    decisions: dict[str, int]
    patients: dict[str, int]

    @property
    def most(self) -> int:
        """The largest number of patients of any action."""
        return max(self.patients.values())


def reasons(decisions: pl.DataFrame | pl.LazyFrame, setting: str = "", region: str = "") -> list[Reason]:
    """The reasons in a decision table, those that touched most patients first; doses given are left out.

    Rules are told in the words of the label of `setting` and `region`; without them, of the first that has them.
    """
    import polars as pl

    changed = decisions.lazy().filter(pl.col("action").cast(pl.String).is_in(list(ACTIONS)))
    told = changed.group_by("rule", "action").agg(decisions=pl.len(), patients=pl.col("patient").n_unique())
    counted = told.collect()
    found: list[Reason] = []
    for (rule,), part in counted.sort("rule", "action").group_by(["rule"], maintain_order=True):
        rows = {row["action"]: row for row in part.iter_rows(named=True)}
        found.append(
            Reason(
                rule=str(rule),
                words=rules.reason(str(rule), setting, region),
                decisions={action: int(rows[action]["decisions"]) for action in ACTIONS if action in rows},
                patients={action: int(rows[action]["patients"]) for action in ACTIONS if action in rows},
            )
        )
    return sorted(found, key=lambda reason: (-reason.most, reason.rule))
