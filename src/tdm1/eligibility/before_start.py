"""What the label says of one person before the first dose: indications and warnings together, the person read once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tdm1.eligibility.cautions import Cautions, put_warnings
from tdm1.eligibility.indication import IndicationAnswer, put_indications
from tdm1.eligibility.person import read


def before_start(
    person: Mapping[str, Any], region: str = "US", *, uln: Mapping[str, float] | None = None
) -> tuple[IndicationAnswer, Cautions]:
    """The same answers as `indication` and `warnings`, from values that are read and checked once.

    Arguments and errors as for `indication`.
    """
    limits = dict(uln or {})
    known = read(person, limits)
    return put_indications(region, known, limits).answer(0), put_warnings(region, known, limits).answer(0)
