"""The leaflet's statements that work today, one test each; docs/leaflet.md names them.

What a statement says is tried on the product itself: on the equations of one typical patient, or on the
label's decision. Finer tests of each part lie beside the part.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from leaflet.typical import NMOL_PER_MG, decide, lived
from leaflet.whole import cells, decades, explained, level, place
from report.reading_level import grades

from tdm1 import evidence, forecast, regimen, safety
from tdm1.report import expect, explain


def test_s01_every_antibody_carries_its_payload() -> None:
    """By the books of the model: antibody and payload given stand in the published ratio of 3.5 to 1."""
    course = lived()
    antibody = sum(course[name][-1] for name in (
        "conjugate_central", "conjugate_peripheral", "naked_central", "naked_peripheral", "antibody_eliminated",
        "tumour_conjugate"))
    ratio = evidence.value("plasma.drug_antibody_ratio", "1")
    free = evidence.value("dm1.free_share", "1")
    bound = sum(course[name][-1] for name in ("conjugate_central", "conjugate_peripheral", "tumour_conjugate"))
    freed = sum(course[name][-1] for name in ("dm1_central", "dm1_peripheral", "payload_eliminated", "tumour_payload"))
    payload = ratio * bound + freed
    assert antibody == pytest.approx(252.0 * NMOL_PER_MG / evidence.value("plasma.molar_mass", "g/mol"), rel=1e-5)
    assert payload == pytest.approx(ratio * antibody / (1.0 - free), rel=1e-5)
    # In the whole mechanism each antibody has a load of its own; trastuzumab is the same antibody without any.
    drug, alone = explained("t_dm1", 3.6), explained("trastuzumab", 3.6)
    assert (drug["title"], drug["payload"]) == ("trastuzumab emtansine", "DM1")
    assert 0.9 * ratio < level(drug, "mean_dar")[0] < ratio
    assert "freed" not in {one["id"] for one in alone["places"]}
    antibodies = level(drug, "total_antibody"), level(alone, "total_antibody")
    np.testing.assert_allclose(*antibodies, rtol=0.02)


def test_s02_her2_draws_payload_into_the_tumour() -> None:
    """Against the same patient with fewer receptors, and against the DM1 that is free in her plasma."""
    payload = [lived(her2_concentration=1660.0 * share)["payload_sensitive"].max() for share in (0.0, 1e-3, 1e-2, 1.0)]
    assert payload[0] == 0.0
    assert all(fewer < more for fewer, more in pairwise(payload))
    assert payload[-1] > 2 * payload[1]
    # In the tumour's cells far more payload than free in plasma: that is what the antibody is for.
    nm_per_ng_per_ml = 1e3 / evidence.value("dm1.molar_mass", "g/mol")
    assert payload[-1] > 10 * lived()["dm1"].max() * nm_per_ng_per_ml
    # In a tumour of several clones the payload goes by their HER2, and none to cells that have lost it.
    whole = explained("t_dm1", 3.6)
    rich, poor, lost = (level(whole, f"unbound_{clone}") for clone in ("high", "low", "lost"))
    assert (rich > 5 * poor).all() and (poor > 0).all() and not lost.any()
    assert rich.max() > 50 * level(whole, "payload").max() * nm_per_ng_per_ml


def test_s03_payload_on_the_antibody_spares_normal_cells_and_free_payload_does_not() -> None:
    """For the same payload in a HER2 3+ cell, by the books of both: free, a normal cell has to hold as much."""
    whole = explained("t_dm1", 3.6)
    for setting, spared in (("vessel", 45.0), ("tissue", 2.0)):
        found = cells(whole, setting)["untargeted"]
        # So much more payload would have to be given free for what the antibody brings into the tumour cell …
        assert found["targeted_auc_nm_day"] / found["free_auc_nm_day"] == pytest.approx(found["advantage"])
        assert found["advantage"] > 100.0
        # … and every normal cell would get that too; with the antibody it gets a part of it.
        assert found["normal_auc_nm_day"] * spared < found["targeted_auc_nm_day"]
        # But not less than the same few milligrams would bring it, free: it is sparing for the effect, not the dose.
        assert found["normal_auc_nm_day"] > found["free_auc_nm_day"]


def test_s06_no_binding_no_entry() -> None:
    """Without association to HER2 nothing is internalised, and the tumour grows as if untreated."""
    unbound, untreated = lived(her2_association=0.0), lived(dose_mg=0.0)
    assert lived()["conjugate_lysosomal"].max() > 1.0
    assert unbound["conjugate_lysosomal"].max() == 0.0
    assert unbound["lesion_volume"] == pytest.approx(untreated["lesion_volume"], rel=1e-6)
    # One after the other: between the cells, on HER2, inside, freed.
    whole = explained("t_dm1", 3.6)
    days = np.array(whole["time_day"])
    peaks = [days[place(whole, name).argmax()] for name in ("space", "surface", "inside", "freed")]
    assert peaks == sorted(peaks) and peaks[0] < peaks[2] < peaks[3]
    # By far the most on or in the cells, hardly any in the space around them: what is there was taken by HER2.
    assert place(whole, "surface").max() > 100 * place(whole, "space").max()


def test_s07_payload_kills_the_cell_and_hardly_the_normal_ones() -> None:
    """Sensitive cells, which free the payload, shrink; resistant ones, which hardly do, grow; blood and heart stay."""
    course = lived(cycles=2)
    untreated = lived(cycles=2, dose_mg=0.0)
    assert course["sensitive_volume"][-1] < 0.9 * untreated["sensitive_volume"][-1]
    assert course["resistant_volume"][-1] > course["resistant_volume"][0]
    assert course["kill_sensitive"].max() > 3 * course["kill_resistant"].max()
    # The typical patient keeps her normal cells within the limits of normal, against CTCAE: no grade of 2 or more.
    for analyte, lower in (("platelets", 150.0), ("neutrophils", 2.0), ("haemoglobin", 12.0), ("potassium", 3.5)):
        assert safety.grade(analyte, course[analyte], version=4, lln=lower).max() < 2
    # In the whole mechanism the living tumour falls, and for every dose normal cells die less than tumour cells.
    whole = explained("t_dm1", 3.6)
    assert level(whole, "living").min() < 0.5 * level(whole, "living")[0]
    assert level(whole, "kill_high").max() > 0.1
    for setting, at_dose in (("vessel", 10.0), ("tissue", 4.0)):
        tumour, normal = (decades(whole, setting, kind) for kind in ("HER2 3+", "normal"))
        assert all(more > less for more, less in zip(tumour, normal, strict=True))
        ratio = {row["cells"]: row["kill_ratio"] for row in cells(whole, setting)["indices"]}
        assert ratio["normal"] > at_dose


def test_s08_an_infusion_every_21_days() -> None:
    """Against the label: 3.6 mg/kg over 90, then 30 minutes, every 3 weeks."""
    schedule = regimen.Schedule.of_label("metastatic")
    assert schedule.levels_mg_per_kg[0] == 3.6
    assert schedule.interval_day == 21
    assert schedule.infusion_day([0, 1, 5]) * 24 * 60 == pytest.approx([90, 30, 30])
    assert list(schedule.next_due_day([0.0, 21.0], [True, True])) == [21.0, 42.0]


def test_s09_treatment_ends_for_severe_side_effects() -> None:
    """Against the label: until progression or unacceptable toxicity, so no number of cycles, and grade 4 ALT stops."""
    assert regimen.Schedule.of_label("metastatic").max_cycles is None
    said = decide(alt_x_uln=20.1)
    assert (said.action, [reason.id for reason in said.reasons if reason.decides]) == ("stop", ["M3"])


def test_s26_what_a_patient_reads_is_plain_and_has_its_source() -> None:
    """Through the course, month by month: plain words of at most grade 8, and a source for every published number."""
    found = forecast.expect("early", {"age_year": 52.0}, patients=64)
    shown = expect.view(found)
    assert max(grades(" ".join(expect.sentences(shown))).values()) <= 8.0
    published = [one.share.in_trial for one in found.effects if one.share.in_trial is not None]
    assert len(published) > 20
    cited = " ".join(shown["sources"]["lines"])
    for row in published:
        for key in row.source.split(";"):
            assert evidence.sources()[key].citation in cited
    assert [row[0] for row in shown["timeline"]["rows"]] == [str(month) for month in range(1, 11)]
    # Behind a number of the model stands its explanation, with its source too.
    text = str(explain.explain("plasma.clearance").as_json())
    assert "Lu D" in text
    assert "0.676" in text
