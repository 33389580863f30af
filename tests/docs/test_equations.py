"""The page of equations is up to date, and what it says in short is the model."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tdm1.interop.equations import Expression, by_name, equations, evaluate, name
from tdm1.interop.latex import Line, lines
from tdm1.mechanism import Model, models, shipped
from tdm1.trial.sensitivity.reference import reference

DOCS = Path(__file__).parents[2] / "docs"


@pytest.fixture(scope="module")
def scripts() -> Iterator[Any]:
    """The scripts that shorten equations, as modules."""
    sys.path.insert(0, str(DOCS))
    try:
        import equation_families
        import equation_terms
        import write_equations
    finally:
        sys.path.remove(str(DOCS))
    yield {"families": equation_families, "terms": equation_terms, "page": write_equations}


def test_page_against_the_script_that_writes_it() -> None:
    run = subprocess.run([sys.executable, DOCS / "write_equations.py", "--check"], capture_output=True, text=True)
    assert run.returncode == 0, run.stderr


def test_page_shows_every_part_parameter_and_fact() -> None:
    text = (DOCS / "equations.md").read_text("utf-8")
    for model in shipped():
        assert f"`{model.name}`" in text
        for parameter in model.parameter_table:
            assert f"`{parameter.name}`" in text and f"`{parameter.fact}`" in text
    assert len(text.encode()) < 160_000, "shorten it, so that it stays readable"
    assert not re.search(r"<(?:script|link|img)\b", text)


def _with_values(text: str, values: dict[str, str]) -> str:
    """A name such as `release_rate_{n+1}` for values of its indices."""
    def value(found: re.Match[str]) -> str:
        index, away = found.group(1), found.group(2)
        return str(int(values[index]) + int(away)) if away else values[index]

    return re.sub(r"\{(\w)([+-]\d+)?\}", value, text)


def _expanded(family: Any, names_in: Any) -> Iterator[Line]:
    """The equations that a family stands for."""
    for combination in product(*family.indices.values()):
        values = dict(zip(family.indices, combination, strict=True))
        new = {name(one): _with_values(one, values) for one in names_in(family.line.right)}
        yield Line(family.line.kind, _with_values(family.line.name, values), by_name(family.line.right, new))


@pytest.mark.parametrize(
    "model", [models.t_dm1(), models.by_dar_rat(), models.full("t_dm1"), models.in_vitro("t_dxd")], ids=lambda m: m.name
)
def test_shortened_equations_against_the_model(model: Model, scripts: Any) -> None:
    """Written out again, terms and indices give the model's own derivatives and outputs."""
    generator = np.random.default_rng(2)
    parameters = [float(value) for value in reference(model, 0.0)[0]]
    scales = np.array([state.scale for state in model.state_table])
    states = list(map(float, (np.abs(model.initial(parameters)) + scales) * generator.lognormal(0.0, 0.3, len(scales))))
    inputs = [20.0, 30.0][: len(model.inputs)]
    values = dict(zip((*model.states, *model.parameters, *model.inputs), (*states, *parameters, *inputs), strict=True))
    slopes: dict[str, float] = {}
    for found in equations(model):
        short, terms = scripts["terms"].shortened(lines(found))
        every = [
            one for family in (*scripts["families"].families(short), *scripts["families"].families(terms))
            for one in _expanded(family, scripts["families"].names_in)
        ]
        assert sorted((one.kind, one.name) for one in every) == sorted(
            (one.kind, one.name) for one in (*lines(found), *terms)
        )
        known: dict[str, Expression] = {one.name: one.right for one in every if one.kind == "quantity"}
        while known:
            ready = [key for key, right in known.items() if not scripts["families"].names_in(right) & known.keys()]
            assert ready, f"{sorted(known)} go round in a circle"
            values |= {key: evaluate(known.pop(key), values) for key in ready}
        slopes |= {one.name: evaluate(one.right, values) for one in every if one.kind == "slope"}
    expected = np.array(model.derivatives(states, parameters, inputs))
    shown = [slopes[one] for one in model.states]
    np.testing.assert_allclose(shown, expected, rtol=1e-9, atol=1e-14 * np.abs(expected).max())
    outputs = np.array(model.observe(states, parameters, inputs))
    shown = [values[one] for one in model.outputs]
    np.testing.assert_allclose(shown, outputs, rtol=1e-9, atol=1e-14 * np.abs(outputs).max())


def test_names_with_a_load_are_told_from_names_that_only_count(scripts: Any) -> None:
    rows = [(f"antibody_{n}", f"load {n}") for n in range(6)] + [(f"dying_{n}", f"stage {n}") for n in (1, 2, 3)]
    found = scripts["families"].table_rows(rows)
    assert found == [
        ("`antibody_{n}`, n = 0 … 5", "load *n*"), ("`dying_1`", "stage 1"), ("`dying_2`", "stage 2"),
        ("`dying_3`", "stage 3"),
    ]


def test_an_equation_that_differs_in_more_than_its_index_stands_alone(scripts: Any) -> None:
    a, b = name("release_1"), name("release_2")
    members = [Line("slope", f"antibody_{n}", name(f"release_{n}") * 2.0) for n in range(5)]
    odd = Line("slope", "antibody_5", a * b)
    found = scripts["families"].families([*members, odd])
    assert [family.indices for family in found] == [{"n": ("0", "1", "2", "3", "4")}, {}]
    assert found[0].line.name == "antibody_{n}" and found[1].line == odd
