"""`tdm1 symptoms`: what a person feels, in plain words, and how soon to call about it."""

from __future__ import annotations

from collections.abc import Sequence

from tdm1.cli._screen import print_json, stdout
from tdm1.cli._values import OptionError


def run_symptoms(
    words: Sequence[str], *, temperature_c: float | None, days_since_dose: int | None, as_json: bool
) -> None:
    """Answer for the words of a person.

    Raises OptionError for no words and no temperature; SymptomError, which means bad input, for a text that is too
    long, an impossible temperature or days below 0.
    """
    from tdm1.report import symptoms as report
    from tdm1.symptoms import triage

    text = " ".join(words).strip()
    if not text and temperature_c is None:
        raise OptionError("say what is felt, for example: tdm1 symptoms 'fever of 38.5 and chills'")
    answer = triage(text, temperature_c=temperature_c, days_since_dose=days_since_dose)
    if as_json:
        print_json(report.as_json(answer))
    else:
        report.print_triage(answer, stdout())
