"""Recorded equations against the functions they are recorded from, and their typesetting against their values."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from interop.sbml.written import written

from tdm1.interop.equations import Expression, PartEquations, equations, evaluate, name, number, operands
from tdm1.interop.latex import LATEX, document, lines, typeset
from tdm1.mechanism import Model, Part, State, shipped

BY_NAME = pytest.mark.parametrize("model", shipped(), ids=lambda model: model.name)


def _names(expression: Expression) -> set[str]:
    if expression.kind == "name":
        return {expression.arguments[0]}
    return set().union(*map(_names, operands(expression)))


def _quantities(found: PartEquations, values: dict[str, float]) -> None:
    """Add a part's quantities to `values`; one may use another that stands after it."""
    left = dict(found.quantities)
    while left:
        ready = [key for key, expression in left.items() if not _names(expression) & left.keys()]
        assert ready, f"part '{found.part.name}': {sorted(left)} go round in a circle"
        for key in ready:
            values[key] = evaluate(left.pop(key), values)


@BY_NAME
def test_recorded_equations_against_the_model_called_with_numbers(model: Model) -> None:
    generator = np.random.default_rng(3)
    parameters = written(model.name).values
    start = np.abs(model.initial(list(parameters)))
    scales = np.array([state.scale for state in model.state_table])
    recorded = equations(model)
    for _ in range(3):
        states = (start + scales) * generator.lognormal(0.0, 0.3, len(start))
        inputs = generator.lognormal(3.0, 1.0, len(model.inputs))
        values = dict(zip(model.states, states, strict=True)) | dict(zip(model.inputs, inputs, strict=True))
        values |= dict(zip(model.parameters, parameters, strict=True))
        arguments = list(map(float, states)), list(map(float, parameters)), list(map(float, inputs))
        slopes, first = dict[str, float](), dict[str, float]()
        for found in recorded:
            _quantities(found, values)
            slopes |= {key: evaluate(one, values) for key, one in found.derivatives.items()}
            first |= {key: evaluate(one, values) for key, one in found.initial.items()}
        expected = np.array(model.derivatives(*arguments))
        size = np.abs(expected).max() * 1e-14
        np.testing.assert_allclose([slopes[key] for key in model.states], expected, rtol=1e-9, atol=size)
        outputs = np.array(model.observe(*arguments))
        found_outputs = [values[key] for key in model.outputs]
        np.testing.assert_allclose(found_outputs, outputs, rtol=1e-9, atol=1e-14 * np.abs(outputs).max())
        np.testing.assert_allclose([first[key] for key in model.states], model.initial(arguments[1]), rtol=1e-12)


@BY_NAME
def test_a_quantity_stands_by_its_name_in_later_formulas(model: Model) -> None:
    """Every part that needs a quantity of an earlier one uses it by that name, but for those of what is not there."""
    known = set[str]()
    for found in equations(model):
        used = set[str]().union(*map(_names, (*found.quantities.values(), *found.derivatives.values())))
        shared = {one for one in found.part.needs if one in known and not found.part.name.startswith("no_")}
        assert shared <= used, f"part '{found.part.name}' writes {sorted(shared - used)} out"
        known |= found.quantities.keys()


def test_equations_that_branch_are_refused_by_name() -> None:
    part = Part(
        name="branching", source="tdm1", states=(State("x", "1", "x", 1.0),), parameters=(), inputs=(), needs=(),
        quantities=(), provides=lambda v: {}, derivatives=lambda v: {"x": 1.0 if v["x"] > 0 else 0.0},
        initial=lambda v: {"x": 1.0},
    )
    with pytest.raises(ValueError, match=r"model 'odd', part 'branching': its equations cannot be written: .*compare"):
        equations(Model("odd", (part,)))


