"""What an eligibility criterion may ask about, with its unit."""

from __future__ import annotations

#: Unit of each variable; `yes_no` for a question that is answered by yes (1) or no (0).
VARIABLES: dict[str, str] = {
    "age_year": "year",
    "weight_kg": "kg",
    "albumin_g_per_l": "g/L",
    "ast_u_per_l": "U/L",
    "alt_u_per_l": "U/L",
    "bilirubin_x_uln": "xULN",
    "her2_ecd_ng_per_ml": "ng/mL",
    "sum_of_diameters_mm": "mm",
    "baseline_trastuzumab_ug_per_ml": "ug/mL",
    "platelets_1e9_per_l": "10*9/L",
    "lvef_pct": "%",
    "n_target_lesions": "1",
    "prior_lines": "1",
    "ecog": "1",
    "neuropathy_grade": "1",
    "visceral": "yes_no",
    "asian": "yes_no",
    "measurable": "yes_no",
    "her2_positive": "yes_no",
    "prior_taxane": "yes_no",
    "prior_trastuzumab": "yes_no",
    "prior_t_dm1": "yes_no",
    "prior_lapatinib": "yes_no",
    "prior_capecitabine": "yes_no",
    "progressed_on_last_or_within_6_months_of_adjuvant": "yes_no",
    "symptomatic_heart_failure": "yes_no",
    "myocardial_infarction_within_6_months": "yes_no",
    "active_cns_metastases": "yes_no",
    "cns_only_disease": "yes_no",
}

#: Fact with the upper limit of normal of each variable that is measured in absolute units.
UPPER_LIMITS: dict[str, str] = {"alt_u_per_l": "laboratory.uln_alt", "ast_u_per_l": "laboratory.uln_ast"}
