"""What the file says of itself in words: notes for people, and links to the publications for programs."""

from __future__ import annotations

from html import escape
from typing import Any

from tdm1 import evidence
from tdm1.mechanism import Parameter

_READ = {
    "read": "read in the source",
    "secondary": "taken from a later work that cites it",
    "recall": "from memory, not read again",
    "derived": "derived by tdm1",
    "calibrated": "calibrated by tdm1",
    "assumed": "assumed by tdm1",
}


def put(target: Any, *paragraphs: str) -> None:
    """Write paragraphs of plain text as the notes of an SBML element."""
    text = "".join(f"<p>{escape(one)}</p>" for one in paragraphs if one)
    target.setNotes(f'<body xmlns="http://www.w3.org/1999/xhtml">{text}</body>')


def source_words(key: str) -> str:
    """A source by its citation and DOI."""
    source = evidence.sources()[key]
    return source.citation + (f" doi:{source.doi}" if source.doi else "")


def of_parameter(parameter: Parameter, value: float, changed: bool) -> tuple[str, ...]:
    """Where a parameter's value comes from: the fact, its source and how it was read, and who changed it since."""
    fact = evidence.fact(parameter.fact)
    unit = "" if fact.unit == "1" else f" {fact.unit}"
    here = f"The value here, {value:.10g} in {parameter.unit}, "
    if changed:
        here += "was set by the user of tdm1 and does not come from that source."
    elif fact.unit == parameter.unit and fact.value == value:
        here = ""
    else:
        here += "is that of the patient of this file."
    return (
        f"Fact {fact.name}: {fact.value:.10g}{unit}, {_READ[fact.read]} (mark: {fact.read}). "
        f"Population: {fact.population}.",
        f"Source: {source_words(fact.source)}. Where: {fact.where}",
        here,
    )


def cite(target: Any, source: str, predicate: int) -> None:
    """Link an element to the publication that describes it, where the publication has a DOI."""
    import libsbml

    doi = evidence.sources()[source].doi
    if not doi:
        return
    if not target.isSetMetaId():
        target.setMetaId(f"about_{target.getId()}")
    term = libsbml.CVTerm(libsbml.BIOLOGICAL_QUALIFIER)
    term.setBiologicalQualifierType(predicate)
    term.addResource(f"https://identifiers.org/doi:{doi}")
    target.addCVTerm(term)
