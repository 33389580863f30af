"""What a rule may speak of: laboratory values, signs and events, with unit, wording and which way is worse."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Literal


class OtherEvent(IntEnum):
    """What an adverse event outside of the label's tables asks for, as the protocol or the team says."""

    NONE = 0
    HOLD = 1
    REDUCE = 2
    HOLD_THEN_REDUCE = 3
    STOP = 4


@dataclass(frozen=True, slots=True)
class Lab:
    """One measured finding: its name in a rule, its array in `Findings`, its words, its unit, its bad end.

    `limit` names the fact with the largest value taken as real; `whole` marks grades.
    """

    name: str
    column: str
    words: str
    unit: str
    worse: Literal["higher", "lower"]
    limit: str = ""
    limit_unit: str = ""
    whole: bool = False


#: The labs of a rule, by name.
LABS: dict[str, Lab] = {
    lab.name: lab
    for lab in (
        Lab("platelets", "platelets", "platelets", "× 10⁹/L", "lower", "limits.platelets", "10*9/L"),
        Lab("alt", "alt_x_uln", "ALT", "× ULN", "higher", "limits.transaminases", "xULN"),
        Lab("ast", "ast_x_uln", "AST", "× ULN", "higher", "limits.transaminases", "xULN"),
        Lab("bilirubin", "bilirubin_x_uln", "total bilirubin", "× ULN", "higher", "limits.bilirubin", "xULN"),
        Lab("lvef", "lvef", "LVEF", "%", "lower", "limits.lvef", "%"),
        Lab("neuropathy_grade", "neuropathy_grade", "peripheral neuropathy, grade", "", "higher", whole=True),
        Lab("haemorrhage_grade", "haemorrhage_grade", "haemorrhage, grade", "", "higher", whole=True),
        Lab("heart_failure_grade", "heart_failure_grade", "heart failure, grade", "", "higher", whole=True),
        Lab("lv_dysfunction_grade", "lv_dysfunction_grade", "left ventricular systolic dysfunction, grade", "",
            "higher", whole=True),
        Lab("radiation_pneumonitis_grade", "radiation_pneumonitis_grade", "radiation pneumonitis, grade", "",
            "higher", whole=True),
        Lab("infusion_reaction_grade", "infusion_reaction_grade", "infusion-related reaction, grade", "",
            "higher", whole=True),
    )
}

#: Clinical signs that are there or not, with their words.
SIGNS: dict[str, str] = {
    "nodular_regenerative_hyperplasia": "nodular regenerative hyperplasia of the liver",
    "symptomatic_heart_failure": "symptomatic congestive heart failure",
    "pneumonitis": "interstitial lung disease or pneumonitis",
}

#: The labs that the label asks for before every dose.
BEFORE_EVERY_DOSE: tuple[str, ...] = ("platelets", "alt", "ast", "bilirubin")

#: CTCAE grades run from 0 (none) to 5 (death).
HIGHEST_GRADE = 5
