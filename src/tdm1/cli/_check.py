"""`tdm1 check`: may this person have the drug, and the next dose."""

from __future__ import annotations

import datetime
import sys
from pathlib import Path
from typing import Any

from tdm1.cli._screen import note, print_json, stdout
from tdm1.cli._values import OptionError
from tdm1.evidence import nearest


def day_option(option: str, text: str | None) -> datetime.date | None:
    """The day of an option. Raises OptionError when it is no day of the calendar."""
    if text is None:
        return None
    try:
        return datetime.date.fromisoformat(text)
    except ValueError:
        raise OptionError(f"{option} '{text}' is no day of the calendar; write it as YYYY-MM-DD") from None


def read_patient(patient: str) -> tuple[dict[str, Any], str]:
    """The document of a file, of standard input (`-`) or of a built-in example, and what to call it in errors."""
    from tdm1.person import examples, parse, read_document

    if patient == "-":
        return parse(sys.stdin.buffer.read(), place="standard input"), "standard input"
    path = Path(patient)
    if patient in examples.names() and not path.exists():
        return examples.example(patient), patient
    if not path.suffix and not path.exists():
        known = examples.names()
        raise OptionError(f"there is no file '{patient}', and no example of that name{nearest(patient, known)}"
                          f" (examples: {', '.join(known)})")
    return read_document(path), path.name


def run_check(patient: str, *, on: str | None, region: str | None, as_json: bool) -> None:
    """Answer for one person's file, or standard input for `-`.

    Raises PersonError or FhirError, which mean bad input, for a file that cannot be used.
    """
    from tdm1.person import check, record

    if region not in (None, "US", "EU", "England"):
        raise OptionError(f"--region '{region}' is not known; it takes US, EU or England")
    day = day_option("--on", on)
    document, place = read_patient(patient)
    if "resourceType" in document:
        from tdm1.interop.fhir import read_bundle

        bundle = read_bundle(document, on=day)
        for line in bundle.notes:
            note(line)
        found = bundle.record
    else:
        found = record(document, place=place)
    answer = check(found, on=day, region=region)
    if as_json:
        print_json(answer.as_dict())
        return
    from tdm1.report.check import print_check

    print_check(answer, stdout())
