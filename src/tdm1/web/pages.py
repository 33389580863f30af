"""The three doors as pages: what to expect, next dose, explore. Everything they load comes from this server."""

from __future__ import annotations

from functools import cache
from importlib.resources import as_file, files
from typing import Any

from fastapi import APIRouter, Request, Response
from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.responses import HTMLResponse, JSONResponse
from starlette.staticfiles import StaticFiles

from tdm1 import evidence
from tdm1.evidence.texts import texts
from tdm1.person import FINDINGS, PersonError, examples, lab_tests
from tdm1.web.errors import ApiError

router = APIRouter(include_in_schema=False)
_LANGUAGE = "en"
#: Sources of what the patient's page says, in the order of the page.
_PATIENT_SOURCES = ("patient_page", "uspi_dc", "hkpi", "uspi_cur", "thpi", "uspi_2013", "drugscom_preg", "gne_emag")
#: Questions of the clinician's form, in groups: names of the register of a person.
HISTORY = {
    "The cancer": ("disease_stage", "her2_positive", "prior_trastuzumab", "prior_taxane"),
    "Metastatic": (
        "prior_therapy_for_metastatic_disease", "prior_therapy_for_advanced_disease",
        "recurrence_during_or_within_6_months_of_adjuvant",
    ),
    "Early": (
        "neoadjuvant_taxane", "neoadjuvant_trastuzumab", "neoadjuvant_other_her2_therapy", "residual_invasive_disease",
    ),
    "Before the start": (
        "significant_cardiac_disease", "lung_disease", "dyspnoea_at_rest", "trastuzumab_stopped_for_reaction",
        "hypersensitivity_to_t_dm1", "pregnant", "breastfeeding",
    ),
}
#: Units offered first for each test of the form; any other is typed as a pasted line.
LAB_ROWS = {
    "platelets": ("10*9/L", "/mm3", "K/uL"),
    "alt": ("U/L", "ukat/L", "xULN"),
    "ast": ("U/L", "ukat/L", "xULN"),
    "bilirubin": ("mg/dL", "umol/L", "xULN"),
    "lvef": ("%",),
    "weight": ("kg", "lb"),
}


@cache
def _templates() -> Environment:
    return Environment(
        loader=PackageLoader("tdm1.web", "templates"), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )


@cache
def page(name: str) -> str:
    """A page as HTML. It depends on nothing of the request, so it is made once."""
    from tdm1.eligibility import VARIABLES
    from tdm1.forecast import bounds

    known = evidence.sources()
    words = {key.removeprefix("page."): said for key, said in texts(_LANGUAGE).items() if key.startswith("page.")}
    return _templates().get_template(f"{name}.html").render(
        t=words, language=_LANGUAGE, texts=texts(_LANGUAGE), sources=[known[key] for key in _PATIENT_SOURCES],
        history={group: [VARIABLES[one] for one in names] for group, names in HISTORY.items()},
        labs={name: (lab_tests()[name], units) for name, units in LAB_ROWS.items()}, findings=FINDINGS,
        examples=examples.names(), bounds=bounds() if name == "explore" else {},
    )


def static() -> StaticFiles:
    """The files that pages load: style, scripts, the chart library."""
    with as_file(files("tdm1.web").joinpath("static")) as folder:
        return StaticFiles(directory=folder)


def _route(path: str, name: str) -> None:
    @router.get(path)
    async def show(_: Request) -> Response:  # pyright: ignore[reportUnusedFunction]
        return HTMLResponse(page(name))


for _path, _name in (("/", "home"), ("/expect", "expect"), ("/next-dose", "next_dose"), ("/explore", "explore")):
    _route(_path, _name)


@router.get("/page-data/sources.json")
async def sources(_: Request) -> Response:
    """Citations by key, for the answers of a page."""
    return JSONResponse({key: {"citation": one.citation, "url": one.url, "doi": one.doi}
                         for key, one in evidence.sources().items()})


@router.get("/page-data/texts.json")
async def page_texts(_: Request) -> Response:
    """The words that scripts of the patient's page need."""
    wanted = ("page.", "triage.", "expect.")
    return JSONResponse({key: said for key, said in texts(_LANGUAGE).items() if key.startswith(wanted)})


@router.get("/page-data/examples/{name}")
async def example(name: str) -> Response:
    """A made-up person, to try the page on."""
    try:
        found: dict[str, Any] = examples.example(name)
    except PersonError as error:
        raise ApiError(404, str(error)) from error
    return JSONResponse(found)


@router.get("/favicon.ico")
async def favicon() -> Response:
    """No icon: an empty answer, so that no browser asks again."""
    return Response(status_code=204)
