"""The text of the file that the calibrated numbers stand in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict

import yaml

from tdm1.symptoms.catalogue import SETTINGS, Setting
from tdm1.symptoms.numbers import Numbers, ReportedNumbers, SymptomNumbers


def _entry(number: SymptomNumbers | ReportedNumbers) -> dict[str, object]:
    return {key: value if key == "where" else float(f"{value:.4g}") for key, value in asdict(number).items()}


def as_yaml(found: Mapping[Setting, Numbers]) -> str:
    """`evidence/symptoms/calibrated.yaml` for the numbers of all settings."""
    body = {
        setting: {
            "symptoms": {name: _entry(number) for name, number in found[setting].symptoms.items()},
            "reported": {name: _entry(number) for name, number in found[setting].reported.items()},
        }
        for setting in SETTINGS
    }
    text = yaml.safe_dump(body, sort_keys=False, allow_unicode=True, width=116)
    return (
        "# Written by tdm1 calibrate symptoms; do not edit by hand. All numbers are calibrated to what `where` names.\n"
        "# Hazards in 1/day at the reference strength of the drug; of infusion reactions per first infusion.\n" + text
    )