class _Python:
    """Formulas as Python source, to be computed: brackets stand only where `typeset` puts them."""

    def number(self, digits: str, power_of_ten: int | None) -> str:
        if power_of_ten is None:
            return digits
        return f"{digits} * 10.0 ** ({power_of_ten})" if digits else f"10.0 ** ({power_of_ten})"

    def constant(self, which: str) -> str:
        return {"pi": "pi", "ln 2": "log(2)"}[which]

    def name(self, text: str) -> str:
        return text

    def infix(self, left: str, sign: str, right: str) -> str:
        return f"{left} {sign} {right}"

    def minus(self, what: str) -> str:
        return f"-{what}"

    def fraction(self, above: str, below: str) -> str:
        # A line holds a fraction together as brackets do.
        return f"(({above}) / ({below}))"

    def raised(self, base: str, exponent: str) -> str:
        return f"{base} ** ({exponent})"

    def root(self, what: str) -> str:
        return f"sqrt({what})"

    def exponential(self, exponent: str) -> str:
        return f"exp({exponent})"

    def logarithm(self, what: str) -> str:
        return f"log({what})"

    def bracketed(self, what: str) -> str:
        return f"({what})"


_VALUES = {"a": 1.7, "b_c": 0.3, "d": 12.5}
_LEAVES = st.one_of(
    st.sampled_from(sorted(_VALUES)).map(name),
    st.sampled_from([2.0, -1.5, 1e6, 2.5e-7, math.pi / 6, 1 / 3, math.log(2.0), -3e-9, math.pi * 4 / 3]).map(number),
)


def _larger(smaller: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    return st.one_of(
        st.tuples(smaller, smaller, st.sampled_from("+-*/")).map(
            lambda of: {"+": of[0] + of[1], "-": of[0] - of[1], "*": of[0] * of[1], "/": of[0] / of[1]}[of[2]]
            if not (of[2] and of[1].value == 0.0) else of[0]
        ),
        smaller.map(lambda one: -one),
        smaller.map(lambda one: (one * one + 1.0).log()),
        smaller.map(lambda one: (one * one + 2.0) ** 0.7),
        smaller.map(lambda one: (one * one).sqrt()),
        smaller.map(lambda one: (-(one * one)).exp()),
    )


@given(st.recursive(_LEAVES, _larger, max_leaves=12))
@settings(max_examples=150, deadline=None)
def test_typeset_formula_against_its_value(expression: Expression) -> None:
    """No bracket is missing: the formula as text, computed by Python, is the formula's value."""
    text = typeset(expression, _Python())
    try:
        expected = evaluate(expression, _VALUES)
    except (ZeroDivisionError, OverflowError):
        return
    functions = {"exp": math.exp, "log": math.log, "sqrt": math.sqrt, "pi": math.pi}
    assert eval(text, {**functions, **_VALUES}) == pytest.approx(expected, rel=1e-6, abs=1e-6 * _largest(expression))


def _largest(expression: Expression) -> float:
    """The largest size inside a formula: what may cancel leaves rounding of this size."""
    return max([abs(evaluate(expression, _VALUES)), *map(_largest, operands(expression))])


@pytest.mark.parametrize(
    ("expression", "latex"),
    [
        (name("a") / (name("b") + 1.0), r"\frac{\mathrm{a}}{\mathrm{b} + 1}"),
        (name("a") - (name("b") - name("c")), r"\mathrm{a} - \left(\mathrm{b} - \mathrm{c}\right)"),
        (name("two_words") * 1e6, r"\mathrm{two\_words} \cdot 10^{6}"),
        (math.log(2.0) / name("half_life"), r"\frac{\ln 2}{\mathrm{half\_life}}"),
        ((name("a") + 1.0) ** (2.0 / 3.0), r"\left(\mathrm{a} + 1\right)^{\frac{2}{3}}"),
        (name("a") * (math.pi / 6.0), r"\mathrm{a} \cdot \frac{\pi}{6}"),
    ],
)
def test_latex_of_small_formulas(expression: Expression, latex: str) -> None:
    assert typeset(expression, LATEX) == latex


@BY_NAME
def test_latex_document_has_an_equation_for_every_name(model: Model) -> None:
    text = document(model)
    assert text.count("{") == text.count("}") and text.count(r"\left(") == text.count(r"\right)")
    for state in model.states:
        assert rf"\frac{{d\,{LATEX.name(state)}}}{{dt}} &= " in text
    for output in model.outputs:
        assert rf"{LATEX.name(output)} &= " in text
    assert text.count("&=") == sum(len(lines(found)) for found in equations(model))
