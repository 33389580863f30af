"""Equations that differ only in a load, a clone or a zone, as one equation with an index."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Collection, Hashable, Sequence
from dataclasses import dataclass
from itertools import product
from typing import TypeVar

from tdm1.interop.equations import Expression, by_name, name, operands
from tdm1.interop.latex import Line
from tdm1.mechanism.clones import CLONES, ZONES

#: Names with at least so many numbers in one place are counted by load; fewer are counted out.
_FEWEST_LOADS = 5
_WORDS = {"c": tuple(one.name for one in CLONES), "z": tuple(one.name for one in ZONES)}

Item = TypeVar("Item")
#: The value of each index, and all values of each index.
Values = dict[str, str]
Ranges = dict[str, tuple[str, ...]]


@dataclass(frozen=True)
class Family:
    """One equation for all values of its indices; none for an equation that stands alone."""

    line: Line
    indices: Ranges


def names_in(expression: Expression) -> set[str]:
    """Every name in a formula."""
    if expression.kind == "name":
        return {expression.arguments[0]}
    return set().union(*map(names_in, operands(expression)))


def words_of(names: Collection[str]) -> list[str]:
    """The clone and the zone that a formula with these names is about; an index of which it has several is none."""
    words = {word for one in names for word in one.split("_")}
    found = [[word for word in known if word in words] for known in _WORDS.values()]
    return [some[0] for some in found if len(some) == 1]


def _number_place(words: Sequence[str]) -> int | None:
    return next((place for place, word in enumerate(words) if word.isdigit()), None)


def _stem(text: str) -> str | None:
    words = text.split("_")
    place = _number_place(words)
    return None if place is None else "_".join([*words[:place], "#", *words[place + 1 :]])


def _by_load(names: Collection[str]) -> set[str]:
    """Stems of names that are counted by load."""
    count = defaultdict[str, set[str]](set)
    for text in names:
        stem = _stem(text)
        if stem is not None:
            count[stem].add(text)
    return {stem for stem, members in count.items() if len(members) >= _FEWEST_LOADS}


def _values_of(text: str, loads: set[str]) -> Values:
    """The value of each index in a name: `bound_high_well` has c = high and z = well."""
    words = text.split("_")
    found = {index: word for index, known in _WORDS.items() for word in words if word in known}
    place = _number_place(words)
    if place is not None and _stem(text) in loads:
        found["n"] = words[place]
    return found


def _indexed(text: str, values: Values, loads: set[str]) -> str:
    """A name with each word that equals an index's value as `{index}`, and a load as its distance from `{n}`."""
    words = text.split("_")
    for index in _WORDS:
        words = [f"{{{index}}}" if word == values.get(index) else word for word in words]
    place = _number_place(words)
    if place is not None and "n" in values and _stem(text) in loads:
        away = int(words[place]) - int(values["n"])
        words[place] = "{n" + (f"{away:+d}" if away else "") + "}"
    return "_".join(words)


def _renamed(line: Line, values: Values, loads: set[str]) -> Line:
    new = {name(one): _indexed(one, values, loads) for one in names_in(line.right)}
    return Line(line.kind, _indexed(line.name, values, loads), by_name(line.right, new))


def _grouped(
    items: Sequence[Item], name_of: Callable[[Item], str], renamed: Callable[[Item, Values], Hashable], loads: set[str]
) -> list[tuple[Item, Values, Ranges]]:
    """Items in their order, those that are alike but for an index once: the first, its values, all values."""
    groups = defaultdict[Hashable, list[tuple[Item, Values]]](list)
    for item in items:
        values = _values_of(name_of(item), loads)
        groups[renamed(item, values)].append((item, values))
    found: list[tuple[Item, Values, Ranges]] = []
    for members in groups.values():
        first, of_first = members[0]
        ranges = {index: tuple(dict.fromkeys(values[index] for _, values in members)) for index in of_first}
        ranges = {index: known for index, known in ranges.items() if len(known) > 1}
        if ranges and len(members) == len(list(product(*ranges.values()))):
            found.append((first, {index: of_first[index] for index in ranges}, ranges))
        else:
            found += [(item, {}, {}) for item, _ in members]
    return found


def families(lines: Sequence[Line]) -> list[Family]:
    """The equations in their order, each family once, in the place of its first member."""
    loads = _by_load({one.name for one in lines}.union(*(names_in(one.right) for one in lines)))
    groups = _grouped(lines, lambda line: line.name, lambda line, values: _renamed(line, values, loads), loads)
    return [Family(_renamed(line, kept, loads), ranges) for line, kept, ranges in groups]


def table_rows(rows: Sequence[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """Rows of a name and words about it, those that are alike but for an index once, with its values behind the name.

    In the words the value itself stands for the index: `antibody with 3 payloads`.
    """
    loads = _by_load([row[0] for row in rows])

    def renamed(row: tuple[str, ...], values: Values) -> tuple[str, ...]:
        words = [re.sub(r"\b1 payload\b", "1 payloads", one) if "n" in values else one for one in row[1:]]
        for index, value in values.items():
            words = [re.sub(rf"(?<![\w.]){value}(?![\w.])", f"*{index}*", one, count=1) for one in words]
        return (_indexed(row[0], values, loads), *words)

    found: list[tuple[str, ...]] = []
    for row, kept, ranges in _grouped(rows, lambda row: row[0], renamed, loads):
        key, *words = renamed(row, kept)
        found.append((f"`{key}`" + (f", {said(ranges)}" if ranges else ""), *words))
    return found


def said(ranges: Ranges) -> str:
    """The values of each index in words."""
    return "; ".join(f"{index} = {_range(values)}" for index, values in ranges.items())


def _range(values: tuple[str, ...]) -> str:
    row = [int(one) for one in values if one.isdigit()]
    whole = len(row) > 2 and row == list(range(row[0], row[0] + len(row)))
    return f"{values[0]} … {values[-1]}" if whole else ", ".join(values)
