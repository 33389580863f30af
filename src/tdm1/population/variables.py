"""The baseline covariates of a virtual patient: name, unit, meaning and the range that makes sense."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf
from typing import Literal


@dataclass(frozen=True, slots=True)
class Variable:
    """One baseline covariate. `lowest` is excluded where `above` is True; `highest` is included.

    `optional` is True for a covariate that some populations do not have, such as the size of a tumour
    that was removed; a baseline may leave it out or set it to null, and a sample then has no such column.
    """

    name: str
    unit: str
    meaning: str
    kind: Literal["number", "whole", "yes_no"]
    lowest: float
    highest: float
    above: bool = False
    optional: bool = False


_ALL = (
    Variable("age_year", "year", "age at entry", "number", 0.0, 120.0, above=True),
    Variable("weight_kg", "kg", "body weight", "number", 0.0, inf, above=True),
    Variable("albumin_g_per_l", "g/L", "serum albumin", "number", 0.0, inf, above=True),
    Variable("ast_u_per_l", "U/L", "aspartate aminotransferase", "number", 0.0, inf, above=True),
    Variable("alt_u_per_l", "U/L", "alanine aminotransferase", "number", 0.0, inf, above=True),
    Variable("bilirubin_x_uln", "1", "total bilirubin, times the upper limit of normal", "number", 0.0, inf,
             above=True),
    Variable("her2_ecd_ng_per_ml", "ng/mL", "shed HER2 extracellular domain in serum", "number", 0.0, inf, above=True),
    Variable("sum_of_diameters_mm", "mm", "sum of the longest diameters of the lesions followed", "number", 0.0, inf,
             above=True, optional=True),
    Variable("baseline_trastuzumab_ug_per_ml", "ug/mL", "trastuzumab left from earlier treatment", "number", 0.0, inf),
    Variable("platelets_1e9_per_l", "10*9/L", "platelet count", "number", 0.0, inf, above=True),
    Variable("lvef_pct", "%", "left ventricular ejection fraction", "number", 0.0, 100.0, above=True),
    Variable("n_target_lesions", "1", "lesions followed, no more than the sum of diameters can hold at 10 mm each",
             "whole", 1.0, 10.0, optional=True),
    Variable("prior_lines", "1", "earlier chemotherapy lines for advanced disease, grouped: 1 is none or one, 2 is two "
             "or more", "whole", 0.0, 20.0),
    Variable("ecog", "1", "ECOG performance status", "whole", 0.0, 4.0),
    Variable("visceral", "1", "visceral disease (1 yes, 0 no)", "yes_no", 0.0, 1.0),
    Variable("asian", "1", "Asian by the trial's own record (1 yes, 0 no)", "yes_no", 0.0, 1.0),
    Variable("measurable", "1", "measurable disease at entry (1 yes, 0 no)", "yes_no", 0.0, 1.0),
    # The random streams of a covariate go by its name, and those below are uncorrelated with those above, so that a
    # new covariate at the end changes nobody's other numbers.
    Variable("neutrophils_1e9_per_l", "10*9/L", "absolute neutrophil count", "number", 0.0, inf, above=True),
    Variable("haemoglobin_g_per_dl", "g/dL", "haemoglobin", "number", 0.0, inf, above=True),
    Variable("potassium_mmol_per_l", "mmol/L", "serum potassium", "number", 0.0, inf, above=True),
    Variable("early_disease", "1", "early breast cancer, treated after surgery (1 yes, 0 no: advanced disease)",
             "yes_no", 0.0, 1.0),
    Variable("cns_metastases", "1", "metastases in the central nervous system at entry (1 yes, 0 no)", "yes_no",
             0.0, 1.0),
    Variable("prior_anthracycline", "1", "earlier treatment with an anthracycline (1 yes, 0 no)", "yes_no", 0.0, 1.0),
    Variable("hormone_receptor_positive", "1", "oestrogen or progesterone receptor positive (1 yes, 0 no)", "yes_no",
             0.0, 1.0),
    Variable("node_positive", "1", "invasive disease in the nodes at surgery after neoadjuvant treatment (1 yes, 0 no)",
             "yes_no", 0.0, 1.0, optional=True),
    Variable("prior_platinum", "1", "earlier treatment with a platinum (1 yes, 0 no)", "yes_no", 0.0, 1.0),
)

#: Every covariate by name, in the order of the columns of a sampled frame.
VARIABLES: dict[str, Variable] = {variable.name: variable for variable in _ALL}
