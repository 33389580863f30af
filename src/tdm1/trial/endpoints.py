"""What an arm's summary can tell, by name: the endpoints that a published result may be compared with."""

from __future__ import annotations

from tdm1.symptoms import catalogue
from tdm1.trial.arms import TDM1Arm
from tdm1.trial.clinic import ABNORMALITIES
from tdm1.trial.definition import PublishedArm, TrialFile

#: Months at which progression-free survival is reported.
PFS_MONTHS = (6, 12)
#: Months at which invasive disease-free survival is reported, and overall survival after surgery.
IDFS_MONTHS = (36, 84)
_WITH_TUMOUR = (
    "orr_pct", "dor_median_month", "pfs_median_month", *(f"pfs_pct.{month}" for month in PFS_MONTHS), "pfs_event_pct",
)
_AFTER_SURGERY = (
    *(f"idfs_pct.{month}" for month in IDFS_MONTHS), *(f"os_pct.{month}" for month in IDFS_MONTHS), "idfs_event_pct",
    "distant_recurrence_pct", "cns_recurrence_pct",
)
_OF_TREATMENT = (
    "dose_reduced_pct", "dose_delayed_pct", "stopped_for_ae_pct", "switched_pct", "completed_pct",
    "relative_dose_intensity_median_pct", "cycles_median", "treatment_median_month",
)
_GRADES = ("any_pct", "g3_pct", "g4_pct")
_EVENT_GRADES = ("any_pct", "g3plus_pct")
#: Ratios of two arms, by the survival that they compare.
RATIOS = {"pfs_hr": "pfs", "os_hr": "os", "idfs_hr": "idfs"}


def event_terms(setting: str) -> list[str]:
    """Adverse events that a simulated arm of a setting can tell of, under every name that a table uses for them."""
    known = catalogue()
    own = [term.name for term in known.symptoms if setting in term.settings]
    single = [*own, *(term.name for term in (*known.reported, *known.overlaps))]
    return [*single, *(name for group in known.groups for name in (group.name, *group.also))]


def _grades_of(term: str) -> tuple[str, ...]:
    """What can be told of a term: a serious event has no grade of its own, it is there or not."""
    serious = any(group.serious and term in (group.name, *group.also) for group in catalogue().groups)
    return _EVENT_GRADES[:1] if serious else _EVENT_GRADES


def endpoints(trial: TrialFile, name: str) -> list[str]:
    """Names of the endpoints that the arm called `name` will have, as paths into its summary; ratios for two arms."""
    if " vs " in name:
        return list(RATIOS)
    arm = trial.arms[name]
    outcome = list(_WITH_TUMOUR if trial.model == "t_dm1" else _AFTER_SURGERY)
    if isinstance(arm, PublishedArm):
        labs, terms, treatment = list(arm.labs), list(arm.event_grades()), []
        survival = [] if arm.os is None else ["os_median_month"]
    else:
        labs, terms, survival = list(ABNORMALITIES.values()), event_terms(trial.setting), ["os_median_month"]
        left_out = {"completed_pct"} if not isinstance(arm.cycles, int) else set[str]()
        if not isinstance(arm, TDM1Arm):
            left_out |= {"dose_reduced_pct", "switched_pct"}
        treatment = [endpoint for endpoint in _OF_TREATMENT if endpoint not in left_out]
    graded = [f"labs.{analyte}.{grade}" for analyte in labs for grade in _GRADES]
    events = [f"adverse_events.{term}.{grade}" for term in terms for grade in _grades_of(term)]
    return [*outcome, *survival, *graded, *events, *treatment]
