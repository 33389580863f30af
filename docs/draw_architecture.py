"""Draws docs/pictures/architecture.svg: the floors of the package and the loop of a virtual trial.

Run `python docs/draw_architecture.py` after a change here; a test keeps script and picture equal.
"""

from __future__ import annotations

from pathlib import Path

from svg_boxes import FILL, LINE, LOOP_FILL, NOTE, arrow, box, head, text

PICTURE = Path(__file__).parent / "pictures" / "architecture.svg"

#: Floor, package, what lives there; from top to bottom.
FLOORS = [
    ("7", "cli, web, report", "commands, server, tables, pages, pictures"),
    ("6", "forecast, trial, person", "what to expect; visits, endpoints; one person"),
    ("5", "symptoms, eligibility, population", "what is felt; who gets it; virtual people"),
    ("4", "regimen, safety, medicines", "schedule, ledger; label rules; what she takes"),
    ("3", "engine", "compiles equations, advances many patients"),
    ("2", "mechanism", "the equations, one part of the body a file"),
    ("1", "evidence", "every number and label fact, with its source"),
]

#: The loop of one visit: who does it, and what.
STEPS = [
    ("trial", "measure the patients", "labs, scans, with measurement error"),
    ("safety", "decide by the label", "give, hold, reduce or stop, with the rule's id"),
    ("regimen", "write the ledger", "milligrams given; nothing is ever changed"),
    ("engine", "advance to the next visit", "all patients, by some days"),
]

AFTER = (
    "At the end: endpoints, and each beside what was published.",
    "All numbers come from evidence; no step holds its own.",
)

WIDTH, HEIGHT = 1000, 560
LEFT, TOP, BOX_WIDTH, BOX_HEIGHT, STEP = 40, 70, 420, 52, 66
LOOP_LEFT, LOOP_WIDTH, LOOP_HEIGHT, LOOP_STEP = 590, 360, 70, 108


def picture() -> str:
    """The picture as SVG text."""
    parts = [
        *head(WIDTH, HEIGHT, "The floors of tdm1 and the loop of a virtual trial"),
        text(LEFT, 36, "Floors: imports only point down", 19, bold=True),
        text(LOOP_LEFT, 36, "A virtual trial, visit after visit", 19, bold=True),
    ]
    for index, (number, name, what) in enumerate(FLOORS):
        y = TOP + index * STEP
        parts.append(box(LEFT, y, BOX_WIDTH, BOX_HEIGHT, FILL))
        parts.append(text(LEFT + 16, y + 32, number, 17, bold=True, fill=LINE))
        parts.append(text(LEFT + 46, y + 22, name, 16, bold=True))
        parts.append(text(LEFT + 46, y + 41, what, 13, fill=NOTE))
        if index < len(FLOORS) - 1:
            x = LEFT + BOX_WIDTH / 2
            parts.append(arrow([(x, y + BOX_HEIGHT), (x, y + STEP - 1)]))
    aside = "Beside the floors: interop translates to CDISC tables; it decides nothing."
    parts.append(text(LEFT, TOP + len(FLOORS) * STEP + 10, aside, 13, fill=NOTE))
    for index, (who, what, how) in enumerate(STEPS):
        y = TOP + index * LOOP_STEP
        parts.append(box(LOOP_LEFT, y, LOOP_WIDTH, LOOP_HEIGHT, LOOP_FILL))
        parts.append(text(LOOP_LEFT + 16, y + 29, what, 16, bold=True))
        parts.append(text(LOOP_LEFT + 16, y + 52, f"{who}: {how}", 13, fill=NOTE))
        if index < len(STEPS) - 1:
            x = LOOP_LEFT + LOOP_WIDTH / 2
            parts.append(arrow([(x, y + LOOP_HEIGHT), (x, y + LOOP_STEP - 1)]))
    low, high = TOP + 3 * LOOP_STEP + LOOP_HEIGHT / 2, TOP + LOOP_HEIGHT / 2
    side = LOOP_LEFT - 36
    parts.append(arrow([(LOOP_LEFT, low), (side, low), (side, high), (LOOP_LEFT - 2, high)]))
    end = TOP + 3 * LOOP_STEP + LOOP_HEIGHT
    for line, words in enumerate(AFTER):
        parts.append(text(LOOP_LEFT, end + 30 + 20 * line, words, 13, fill=NOTE))
    parts.append("</svg>")
    return "\n".join(parts) + "\n"


if __name__ == "__main__":
    PICTURE.write_text(picture(), "utf-8")
