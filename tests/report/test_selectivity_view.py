"""What the page says of selectivity, against a made-up answer whose numbers are round."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET

import pytest

from tdm1.report import selectivity
from tdm1.report.numbers import number
from tdm1.trial.selectivity_rows import Exposure, Index, Leftover, Selectivity, Setting, Untargeted

CELLS = ("HER2 3+", "HER2 2+", "HER2 1+", "normal")
DOSES = (0.1, 1.0, 10.0)


def _made_up(setting: Setting, share: float) -> Selectivity:
    """3+ cells lose one decade for each decade of dose; the others a half, a quarter and an eighth of that."""
    curves = tuple(
        Exposure(cells, 10.0 ** (6 - place), dose, (2.0 + at) / 2**place, 100.0 / 2**place, 10.0)
        for place, cells in enumerate(CELLS) for at, dose in enumerate(DOSES)
    )
    indices = tuple(
        Index(cells, 2.0**place, 3.0**place, 0.5, float("inf") if cells == "normal" else 1500.0 * place)
        for place, cells in enumerate(CELLS) if place
    )
    return Selectivity(
        drug="t_dm1", setting=setting, dose_mg_per_kg=1.0, curves=curves, indices=indices,
        untargeted=Untargeted(4.5, 20.0, 12345.0, 617.25, 30.0),
        leftover=(Leftover(0.0, 3.0, 200.0), Leftover(100.0, 2.5, 200.0 * share)),
        trastuzumab_alone_log10_kill=0.0,
    )


VESSEL, TISSUE = _made_up("vessel", 0.4), _made_up("tissue", 1.0)


def test_rows_against_the_indices() -> None:
    rows = selectivity.view(VESSEL, TISSUE)["rows"]
    assert [row[0] for row in rows] == [
        f"{cells}, {where}" for where in ("cells at a vessel", "cells in tumour tissue") for cells in CELLS[1:]
    ]
    assert rows[0][1:] == ["3×", "2×", "1,500×"]
    assert rows[2][1:] == ["27×", "8×", "not reached"]
    assert len(selectivity.view(VESSEL, TISSUE)["head"]) == len(rows[0])
    assert "0.5 decades" in selectivity.view(VESSEL, TISSUE)["head"][-1]


def test_sentences_against_free_payload_and_leftover_trastuzumab() -> None:
    free, left, alone = selectivity.view(VESSEL, TISSUE)["lines"]
    assert "carries 4.5 mg of payload" in free and "20 nM·day" in free
    assert "12,300 nM·day into a HER2 3+ cell" in free and "617×" in free and "30 nM·day into a normal cell" in free
    assert "with 100 µg/mL of it" in left and "gets 40 % of the payload" in left and "100 %." in left
    assert "kills 0 decades" in alone


def test_each_setting_stays_with_its_own_numbers() -> None:
    """Exchanged, rows and sentences exchange too, so neither is read from the wrong one."""
    other = selectivity.view(_made_up("vessel", 1.0), _made_up("tissue", 0.4))["lines"][1]
    assert "gets 100 % of the payload" in other and "40 %." in other


def test_picture_has_every_kind_of_cell_and_both_settings() -> None:
    (picture,) = selectivity.view(VESSEL, TISSUE)["pictures"]
    texts = ["".join(one.itertext()).strip() for one in ET.fromstring(picture.svg).iter() if one.tag.endswith("text")]
    for words in (*CELLS, "cells at a vessel", "cells in tumour tissue", "dose of one cycle, mg/kg"):
        assert words in texts
    assert "http" not in picture.svg and 'role="img"' in picture.svg
    assert picture.svg == selectivity.curves(VESSEL, TISSUE).svg


def test_curves_against_the_survivors(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is drawn is 100 % times ten to the minus decades, at the doses."""
    from matplotlib.figure import Figure

    drawn: list[Figure] = []

    def keep(made: Figure, *_: object) -> str:
        drawn.append(made)
        return "<svg/>"

    monkeypatch.setattr(selectivity.style, "inline_svg", keep)
    selectivity.curves(VESSEL, TISSUE)
    for axes in drawn[0].axes:
        lines = {str(line.get_label()): line for line in axes.get_lines() if line.get_label() in CELLS}
        assert list(lines) == list(CELLS)
        for place, cells in enumerate(CELLS):
            assert list(lines[cells].get_xdata()) == list(DOSES)
            expected = [100.0 * 10.0 ** -((2.0 + at) / 2**place) for at in range(len(DOSES))]
            assert list(lines[cells].get_ydata()) == pytest.approx(expected)


def test_json_has_every_number_and_null_for_what_is_not_reached() -> None:
    document = json.loads(json.dumps(selectivity.as_json(VESSEL), allow_nan=False))
    assert [row["dose_ratio"] for row in document["indices"]] == [1500.0, 3000.0, None]
    assert len(document["curves"]) == len(CELLS) * len(DOSES)
    assert document["untargeted"]["advantage"] == 617.25 and document["setting"] == "vessel"


def test_large_numbers_are_written_out() -> None:
    assert [selectivity._whole(value) for value in (4071.3, 65560.6, 16.1)] == ["4,070", "65,600", number(16.1)]
    assert not re.search(r"e[+-]", selectivity._whole(1.23e7))
