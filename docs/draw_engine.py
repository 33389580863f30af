"""Draws docs/pictures/engine.svg: how equations become many patients' states.

Run `python docs/draw_engine.py` after a change here; a test keeps script and picture equal.
"""

from __future__ import annotations

from pathlib import Path

from svg_boxes import FILL, LINE, LOOP_FILL, NOTE, arrow, box, head, text

PICTURE = Path(__file__).parent / "pictures" / "engine.svg"

WIDTH, HEIGHT = 680, 812

#: Once for each model: what is made, how, and in which file.
ONCE = [
    ("Graph", "the equations run once with recording numbers; equal expressions are one node", "_trace, _graph"),
    ("Jacobian", "exact derivatives, only those that are not zero, sharing the nodes", "_jacobian"),
    ("Elimination", "an order of the unknowns that keeps the factors few, fixed for good", "_elimination"),
    ("Statements", "what parameters alone decide is taken out of the step", "_statements"),
    ("Machine code", "vectors of 4 or 8 patients, ordered for the registers; kept on disk", "_vector_code, _machine"),
]
#: For each block of patients.
STEP = [
    ("factorise", "1/(γh) I − J, once a step"),
    ("8 stages", "right-hand side, two triangular solves each"),
    ("new state, error", "order 5, and an embedded order 4"),
    ("worst patient decides", "step taken or made shorter; a status for who cannot go on"),
]


def picture() -> str:
    """The picture as SVG text."""
    parts = [
        *head(WIDTH, HEIGHT, "How the engine turns equations into the states of many patients"),
        text(30, 36, "Once for a model", 20, bold=True),
    ]
    top, height, step = 54, 58, 76
    for index, (what, how, where) in enumerate(ONCE):
        y = top + index * step
        parts += [box(30, y, 620, height, FILL), text(48, y + 24, what, 17, bold=True)]
        parts += [text(48, y + 46, how, 15, fill=NOTE), text(634, y + 24, where, 14, fill=LINE, anchor="end")]
        if index + 1 < len(ONCE):
            parts.append(arrow([(340, y + height), (340, y + step - 1)]))
    below = top + len(ONCE) * step + 22
    parts.append(text(30, below, "For every block of eight patients", 20, bold=True))
    y = below + 18
    for lane in range(8):
        x = 30 + lane * 78.5
        parts.append(box(x, y, 70, 44, "#ffffff"))
        parts.append(text(x + 35, y + 28, f"patient {lane + 1}", 13, anchor="middle", fill=NOTE))
    note = "their own parameters, dose, infusion and days; the steps in common"
    parts.append(text(340, y + 66, note, 15, anchor="middle", fill=NOTE))
    y += 84
    for index, (what, how) in enumerate(STEP):
        at = y + index * 62
        parts += [box(90, at, 500, 48, LOOP_FILL), text(106, at + 21, what, 16, bold=True)]
        parts.append(text(106, at + 40, how, 14, fill=NOTE))
        if index + 1 < len(STEP):
            parts.append(arrow([(340, at + 48), (340, at + 61)]))
    bottom = y + (len(STEP) - 1) * 62 + 24
    parts.append(arrow([(590, bottom), (632, bottom), (632, y + 24), (592, y + 24)]))
    parts.append(text(640, (bottom + y) / 2 + 4, "next", 14, fill=LINE))
    parts.append(text(640, (bottom + y) / 2 + 22, "step", 14, fill=LINE))
    parts.append("</svg>")
    return "\n".join(parts) + "\n"


if __name__ == "__main__":
    PICTURE.write_text(picture(), encoding="utf-8")
