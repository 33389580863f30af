"""The register of ADaM variables: every column of every exported table, with its label, unit and our own name.

Variable names follow CDISC ADaM (at most eight capital letters and digits). Where ADaM has no name of its own
for one of our columns, the name is ours in the same style; the register says so by its label.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Variable:
    """One exported column.

    `ours` is the column of the trial's own table: several when arms differ, empty for columns made at export.
    """

    dataset: str
    name: str
    label: str
    unit: str
    ours: str


def _subject(name: str, label: str, unit: str, ours: str) -> Variable:
    return Variable("ADSL", name, label, unit, ours)


KEYS: tuple[tuple[str, str], ...] = (
    ("STUDYID", "study identifier: the name of the virtual trial"),
    ("USUBJID", "unique subject identifier: trial, arm number, patient number"),
    ("SUBJID", "patient number in the arm, from 0; the same number is the same person in every arm"),
    ("TRT01P", "planned treatment: the arm"),
)

SUBJECT: tuple[Variable, ...] = (
    _subject("AGE", "age", "year", "age_year"),
    _subject("WEIGHTBL", "body weight at baseline", "kg", "weight_kg"),
    _subject("ALBBL", "serum albumin at baseline", "g/L", "albumin_g_per_l"),
    _subject("ASTBL", "aspartate aminotransferase at baseline", "U/L", "ast_u_per_l"),
    _subject("ALTBL", "alanine aminotransferase at baseline", "U/L", "alt_u_per_l"),
    _subject("BILIBL", "total bilirubin at baseline", "xULN", "bilirubin_x_uln"),
    _subject("HER2BL", "HER2 shed antigen at baseline", "ng/mL", "her2_ecd_ng_per_ml"),
    _subject("SUMDIABL", "sum of target lesion diameters at baseline", "mm", "sum_of_diameters_mm"),
    _subject("NTLBL", "number of target lesions at baseline", "1", "n_target_lesions"),
    _subject("TRASTBL", "serum trastuzumab at baseline", "ug/mL", "baseline_trastuzumab_ug_per_ml"),
    _subject("PRLINES", "number of earlier lines of therapy", "1", "prior_lines"),
    _subject("ECOGBL", "ECOG performance status at baseline", "1", "ecog"),
    _subject("VISCFL", "visceral disease", "Y/N", "visceral"),
    _subject("ASIANFL", "Asian race", "Y/N", "asian"),
    _subject("LVEFBL", "left ventricular ejection fraction at baseline", "%", "lvef_pct"),
    _subject("PLATBL", "platelets at baseline", "10*9/L", "platelets_1e9_per_l"),
    _subject("NEUTBL", "absolute neutrophil count at baseline", "10*9/L", "neutrophils_1e9_per_l"),
    _subject("HGBBL", "haemoglobin at baseline", "g/dL", "haemoglobin_g_per_dl"),
    _subject("KBL", "serum potassium at baseline", "mmol/L", "potassium_mmol_per_l"),
    _subject("EARLYFL", "early breast cancer, treated after surgery", "Y/N", "early_disease"),
    _subject("CNSFL", "metastases in the central nervous system at baseline", "Y/N", "cns_metastases"),
    _subject("PANTHFL", "earlier treatment with an anthracycline", "Y/N", "prior_anthracycline"),
    _subject("HRFL", "oestrogen or progesterone receptor positive", "Y/N", "hormone_receptor_positive"),
    _subject("PPLATFL", "earlier treatment with a platinum", "Y/N", "prior_platinum"),
    _subject("NODEFL", "invasive disease in the nodes at surgery", "Y/N", "node_positive"),
    _subject("MEASFL", "measurable disease at baseline", "Y/N", "measurable"),
    _subject("BOR", "best overall response, RECIST 1.1", "code", "best_response"),
    _subject("BPCHG", "best change of the sum of diameters from baseline", "%", "best_change_pct"),
    _subject("DREDFL", "dose reduced at least once", "Y/N", "reduced"),
    _subject("DDELFL", "dose delayed at least once", "Y/N", "delayed"),
    _subject("DISCAEFL", "treatment stopped for an adverse event", "Y/N", "stopped_for_ae"),
    _subject("DCTREAS", "reason for the end of treatment", "text", "stop_reason"),
    _subject("WDRFL", "left treatment for another reason than an adverse event", "Y/N", "withdrew"),
    _subject("SWTFL", "went on to trastuzumab", "Y/N", "switched"),
    _subject("COMPLFL", "completed all planned doses of the arm's own drug", "Y/N", "completed"),
    _subject("SAEFL", "at least one serious adverse event", "Y/N", "serious_ae"),
    _subject("RECSITE", "site of the recurrence: cns, distant or local; empty without one", "code", "recurrence_site"),
    _subject("NCYCLE", "number of doses of the arm's own drug", "1", "cycles"),
    _subject("RDI", "relative dose intensity", "%", "relative_dose_intensity_pct"),
    _subject("TRTMON", "time on treatment", "month", "treatment_month"),
    _subject("FUMON", "time in the study", "month", "follow_up_month"),
    _subject("RSPMON", "time of the first response", "month", "response_month"),
    _subject("SOLVST", "status of the solver for this patient", "code", "solve_status"),
    _subject("WGRPLAT", "worst grade of platelets decreased", "grade", "grade_platelets, grade_platelets_decreased"),
    _subject("WGRALT", "worst grade of ALT increased", "grade", "grade_alt, grade_alt_increased"),
    _subject("WGRAST", "worst grade of AST increased", "grade", "grade_ast, grade_ast_increased"),
    _subject("WGRBILI", "worst grade of bilirubin increased", "grade", "grade_bilirubin, grade_bilirubin_increased"),
    _subject(
        "WGRNEUT", "worst grade of neutrophils decreased", "grade", "grade_neutrophils, grade_neutrophils_decreased"
    ),
    _subject(
        "WGRHGB", "worst grade of haemoglobin decreased", "grade", "grade_haemoglobin, grade_hemoglobin_decreased"
    ),
    _subject("WGRK", "worst grade of potassium decreased", "grade", "grade_potassium, grade_potassium_decreased"),
    _subject("WGRLVEF", "worst grade of ejection fraction decreased", "grade", "grade_lvef"),
)

#: PARAM of each survival, by PARAMCD.
SURVIVALS = {
    "PFS": "Progression-Free Survival", "IDFS": "Invasive Disease-Free Survival", "OS": "Overall Survival",
}
#: Columns of the subjects that go to ADTTE instead.
SURVIVAL = tuple(f"{code.lower()}_{part}" for code in SURVIVALS for part in ("month", "event"))
#: Columns of the subjects with the worst grade of an adverse event, which go to ADAE instead.
ADVERSE_EVENT = "ae_"

#: PARAMCD and PARAM of each laboratory analyte.
LAB_PARAMETERS: dict[str, tuple[str, str]] = {
    "platelets": ("PLAT", "Platelets"),
    "alt": ("ALT", "Alanine Aminotransferase"),
    "ast": ("AST", "Aspartate Aminotransferase"),
    "bilirubin": ("BILI", "Bilirubin"),
    "neutrophils": ("NEUT", "Neutrophils"),
    "haemoglobin": ("HGB", "Haemoglobin"),
    "potassium": ("K", "Potassium"),
    "lvef": ("LVEF", "Left Ventricular Ejection Fraction"),
}

#: PARAMCD, PARAM and unit of each exposure column.
EXPOSURE_PARAMETERS: dict[str, tuple[str, str, str]] = {
    "auc_ug_day_per_ml": ("AUCTAU", "AUC of the T-DM1 conjugate over one cycle", "ug*day/mL"),
    "cmax_ug_per_ml": ("CMAX", "Cmax of the T-DM1 conjugate in one cycle", "ug/mL"),
    "trough_ug_per_ml": ("CTROUGH", "Concentration of the T-DM1 conjugate at the end of one cycle", "ug/mL"),
}

_BASIC = (
    ("PARAMCD", "parameter code", "code", ""),
    ("PARAM", "parameter", "text", ""),
    ("AVAL", "analysis value", "AVALU", "value"),
    ("AVALU", "unit of the analysis value", "text", "unit"),
)
_TIME = (
    ("ADY", "study day, whole; the day of the first dose is 1", "day", ""),
    ("ARELTM", "time since the first dose", "day", "time_day"),
)


def _with(dataset: str, rows: tuple[tuple[str, str, str, str], ...]) -> tuple[Variable, ...]:
    return tuple(Variable(dataset, *row) for row in rows)


OTHERS: tuple[Variable, ...] = (
    *_with(
        "ADTTE",
        (
            ("PARAMCD", "PFS, IDFS or OS", "code", ""),
            ("PARAM", "parameter", "text", ""),
            ("AVAL", "time from the first dose to event or censoring", "month", "pfs_month, idfs_month, os_month"),
            ("AVALU", "unit of the analysis value", "text", ""),
            ("CNSR", "0: event, 1: censored", "1", "pfs_event, idfs_event, os_event"),
        ),
    ),
    *_with("ADLB", (*_BASIC, *_TIME, ("ATOXGR", "toxicity grade by the trial's CTCAE version", "grade", "grade"))),
    *_with("ADTR", (*_BASIC, *_TIME, ("PCHG", "change from baseline", "%", "change_pct"))),
    *_with(
        "ADEX",
        (
            *_BASIC,
            *_TIME,
            ("EXTRT", "drug", "text", "drug"),
            ("AVISITN", "cycle number, from 1; both drugs are counted together", "1", "cycle"),
            ("DOSELVL", "dose level", "mg/kg", "level_mg_per_kg"),
            ("WEIGHT", "weight the dose was made for", "kg", "weight_kg"),
            ("INFDUR", "duration of the infusion", "day", "infusion_day"),
        ),
    ),
    *_with(
        "ADAE",
        (
            ("AESEQ", "number of the event in its patient, from 1", "1", ""),
            ("AEDECOD", "adverse event: our own term, as in the published tables", "code", "term"),
            ("AETERM", "the event in plain words", "text", ""),
            ("AEBODSYS", "part of the body; not a MedDRA system organ class", "text", ""),
            ("AETOXGR", "worst grade of the event; of a published arm 1 is 1 or 2, 3 is 3 or more", "grade", "grade"),
            ("AESER", "serious; null where the arm does not tell", "Y/N", "serious"),
            ("ASTDY", "study day of the start; null in a published arm, which has no days", "day", "start_day"),
            ("AENDY", "study day of the end; null while it goes on", "day", "end_day"),
            ("ADURN", "duration; null while it goes on", "day", ""),
            ("AEENRF", "ONGOING where the event had not ended", "text", ""),
        ),
    ),
    *_with("ADPP", (*_BASIC, ("AVISITN", "cycle number, from 1", "1", "cycle"))),
)
