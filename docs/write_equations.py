"""Writes docs/equations.md, every shipped part with its states, parameters and equations, and docs/equations.tex.

The equations come from the models' own functions (`tdm1.interop.equations`), shown as MathML, which browsers
draw without any script; the same as LaTeX stand in the second file. Run `python docs/write_equations.py` when a
model or a fact changes; `--check` only says whether the two are up to date.
"""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from html import escape
from pathlib import Path

from equation_families import Family, families, said, table_rows
from equation_terms import shortened

from tdm1 import evidence
from tdm1.evidence.drugs import drugs
from tdm1.evidence.units import factor, parse
from tdm1.interop.equations import PartEquations, equations
from tdm1.interop.latex import Line, framed, line_latex, lines, typeset
from tdm1.mechanism import Part, shipped

PAGE = Path(__file__).parent / "equations.md"
LATEX = PAGE.with_suffix(".tex")

HEAD = """# The equations

Written by `docs/write_equations.py` from the functions that the engine compiles: what stands here is what runs.
Time *t* is in days. A quantity of an earlier part stands by its name. Starts that are not listed are 0.
The values are the typical ones of the facts, in the fact's unit and in that of the equations; a patient's own
follow from her covariates and random effects, and `tdm1 explain FACT` tells all that is known of one. How a value
was read: `read` in the source itself, `secondary` in a later work that cites it, `recall` from memory and not read
again, `derived` or `calibrated` by us, `assumed` without a source.

Equations that differ only in a load, a clone or a zone are one: `antibody_{n}` with n = 1 … 3 is `antibody_1`,
`antibody_2` and `antibody_3`; *c* is a clone of the tumour, *z* a zone of it. Long terms that a part has more than
once are named w1, w2, … and written out below its equations.

The same equations as LaTeX: [equations.tex](equations.tex). `tdm1 export latex MODEL` prints those of one model, each
written out; [SBML](sbml.md) is the form to compute with.

<style>
.equations > div { overflow-x: auto; overflow-y: hidden; padding: 0.3em 0 0.3em 2em; text-indent: -2em; }
.equations math { text-indent: 0; math-style: normal; }
.equations span { display: inline-block; padding-left: 4em; }
</style>
"""


class MathML:
    """Presentation MathML."""

    def number(self, digits: str, power_of_ten: int | None) -> str:
        if power_of_ten is None:
            return f"<mn>{digits}</mn>"
        front = f"<mn>{digits}</mn><mo>·</mo>" if digits else ""
        return f"{front}<msup><mn>10</mn>{_whole(power_of_ten)}</msup>"

    def constant(self, which: str) -> str:
        return {"pi": "<mi>π</mi>", "ln 2": "<mrow><mi>ln</mi><mspace width='0.17em'/><mn>2</mn></mrow>"}[which]

    def name(self, text: str) -> str:
        return f"<mi>{escape(text)}</mi>"

    def infix(self, left: str, sign: str, right: str) -> str:
        shown = {"*": "·", "-": "−", "+": "+"}[sign]
        return f"{left}<mo>{shown}</mo>{right}"

    def minus(self, what: str) -> str:
        return f"<mo form='prefix'>−</mo>{what}"

    def fraction(self, above: str, below: str) -> str:
        return f"<mfrac>{_row(above)}{_row(below)}</mfrac>"

    def raised(self, base: str, exponent: str) -> str:
        return f"<msup>{_row(base)}{_row(exponent)}</msup>"

    def root(self, what: str) -> str:
        return f"<msqrt>{what}</msqrt>"

    def exponential(self, exponent: str) -> str:
        return f"<msup><mi>e</mi>{_row(exponent)}</msup>"

    def logarithm(self, what: str) -> str:
        return f"<mi>ln</mi>{self.bracketed(what)}"

    def bracketed(self, what: str) -> str:
        return f"<mrow><mo>(</mo>{what}<mo>)</mo></mrow>"


def _row(what: str) -> str:
    """One element of what may be several."""
    alone = re.fullmatch(r"<(\w+)>[^<]*</\1>", what)
    return what if alone else f"<mrow>{what}</mrow>"


