"""The register of what is asked about a person: name, unit, words, kind and the values that make sense."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf
from typing import Literal

from tdm1 import evidence

Kind = Literal["number", "whole", "yes_no", "category"]


@dataclass(frozen=True, slots=True)
class PersonVariable:
    """One thing that may be known about a person.

    `number` and `whole` are measured in `unit`, from `lowest` (excluded where `above` is True) to `highest`; a
    `highest` that is a text names the fact that holds it. `yes_no` is answered by yes (1) or no (0). A `category`
    is one of `categories`; in an array it is the place of the word in that list, counted from 0.
    """

    name: str
    unit: str
    words: str
    kind: Kind = "number"
    lowest: float = 0.0
    highest: float | str = inf
    above: bool = False
    categories: tuple[str, ...] = ()

    def top(self) -> float:
        """The largest value that is taken as real, in `unit`."""
        if not isinstance(self.highest, str):
            return self.highest
        limit = evidence.fact(self.highest)
        if limit.unit == "xULN" and self.name in UPPER_LIMITS:
            return limit.value * evidence.value(UPPER_LIMITS[self.name], self.unit)
        return limit.value


#: Fact with the upper limit of normal of each variable that is measured in absolute units.
UPPER_LIMITS: dict[str, str] = {"alt_u_per_l": "laboratory.uln_alt", "ast_u_per_l": "laboratory.uln_ast"}


def _asked(name: str, words: str) -> PersonVariable:
    return PersonVariable(name, "1", words, "yes_no", 0.0, 1.0)


_ALL = (
    PersonVariable("age_year", "year", "age", highest=120.0, above=True),
    PersonVariable("weight_kg", "kg", "body weight", highest="limits.weight", above=True),
    PersonVariable("albumin_g_per_l", "g/L", "serum albumin", above=True),
    PersonVariable("ast_u_per_l", "U/L", "aspartate aminotransferase", highest="limits.transaminases"),
    PersonVariable("alt_u_per_l", "U/L", "alanine aminotransferase", highest="limits.transaminases"),
    PersonVariable("bilirubin_x_uln", "xULN", "total bilirubin", highest="limits.bilirubin"),
    PersonVariable("her2_ecd_ng_per_ml", "ng/mL", "shed HER2 extracellular domain in serum"),
    PersonVariable("sum_of_diameters_mm", "mm", "sum of the longest diameters of the lesions followed"),
    PersonVariable("baseline_trastuzumab_ug_per_ml", "ug/mL", "trastuzumab left from earlier treatment"),
    PersonVariable("platelets_1e9_per_l", "10*9/L", "platelet count", highest="limits.platelets"),
    PersonVariable("neutrophils_1e9_per_l", "10*9/L", "absolute neutrophil count"),
    PersonVariable("haemoglobin_g_per_dl", "g/dL", "haemoglobin"),
    PersonVariable("potassium_mmol_per_l", "mmol/L", "serum potassium"),
    PersonVariable("alkaline_phosphatase_x_uln", "xULN", "alkaline phosphatase"),
    PersonVariable("lvef_pct", "%", "left ventricular ejection fraction", highest="limits.lvef"),
    PersonVariable("troponin_i_ng_per_ml", "ng/mL", "cardiac troponin I"),
    PersonVariable("n_target_lesions", "1", "lesions followed", "whole"),
    PersonVariable("prior_lines", "1", "earlier chemotherapy lines for advanced disease", "whole"),
    PersonVariable("prior_her2_lines", "1", "earlier HER2-directed lines for metastatic disease", "whole"),
    PersonVariable("ecog", "1", "ECOG performance status", "whole", highest=5.0),
    PersonVariable("neuropathy_grade", "1", "CTCAE grade of peripheral neuropathy", "whole", highest=5.0),
    PersonVariable("her2_ihc", "1", "HER2 immunohistochemistry score", "whole", highest=3.0),
    PersonVariable("her2_ish_ratio", "1", "HER2 to CEP17 ratio by in situ hybridisation"),
    PersonVariable("prior_doxorubicin_mg_per_m2", "mg/m2", "doxorubicin given in all"),
    PersonVariable("treatment_break_beyond_cycle_week", "week",
                   "longest break in T-DM1 treatment, beyond the length of a cycle; 0 before the first dose"),
    PersonVariable("disease_stage", "1", "stage of the cancer now: early (operable or operated), locally advanced and "
                   "not resectable, or metastatic", "category", categories=("early", "locally_advanced", "metastatic")),
    _asked("early_disease", "early breast cancer, treated after surgery"),
    _asked("visceral", "visceral disease"),
    _asked("asian", "Asian by the trial's own record"),
    _asked("measurable", "measurable disease"),
    _asked("cns_metastases", "metastases in the central nervous system"),
    _asked("active_cns_metastases", "untreated, symptomatic or only just treated brain metastases"),
    _asked("symptomatic_cns_metastases", "brain metastases that cause symptoms"),
    _asked("cns_only_disease", "disease in the central nervous system alone"),
    _asked("hormone_receptor_positive", "oestrogen or progesterone receptor positive"),
    _asked("node_positive", "invasive disease in the nodes at surgery after neoadjuvant treatment"),
    _asked("her2_positive", "HER2-positive, as the laboratory reports it by the test that the region asks for"),
    _asked("prior_taxane", "earlier treatment with a taxane, at any stage of the disease"),
    _asked("prior_trastuzumab", "earlier treatment with trastuzumab, at any stage of the disease"),
    _asked("prior_capecitabine", "earlier treatment with capecitabine"),
    _asked("prior_lapatinib", "earlier treatment with lapatinib"),
    _asked("prior_pertuzumab", "earlier treatment with pertuzumab"),
    _asked("prior_anthracycline", "earlier treatment with an anthracycline"),
    _asked("prior_platinum", "earlier treatment with a platinum"),
    _asked("prior_chemotherapy", "earlier chemotherapy"),
    _asked("prior_her2_therapy", "earlier HER2-directed treatment"),
    _asked("taxane_or_vinca_within_6_months", "a taxane or vinca alkaloid within the last 6 months"),
    _asked("neoadjuvant_or_adjuvant_chemotherapy_within_6_months",
           "chemotherapy before or after surgery within the last 6 months"),
    _asked("cancer_therapy_within_2_weeks", "any treatment of the cancer within the last 2 weeks"),
    _asked("prior_t_dm1", "earlier treatment with T-DM1"),
    _asked("prior_therapy_for_advanced_disease",
           "earlier systemic treatment for locally advanced or metastatic disease"),
    _asked("prior_therapy_for_metastatic_disease", "earlier systemic treatment for metastatic disease"),
    _asked("recurrence_during_or_within_6_months_of_adjuvant",
           "the cancer came back during adjuvant treatment or within 6 months of its end"),
    _asked("progressed_on_her2_therapy", "progression on HER2-directed treatment"),
    _asked("progressed_on_last_or_within_6_months_of_adjuvant",
           "progression on the last treatment, or within 6 months of adjuvant treatment"),
    _asked("neoadjuvant_taxane", "taxane before surgery"),
    _asked("neoadjuvant_trastuzumab", "trastuzumab before surgery"),
    _asked("neoadjuvant_other_her2_therapy", "HER2-directed treatment other than trastuzumab before surgery"),
    _asked("residual_invasive_disease", "invasive cancer found at surgery in the breast or the lymph nodes"),
    _asked("clear_margins_or_mastectomy", "the cancer was removed with clear margins, or the breast was removed"),
    _asked("symptomatic_heart_failure", "symptomatic congestive heart failure, now"),
    _asked("nyha_ii_to_iv", "heart failure of NYHA class II to IV"),
    _asked("heart_trouble_on_trastuzumab",
           "LVEF under 40 %, or congestive heart failure, during earlier trastuzumab"),
    _asked("significant_cardiac_disease", "significant cardiac disease"),
    _asked("myocardial_infarction_within_6_months", "myocardial infarction within 6 months"),
    _asked("lung_disease", "disease of the lungs, now or earlier: inflamed or scarred lungs above all"),
    _asked("trastuzumab_stopped_for_reaction",
           "earlier trastuzumab stopped for good because of an infusion reaction or hypersensitivity"),
    _asked("hypersensitivity_to_t_dm1", "hypersensitivity to T-DM1 or one of its excipients"),
    _asked("dyspnoea_at_rest", "breathlessness at rest from advanced cancer or another disease"),
    _asked("pregnant", "pregnant"),
    _asked("breastfeeding", "breastfeeding"),
)

#: Every variable by name.
VARIABLES: dict[str, PersonVariable] = {variable.name: variable for variable in _ALL}
