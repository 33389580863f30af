"""Writes docs/equations.md: every shipped part with its states, parameters and equations.

The equations come from the models' own functions (`tdm1.interop.equations`), shown as MathML, which browsers
draw without any script, beside their LaTeX. Run `python docs/write_equations.py` when a model or a fact changes;
`--check` only says whether the page is up to date.
"""

from __future__ import annotations

import sys
from html import escape
from pathlib import Path

from tdm1 import evidence
from tdm1.interop.equations import PartEquations, equations
from tdm1.interop.latex import Line, line_latex, lines, typeset
from tdm1.mechanism import shipped

PAGE = Path(__file__).parent / "equations.md"

HEAD = """# The equations

Written by `docs/write_equations.py` from the functions that the engine compiles: what stands here is what runs.
Time *t* is in days. A quantity of an earlier part stands by its name. Starts that are not listed are 0.
The values are the typical ones of the facts; a patient's own follow from her covariates and random effects,
and `tdm1 explain FACT` tells all that is known of one. How a value was read: `read` in the source itself,
`secondary` in a later work that cites it, `recall` from memory and not read again, `derived` or
`calibrated` by us, `assumed` without a source.

`tdm1 export latex MODEL` prints the equations of one model as LaTeX; [SBML](sbml.md) is the form to compute with.
"""


class MathML:
    """Presentation MathML."""

    def number(self, digits: str, power_of_ten: int | None) -> str:
        if power_of_ten is None:
            return f"<mn>{digits}</mn>"
        front = f"<mn>{digits}</mn><mo>&#xB7;</mo>" if digits else ""
        return f"{front}<msup><mn>10</mn>{_whole(power_of_ten)}</msup>"

    def constant(self, which: str) -> str:
        return {"pi": "<mi>&#x3C0;</mi>", "ln 2": "<mrow><mi>ln</mi><mspace width='0.17em'/><mn>2</mn></mrow>"}[which]

    def name(self, text: str) -> str:
        return f"<mi>{escape(text)}</mi>"

    def infix(self, left: str, sign: str, right: str) -> str:
        shown = {"*": "&#xB7;", "-": "&#x2212;", "+": "+"}[sign]
        return f"{left}<mo>{shown}</mo>{right}"

    def minus(self, what: str) -> str:
        return f"<mo form='prefix'>&#x2212;</mo>{what}"

    def fraction(self, above: str, below: str) -> str:
        return f"<mfrac><mrow>{above}</mrow><mrow>{below}</mrow></mfrac>"

    def raised(self, base: str, exponent: str) -> str:
        return f"<msup><mrow>{base}</mrow><mrow>{exponent}</mrow></msup>"

    def root(self, what: str) -> str:
        return f"<msqrt>{what}</msqrt>"

    def exponential(self, exponent: str) -> str:
        return f"<msup><mi>e</mi><mrow>{exponent}</mrow></msup>"

    def logarithm(self, what: str) -> str:
        return f"<mi>ln</mi>{self.bracketed(what)}"

    def bracketed(self, what: str) -> str:
        return f"<mrow><mo>(</mo>{what}<mo>)</mo></mrow>"


def _whole(number: int) -> str:
    sign = "<mo form='prefix'>&#x2212;</mo>" if number < 0 else ""
    return f"<mrow>{sign}<mn>{abs(number)}</mn></mrow>"


NOTATION = MathML()


def line_mathml(line: Line) -> str:
    """One equation as a `math` element."""
    name = NOTATION.name(line.name)
    left = {
        "quantity": name,
        "slope": NOTATION.fraction(f"<mi>d</mi>{name}", "<mi>d</mi><mi>t</mi>"),
        "start": f"{name}<mo>(</mo><mn>0</mn><mo>)</mo>",
    }[line.kind]
    return f'<math displaystyle="true"><mrow>{left}<mo>=</mo>{typeset(line.right, NOTATION)}</mrow></math>'


def _table(heads: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    text = [f"| {' | '.join(heads)} |", f"|{'---|' * len(heads)}"]
    return "\n".join([*text, *(f"| {' | '.join(row)} |" for row in rows)]) + "\n"


def _unit(unit: str) -> str:
    return "" if unit == "1" else f"`{unit}`"


def _source(key: str) -> str:
    return "tdm1" if key == "tdm1" else f"[{key}](#{key})"


def _tables(found: PartEquations) -> str:
    part = found.part
    text = ""
    if part.states:
        rows = [(f"`{one.name}`", _unit(one.unit), one.meaning) for one in part.states]
        text += "\n" + _table(("state", "unit", "meaning"), rows)
    if part.inputs or part.quantities:
        kinds = [(one, "input") for one in part.inputs] + [(one, "quantity") for one in part.quantities]
        rows = [(f"`{one.name}`", kind, _unit(one.unit), one.meaning) for one, kind in kinds]
        text += "\n" + _table(("name", "kind", "unit", "meaning"), rows)
    rows = []
    for one in part.parameters:
        fact = evidence.fact(one.fact)
        value = f"{fact.value:.6g} {_unit(fact.unit)}".strip()
        rows.append((f"`{one.name}`", value, one.meaning, f"`{one.fact}`", _source(fact.source), f"`{fact.read}`"))
    if rows:
        text += "\n" + _table(("parameter", "value", "meaning", "fact", "source", "read"), rows)
    return text


def _section(found: PartEquations, models: list[str]) -> str:
    part = found.part
    written = lines(found)
    shown = "".join(f'<div style="overflow-x: auto; padding: 0.25em 0">{line_mathml(line)}</div>\n' for line in written)
    latex = " \\\\\n".join(line_latex(line) for line in written)
    text = f"\n## {part.name.replace('_', ' ').capitalize()}\n\n"
    text += f"In {', '.join(f'`{name}`' for name in models)}. Structure: {_source(part.source)}.\n{_tables(found)}"
    text += f'\n<div class="equations">\n{shown}</div>\n'
    source = escape(f"\\begin{{align*}}\n{latex}\n\\end{{align*}}", quote=False)
    return text + f"\n<details><summary>LaTeX</summary>\n<pre><code>{source}</code></pre>\n</details>\n"


def page() -> str:
    """The page as Markdown."""
    parts: dict[object, tuple[PartEquations, list[str]]] = {}
    for model in shipped():
        for found in equations(model):
            parts.setdefault(found.part, (found, []))[1].append(model.name)
    text = HEAD + "".join(_section(*entry) for entry in parts.values())
    keys = {entry[0].part.source for entry in parts.values()}
    keys |= {evidence.fact(one.fact).source for entry in parts.values() for one in entry[0].part.parameters}
    text += "\n## Sources\n"
    for key in sorted(keys - {"tdm1"}):
        source = evidence.sources()[key]
        doi = f" doi:{source.doi}" if source.doi else ""
        text += f'\n<a id="{key}"></a>**{key}**: {escape(source.citation, quote=False)}{doi}\n'
    return text


def main(arguments: list[str]) -> int:
    """Write the page, or with `--check` say whether it is up to date (exit code 1 if not)."""
    if arguments == ["--check"]:
        if PAGE.read_text("utf-8") == page():
            return 0
        print("docs/equations.md is not up to date; run python docs/write_equations.py", file=sys.stderr)
        return 1
    PAGE.write_text(page(), "utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
