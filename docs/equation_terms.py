"""Terms that occur more than once in a part's equations, each under a short name of its own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from equation_families import names_in, words_of

from tdm1.interop.equations import Expression, by_name, name, operands
from tdm1.interop.latex import Line

#: Shorter terms are read more easily where they stand.
_SHORTEST = 9


def _size(expression: Expression) -> int:
    return 1 + sum(map(_size, operands(expression)))


def _repeated(lines: Sequence[Line]) -> list[Expression]:
    """Long terms with two uses or more, in the order of their first use; an equation's whole right side is none."""
    uses = Counter[Expression]()
    seen: dict[Expression, None] = {}

    def visit(expression: Expression) -> None:
        if expression in seen:
            return
        for one in operands(expression):
            uses[one] += 1
            visit(one)
        seen[expression] = None

    whole = {line.right for line in lines}
    for line in lines:
        visit(line.right)
    return [one for one in seen if uses[one] > 1 and one not in whole and _size(one) >= _SHORTEST]


def shortened(lines: Sequence[Line]) -> tuple[list[Line], list[Line]]:
    """The equations with repeated terms by name, and the definitions of these names.

    Terms that differ only in a clone or a zone share a number: `w2_well` and `w2_poor`.
    """
    numbers: dict[Expression, int] = {}
    names: dict[Expression, str] = {}
    for term in _repeated(lines):
        values = words_of(names_in(term))
        pattern = by_name(term, {name(one): _without(one, values) for one in names_in(term)})
        number = numbers.setdefault(pattern, len(numbers) + 1)
        names[term] = "_".join([f"w{number}", *values])
    definitions = [
        Line("quantity", key, by_name(term, {one: other for one, other in names.items() if one is not term}))
        for term, key in names.items()
    ]
    return [Line(line.kind, line.name, by_name(line.right, names)) for line in lines], definitions


def _without(text: str, values: Sequence[str]) -> str:
    return "_".join("*" if word in values else word for word in text.split("_"))