def _whole(number: int) -> str:
    sign = "<mo form='prefix'>−</mo>" if number < 0 else ""
    return _row(f"{sign}<mn>{abs(number)}</mn>")


NOTATION = MathML()


#: Formulas with more characters than this may break before a term.
_LONG = 400


def _terms(mathml: str) -> list[str]:
    """A sum cut before each sign; anything else whole."""
    found, depth, start = list[str](), 0, 0
    for tag in re.finditer(r"<(/?)[^>]*>", mathml):
        if depth == 0 and mathml.startswith(("<mo>+<", "<mo>−<"), tag.start()):
            found.append(mathml[start : tag.start()])
            start = tag.start()
        depth += -1 if tag.group(1) else 0 if tag.group().endswith("/>") else 1
    return [*found, mathml[start:]]


def line_mathml(line: Line) -> str:
    """One equation as a `math` element, or as several in a row if it is long: lines break between elements only."""
    name = NOTATION.name(line.name)
    left = {
        "quantity": name,
        "slope": NOTATION.fraction(f"<mi>d</mi>{name}", "<mi>d</mi><mi>t</mi>"),
        "start": f"{name}<mo>(</mo><mn>0</mn><mo>)</mo>",
    }[line.kind]
    whole = f"{left}<mo>=</mo>{typeset(line.right, NOTATION)}"
    first, *more = _terms(whole) if len(whole) > _LONG else [whole]
    # In front of an element a sign would be one term's own; it stands between two.
    more = [one.replace("<mo>", "<mo form='infix'>", 1) for one in more]
    return " ".join(f'<math>{one}</math>' for one in (first, *more))


