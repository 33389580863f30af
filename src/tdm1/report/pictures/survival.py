"""Kaplan-Meier curves of the arms, with censor marks and the numbers at risk."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from tdm1.report.pictures import _style as style

if TYPE_CHECKING:
    import polars as pl
    from matplotlib.axes import Axes

#: At most this many censor marks a curve; more would only draw a thick line.
_MARKS = 120
#: Steps of the curve smaller than this (% of patients) are drawn together.
_VISIBLE_PCT = 0.1
_WORDS = {
    "pfs": "Progression-free survival", "idfs": "Invasive disease-free survival", "os": "Overall survival",
}


def _curve(axes: Axes, months: Any, events: Any, colour: str, dashed: bool, name: str) -> tuple[str, float]:
    """Draw one arm; returns its median in words and its share (%) after 30 % of the time."""
    import numpy as np
    from lifelines import KaplanMeierFitter

    fitted = KaplanMeierFitter().fit(months, events)
    estimate = fitted.survival_function_.iloc[:, 0]
    interval = fitted.confidence_interval_
    times = estimate.index.to_numpy(dtype=float)
    share = 100 * estimate.to_numpy(dtype=float)
    low, high = (100 * interval.iloc[:, side].to_numpy(dtype=float) for side in (0, 1))
    # Steps that no eye can see would only make the file large.
    drawn = np.concatenate([[True], np.diff(np.round(share / _VISIBLE_PCT)) != 0])
    drawn[-1] = True
    axes.fill_between(times[drawn], low[drawn], high[drawn], step="post", color=colour, alpha=0.15, linewidth=0)
    axes.step(times[drawn], share[drawn], where="post", color=colour, linewidth=2, linestyle="--" if dashed else "-")
    censored = np.sort(months[~events])
    if len(censored) > _MARKS:
        censored = censored[np.linspace(0, len(censored) - 1, _MARKS).round().astype(int)]
    heights = share[np.searchsorted(times, censored, side="right") - 1]
    axes.plot(censored, heights, "|", color=colour, markersize=6, markeredgewidth=1)
    median = float(fitted.median_survival_time_)
    words = f"median {median:.1f} months" if np.isfinite(median) else "median not reached"
    axes.plot([], [], color=colour, linewidth=2, linestyle="--" if dashed else "-", label=f"{name}: {words}")
    return words, float(share[np.searchsorted(times, 0.3 * times[-1], side="right") - 1])


@style.in_style
def picture(endpoint: str, arms: Mapping[str, pl.DataFrame]) -> style.Picture | None:
    """Kaplan-Meier curves of `endpoint` (`pfs`, `idfs` or `os`) for subject tables by arm; None when no arm has it."""
    import numpy as np

    time, event = f"{endpoint}_month", f"{endpoint}_event"
    data = {
        name: (frame[time].to_numpy().astype(float), frame[event].to_numpy().astype(bool))
        for name, subjects in arms.items()
        if time in subjects.columns and not (frame := subjects.drop_nulls([time, event]).drop_nans([time])).is_empty()
    }
    if not data:
        return None
    made, (axes, risk) = style.figure(height=4.3 + 0.26 * len(data), rows=(1, 0.02 + 0.062 * len(data)))
    words: list[str] = []
    early = 100.0
    last = max(float(months.max()) for months, _ in data.values())
    step = next(step for step in (3, 6, 12, 24, 48, 96, 1000) if last / step <= 7)
    ticks = np.arange(0, last + 1e-9, step)
    for number, (name, (months, events)) in enumerate(data.items()):
        colour = style.ARMS[number % len(style.ARMS)]
        median, least = _curve(axes, months, events, colour, number % 2 == 1, name)
        early = min(early, least)
        words.append(f"{name}: {median}, {int(events.sum())} events in {len(months)} patients")
        for tick in ticks:
            risk.text(
                tick, -number, str(int((months >= tick).sum())), ha="center", va="center", color=colour, fontsize=12
            )
    axes.set_ylim(0, 102)
    axes.set_xlim(-0.02 * last, last * 1.02)
    axes.set_ylabel("patients (%)")
    # Curves that stay high leave the room below them.
    axes.legend(loc="lower left" if early > 70 else "upper right", handlelength=1.8)
    axes.set_xticks(ticks)
    axes.tick_params(labelbottom=True)
    axes.set_xlabel("months")
    risk.set_ylim(-len(data) + 0.4, 0.6)
    risk.set_yticks([])
    risk.grid(visible=False)
    risk.tick_params(labelbottom=False, length=0)
    for side in risk.spines.values():
        side.set_visible(False)
    risk.set_title("at risk", loc="left", fontsize=12, color=style.MUTED, pad=2)
    title = _WORDS[endpoint]
    caption = (
        f"Kaplan-Meier estimate over months, with 95 % interval (shade); small upright marks are censored patients. "
        f"{'; '.join(words)}. The rows below give the number still at risk, in the order and colour of the legend."
    )
    return style.Picture(endpoint, title, caption, style.inline_svg(made, endpoint, title))
