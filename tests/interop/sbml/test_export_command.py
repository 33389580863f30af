"""`tdm1 export`: what is written is the reference patient's, and bad input is one line that says how to mend it."""

from __future__ import annotations

from pathlib import Path

import libsbml
import numpy as np
import pytest

from tdm1 import cli, evidence
from tdm1.mechanism import models, shipped
from tdm1.trial.sensitivity.reference import reference


def _exported(capsys: pytest.CaptureFixture[str], *arguments: str) -> libsbml.Model:
    assert cli.main(["export", *arguments]) == 0
    document = libsbml.readSBMLFromString(capsys.readouterr().out)
    # The model belongs to its document, which must live as long.
    return document.getModel().clone()


@pytest.mark.parametrize("name", ["t_dm1_plasma", "plasma_t_dxd", "by_dar_rat", "in_vitro_t_dm1"])
def test_values_against_the_reference_patient(capsys: pytest.CaptureFixture[str], name: str) -> None:
    model = next(one for one in shipped() if one.name == name)
    written = _exported(capsys, "sbml", name)
    values = [written.getParameter(one).getValue() for one in model.parameters]
    np.testing.assert_allclose(values, reference(model, 0.0)[0], rtol=1e-14)
    assert written.getNumEvents() == 0


def test_dose_of_the_file_against_weight_times_dose(capsys: pytest.CaptureFixture[str]) -> None:
    written = _exported(
        capsys, "sbml", "t_dm1_plasma", "--dose-mg-per-kg", "2.4", "--every-days", "7", "--cycles", "3"
    )
    weight_kg = evidence.value("plasma.covariate.weight_reference", "kg")
    assert written.getParameter("course_dose").getValue() == pytest.approx(2.4 * weight_kg)
    assert written.getParameter("course_every").getValue() == 7.0
    assert written.getNumEvents() == 6


def test_dose_of_an_animal_is_by_its_own_weight(capsys: pytest.CaptureFixture[str]) -> None:
    written = _exported(capsys, "sbml", "by_dar_rat", "--dose-mg-per-kg", "10")
    weight_kg = evidence.value("sensitivity.weight_rat", "kg")
    assert written.getParameter("course_dose").getValue() == pytest.approx(10.0 * weight_kg)


def test_a_set_fact_is_read_with_its_unit(capsys: pytest.CaptureFixture[str]) -> None:
    """28.2 mL/h is 0.6768 L/day; the notes tell that the user set it, and the other values stay."""
    written = _exported(capsys, "sbml", "t_dm1_plasma", "--set", "plasma.clearance=28.2 mL/h")
    usual = dict(zip(models.t_dm1_plasma().parameters, reference(models.t_dm1_plasma(), 0.0)[0], strict=True))
    factor = 28.2 * 24 / 1000 / evidence.value("plasma.clearance", "L/day")
    assert written.getParameter("clearance").getValue() == pytest.approx(usual["clearance"] * factor, rel=1e-9)
    assert "was set by the user" in written.getParameter("clearance").getNotesString()
    assert written.getParameter("central_volume").getValue() == pytest.approx(usual["central_volume"], rel=1e-14)


def test_out_writes_what_is_printed_else(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    for format in ("sbml", "latex"):
        assert cli.main(["export", format, "t_dm1_plasma"]) == 0
        printed = capsys.readouterr().out
        assert cli.main(["export", format, "t_dm1_plasma", "--out", str(tmp_path / format)]) == 0
        shown = capsys.readouterr()
        assert (tmp_path / format).read_text("utf-8") == printed
        assert shown.out == "" and "written: " in shown.err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("sbm", "t_dm1"), "there is no format 'sbm'; did you mean 'sbml'?"),
        (("sbml", "t_dm"), "no model is called 't_dm'; did you mean 't_dm1'?"),
        (("sbml", "t_dm1", "--set", "tumour.kil_rate=1 1/day"), "did you mean 'tumour.kill_rate'?"),
        (("sbml", "t_dm1", "--set", "tumour.kill_rate=1 nM"), "--set tumour.kill_rate: "),
        (("sbml", "t_dm1", "--set", "tumour.kill_rate"), "is not a fact and its value"),
        (("sbml", "t_dm1_plasma", "--set", "tumour.kill_rate=1 1/day"), "'t_dm1_plasma' has no parameter"),
        (("sbml", "t_dm1", "--dose-mg-per-kg", "-1"), "--dose-mg-per-kg is -1; it takes a number above 0"),
        (("sbml", "t_dm1", "--cycles", "2"), "--cycles describes doses; give --dose-mg-per-kg with it"),
        (("sbml", "t_dm1", "--dose-mg-per-kg", "3", "--drug-input", "infusio"), "did you mean 'infusion'?"),
        (("sbml", "in_vitro_t_dm1", "--dose-mg-per-kg", "3"), "has no input 'infusion'"),
        (("latex", "t_dm1", "--set", "tumour.kill_rate=1 1/day"), "hold no values"),
        (("sbml", "t_dm1", "--out", "no_such_folder/x.xml"), "name a new file in a folder that exists"),
    ],
)
def test_bad_input_is_one_line(capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], message: str) -> None:
    assert cli.main(["export", *arguments]) == 2
    shown = capsys.readouterr()
    assert shown.out == "" and shown.err.count("\n") == 1 and message in shown.err


def test_fact_that_a_covariate_of_the_patient_replaces_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    model = models.t_dm1()
    lost = next(one for one in model.parameter_table if one.name == "lesion_volume_start")
    fact = evidence.fact(lost.fact)
    assert cli.main(["export", "sbml", "t_dm1", "--set", f"{fact.name}={2 * fact.value} {fact.unit}"]) == 2
    assert f"--set {fact.name}: the reference patient gives 'lesion_volume_start'" in capsys.readouterr().err