def _table(heads: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    text = [f"| {' | '.join(heads)} |", f"|{'---|' * len(heads)}"]
    return "\n".join([*text, *(f"| {' | '.join(row)} |" for row in rows)]) + "\n"


def _unit(unit: str) -> str:
    return "" if unit == "1" else f"`{unit}`"


def _source(key: str) -> str:
    return "tdm1" if key == "tdm1" else f"[{key}](#{key})"


def _label(model: str) -> str:
    """What a model is of, where models differ only in that: the drug or the animal."""
    names = [*drugs(), "rat", "monkey"]
    return next((name for name in names if model.endswith(f"_{name}")), model)


@dataclass
class Section:
    """Parts with the same equations, and the models that each is in."""

    found: PartEquations
    parts: list[tuple[Part, list[str]]]

    @property
    def models(self) -> list[str]:
        """Every model with these equations."""
        return [model for _, models in self.parts for model in models]


def sections() -> list[Section]:
    """The parts of all shipped models; parts with the same equations, such as those of two drugs, are one section."""
    known: dict[object, Section] = {}
    for model in shipped():
        for found in equations(model):
            section = known.setdefault((found.part.name, tuple(lines(found))), Section(found, []))
            for part, models in section.parts:
                if part == found.part:
                    models.append(model.name)
                    break
            else:
                section.parts.append((found.part, [model.name]))
    return list(known.values())


def _value(fact: evidence.Fact, unit: str) -> str:
    """A fact's value in its own unit and, where that is another, in the unit that it has in the equations."""
    text = f"{fact.value:.6g} {_unit(fact.unit)}".strip()
    # Some parameters are a fact times the body weight: their unit is no other unit of the fact.
    if fact.unit == unit or parse(fact.unit).dimensionality != parse(unit).dimensionality:
        return text
    return f"{text} = {fact.value * factor(fact.unit, unit):.6g} {_unit(unit)}".strip()


def _parameters(section: Section) -> str:
    """One row a parameter, or a row for each fact where drugs or animals differ."""
    used: dict[str, dict[str, dict[str, None]]] = {}
    for part, models in section.parts:
        for one in part.parameters:
            labels = used.setdefault(one.name, {}).setdefault(one.fact, {})
            labels |= dict.fromkeys(map(_label, models))
    units = {one.name: one.unit for part, _ in section.parts for one in part.parameters}
    meanings = {one.name: one.meaning for part, _ in section.parts for one in part.parameters}
    rows: list[tuple[str, ...]] = []
    for parameter, facts in used.items():
        for place, (key, labels) in enumerate(facts.items()):
            fact = evidence.fact(key)
            value = _value(fact, units[parameter])
            of = f" ({', '.join(labels)})" if len(facts) > 1 else ""
            first = (f"`{parameter}`", meanings[parameter]) if place == 0 else ("", "")
            rows.append((*first, value + of, f"`{key}`", _source(fact.source), f"`{fact.read}`"))
    return "\n" + _table(("parameter", "meaning", "value", "fact", "source", "read"), rows) if rows else ""


def _variables(part: Part) -> str:
    text = ""
    if part.states:
        rows = [(one.name, _unit(one.unit), one.meaning) for one in part.states]
        text += "\n" + _table(("state", "unit", "meaning"), table_rows(rows))
    if part.inputs or part.quantities:
        kinds = [(one, "input") for one in part.inputs] + [(one, "quantity") for one in part.quantities]
        rows = [(one.name, kind, _unit(one.unit), one.meaning) for one, kind in kinds]
        text += "\n" + _table(("name", "kind", "unit", "meaning"), table_rows(rows))
    return text


def _families(section: Section) -> list[Family]:
    short, terms = shortened(lines(section.found))
    return [*families(short), *families(terms)]


def _section(section: Section, title: str) -> str:
    part = section.found.part
    text = f"\n## {title}\n\nIn {', '.join(f'`{name}`' for name in section.models)}."
    text += f" Structure: {_source(part.source)}.\n{_variables(part)}{_parameters(section)}"
    shown = ""
    for family in _families(section):
        every = f"<span>for {said(family.indices)}</span>" if family.indices else ""
        shown += f"<div>{line_mathml(family.line)}{every}</div>\n"
    return text + f'\n<div class="equations">\n{shown}</div>\n'


def latex() -> str:
    """The equations of the page as a LaTeX document."""
    found = sections()
    named = zip(_titles(found), found, strict=True)
    return framed((title, map(_latex, _families(section))) for title, section in named)


def _latex(family: Family) -> str:
    every = said(family.indices).replace("…", r"\dots")
    return line_latex(family.line) + (rf" \quad \text{{for {every}}}" if every else "")


def _titles(found: list[Section]) -> list[str]:
    """A heading each; parts of one name with other equations say what they are of."""
    names = [section.found.part.name for section in found]
    titles: list[str] = []
    for section in found:
        name = section.found.part.name
        title = name.replace("_dar", "_load").replace("_", " ").capitalize()
        if names.count(name) > 1:
            title += f": {', '.join(dict.fromkeys(map(_label, section.models)))}"
        titles.append(title)
    return titles


def page() -> str:
    """The page as Markdown."""
    found = sections()
    text = HEAD + "".join(map(_section, found, _titles(found)))
    parts = [part for section in found for part, _ in section.parts]
    keys = {part.source for part in parts}
    keys |= {evidence.fact(one.fact).source for part in parts for one in part.parameters}
    text += "\n## Sources\n"
    for key in sorted(keys - {"tdm1"}):
        source = evidence.sources()[key]
        doi = f" doi:{source.doi}" if source.doi else ""
        text += f'\n<a id="{key}"></a>**{key}**: {escape(source.citation, quote=False)}{doi}\n'
    return text


def main(arguments: list[str]) -> int:
    """Write the page and the LaTeX, or with `--check` say whether they are up to date (exit code 1 if not)."""
    written = {PAGE: page(), LATEX: latex()}
    if arguments != ["--check"]:
        for path, text in written.items():
            path.write_text(text, "utf-8")
        return 0
    stale = [path.name for path, text in written.items() if not path.exists() or path.read_text("utf-8") != text]
    for name in stale:
        print(f"docs/{name} is not up to date; run python docs/write_equations.py", file=sys.stderr)
    return 1 if stale else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
