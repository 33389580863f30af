"""`tdm1 explain covariates`: table, JSON and forest plot against the computed effects."""

from __future__ import annotations

import io
import json
import re
import xml.etree.ElementTree as ET
from functools import cache
from pathlib import Path

import pytest
from rich.console import Console

from tdm1 import cli
from tdm1.cli import _explain
from tdm1.report import covariates, covariates_picture
from tdm1.report.simulation import PictureError
from tdm1.trial.covariate_effects import MEASURES, CovariateEffects, covariate_effects


@cache
def _found() -> CovariateEffects:
    return covariate_effects(patients=64)


def _printed() -> str:
    console = Console(file=io.StringIO(), width=100, highlight=False)
    covariates.print_terminal(_found(), console)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_table_against_the_computed_effects() -> None:
    lines = _printed().splitlines()
    for effect in _found().effects:
        at = effect.level
        row = [line for line in lines if line.startswith(at.covariate.words) and f" {at.value:.3g} " in line]
        assert len(row) == 1, at.covariate.words
        numbers = [f"{effect.ratio[name]:.2f}" for name in ("auc_steady", "cmax_steady", "trough_steady")]
        assert re.search(r"\s+".join(map(re.escape, numbers)), row[0])
        if effect.printed is not None:
            assert f"{effect.printed.ratio:.2f} (CL {effect.printed.clearance_l_per_day:g} L/day)" in row[0]
        assert ("*" in row[0]) is not at.published


def test_table_fits_and_tells_what_is_doubtful() -> None:
    text = _printed()
    assert max(map(len, text.splitlines())) <= 100
    flat = " ".join(text.split())
    assert "from memory of the source, not read again" in flat
    for caution in covariates.CAUTIONS:
        assert caution in flat
    for factor in ("age", "race", "region", "renal function"):
        assert re.search(rf"^{factor}: no effect.*lu2014$", text, re.MULTILINE)


def test_json_against_the_computed_effects() -> None:
    document = json.loads(json.dumps(covariates.as_json(_found()), allow_nan=False))
    assert [one["ratio"] for one in document["effects"]] == [effect.ratio for effect in _found().effects]
    assert document["reference_patient"]["exposure"] == _found().reference
    assert set(document["measures"]) == set(MEASURES)
    assert document["band"] == [0.8, 1.25]
    printed = [one["printed"] for one in document["effects"] if one["printed"]]
    assert len(printed) == 8 and all(one["agrees"] for one in printed)
    assert {one["source"]["doi"] for one in printed} == {"10.1007/s00280-014-2500-2"}
    assert [one["simulated"] for one in document["liver"]] == [None, None]
    assert all(row["source"]["citation"] for row in document["published_in_words"])


@pytest.mark.parametrize("kind", ["png", "html"])
def test_picture_is_the_same_each_time(kind: str, tmp_path: Path) -> None:
    one, two = tmp_path / f"a.{kind}", tmp_path / f"b.{kind}"
    covariates_picture.draw(_found(), one)
    covariates_picture.draw(_found(), two)
    assert one.read_bytes() == two.read_bytes() and one.stat().st_size > 5000


def test_picture_has_every_row_and_its_number(tmp_path: Path) -> None:
    path = tmp_path / "forest.html"
    covariates_picture.draw(_found(), path)
    page = path.read_text("utf-8")
    assert "width=device-width" in page and "http" not in re.sub(r"http://www\.w3\.org\S+", "", page)
    svg = page[page.index("<svg") : page.index("</svg>") + 6]
    texts = ["".join(text.itertext()).strip() for text in ET.fromstring(svg).iter() if text.tag.endswith("text")]
    for label in ("weight 49 kg", "weight 98 kg", "albumin 33 g/L", "shed HER2 332 ng/mL", "shed HER2 1.9 ng/mL*",
                  "trastuzumab 54 µg/mL", "all six, lowest", "by both, 5–95 %", "moderately impaired"):
        assert label in texts
    # The covariate at the reference itself is a row of ones and is left out.
    assert not any(text.startswith("trastuzumab 0") for text in texts)
    for effect in _found().effects:
        if effect.equation != 1.0:
            assert f"{effect.ratio['auc_steady']:.2f}" in texts
    assert covariates_picture.CAPTION in page


def test_picture_of_a_wrong_kind_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PictureError, match="change the ending"):
        covariates_picture.draw(_found(), tmp_path / "forest.pdf")


def test_command_shows_and_draws(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("tdm1.trial.covariate_effects.covariate_effects", _found)
    assert cli.main(["explain", "Covariates", "--plot", str(tmp_path / "forest.svg")]) == 0
    shown = capsys.readouterr()
    assert "Who differs" in shown.out and "written: " in shown.err and (tmp_path / "forest.svg").exists()
    assert cli.main(["explain", "covariates", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["name"] == "covariates"


@pytest.mark.parametrize(
    ("words", "said"),
    [(["covariate"], "did you mean 'covariates'?"), (["clearance", "--plot", "x.svg"], "has no picture"),
     (["covariates", "--plot", "x.pdf"], "change the ending"), (["clearence"], "plasma.clearance")],
)
def test_bad_input_is_told_in_one_line(words: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["explain", *words]) == 2
    shown = capsys.readouterr()
    assert said in shown.err and not shown.out and len(shown.err.splitlines()) == 1


def test_topics_do_not_hide_a_fact_a_rule_or_a_term() -> None:
    from tdm1.report.explain import ExplainError, explain

    for topic in _explain.TOPICS:
        with pytest.raises(ExplainError):
            explain(topic)
