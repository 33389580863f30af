"""The page of a sensitivity analysis: one HTML file with everything inside it."""

from __future__ import annotations

import shlex
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from tdm1.report import sensitivity_rows as rows
from tdm1.report.html import style_sheet

if TYPE_CHECKING:
    import jinja2

    from tdm1.trial.sensitivity import Output, Sensitivity


@cache
def _template() -> jinja2.Template:
    import jinja2

    environment = jinja2.Environment(
        autoescape=True, trim_blocks=True, lstrip_blocks=True, undefined=jinja2.StrictUndefined
    )
    folder = files("tdm1.report").joinpath("templates")
    return environment.from_string(folder.joinpath("sensitivity.html").read_text("utf-8"))


def kinds(found: Sensitivity, output: Output) -> list[str]:
    """The pictures that an output has: `local`, `sobol`, both or none."""
    from tdm1.report.pictures import sensitivity as pictures

    return [kind for kind in ("local", "sobol") if pictures.shown(found, output.name, kind)]


def _section(found: Sensitivity, output: Output) -> dict[str, Any]:
    from tdm1.report.pictures import sensitivity as pictures

    return {
        "output": output,
        "name": rows.name(output),
        "reference": rows.reference(found, output),
        "refused": found.refused.get(output.name, ""),
        "pictures": [pictures.picture(found, output, kind) for kind in kinds(found, output)],
        "rows": [
            {
                "name": rows.parameter(row.varied),
                "meaning": row.varied.meaning,
                "span": f"{rows.span(row.varied)} {'' if row.varied.unit == '1' else row.varied.unit}",
                "basis": row.varied.basis,
                "elasticity": rows.elasticity(row),
                "first": rows.first(row),
                "total": rows.total(row),
            }
            for row in rows.ranked(found, output.name)
        ],
    }


def command(found: Sensitivity) -> str:
    """The command that repeats the analysis."""
    parts = [
        "tdm1", "sensitivity", "--model", found.model, "--outputs", ",".join(one.name for one in found.outputs),
        "--method", found.method, "--samples", str(found.samples),
        "--dose-mg-per-kg", repr(found.regimen.dose_mg_per_kg), "--every-days", repr(found.regimen.every_day),
        "--cycles", str(found.regimen.cycles), "--seed", str(found.seed),
    ]
    for name, text in found.settings.items():
        parts += ["--set", f"{name}={text}"]
    return shlex.join(parts)


def page(found: Sensitivity, *, finished: datetime) -> str:
    """The analysis as the text of one HTML file. Nothing in it is loaded from elsewhere."""
    from tdm1 import __version__

    return _template().render(
        found=found,
        finished=finished,
        version=__version__,
        style=style_sheet(),
        regimen=rows.regimen(found),
        solves=rows.solves(found),
        sections=[_section(found, output) for output in found.outputs],
        limits=rows.LIMITS,
        command=command(found),
    )
