"""Calendar months, as the label counts contraception and heart tests."""

from __future__ import annotations

import calendar
import datetime


def add_months(day: datetime.date, count: int) -> datetime.date:
    """The same day some calendar months later; the last day of a month that is shorter."""
    month = day.month - 1 + count
    year, month = day.year + month // 12, month % 12 + 1
    return datetime.date(year, month, min(day.day, calendar.monthrange(year, month)[1]))
