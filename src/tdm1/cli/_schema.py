"""`tdm1 schema`: the JSON Schema of the files that tdm1 reads."""

from __future__ import annotations

from tdm1.cli._screen import print_json


def print_trial_schema() -> None:
    """Print the JSON Schema of a trial file to standard output."""
    from tdm1 import trial

    print_json(trial.trial_schema())


def print_person_schema() -> None:
    """Print the JSON Schema of a person's record to standard output."""
    from tdm1.person import PersonRecord

    print_json(PersonRecord.model_json_schema())
