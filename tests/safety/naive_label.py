"""The two dose tables as plain functions for one patient, written from the tables themselves.

They share no code and no numbers with the package: they are the oracle for the vectorised decision. A value that was
not measured is None. The order of thought follows the table, row by row. `seen` is one visit's values by plain name.
"""

from __future__ import annotations

EVENTS = ["T1", "T2", "T3", "T4"]
TABLES = {
    "metastatic": [
        *(f"M{number}" for number in range(1, 12)), "M11a", "M11b", "M12", "M13", "M14", "M15", "M16", "M16a", "M17",
        "M18", "D10", "D10a", *EVENTS,
    ],
    "early": [*(f"E{number}" for number in range(1, 22)), "D10", "D10a", *EVENTS],
}
HOLD_THEN_LOWER = {"metastatic": ["M2", "M5", "M10", "T3"], "early": ["E1", "E4", "E6", "E11", "T3"]}
HOLD_THEN_SAME = {
    "metastatic": ["M4", "M9", "M12", "M13", "M17", "T1"], "early": ["E3", "E10", "E12", "E13", "E18", "E20", "T1"],
}
STOPS = {
    "metastatic": ["M3", "M6", "M7", "M8", "M11", "M11a", "M16", "D10", "T4"],
    "early": ["E2", "E5", "E7", "E8", "E9", "E16", "E17", "E19", "D10", "T4"],
}
GIVES = {"metastatic": ["M1", "M14", "M15"], "early": ["E14", "E15"]}
HEART = {"metastatic": ("M12", "M13", "M14"), "early": ("E12", "E13", "E14")}
JUDGED = {"metastatic": ["M11b", "M16a", "M18", "D10a"], "early": ["E21", "D10a"]}


def new_patient() -> dict:
    """A patient before the first dose."""
    return {"level": 3.6, "stopped_by": None, "open": set(), "lower_by": None, "lvef_asked": None,
            "lvef_unjudged": False, "platelet_delays": 0, "delay_counted": False}


def _at_least(value, bound) -> bool:
    return value is not None and value >= bound


def metastatic_rows(seen: dict, due: bool) -> list[str]:
    """Ids of all rows of the metastatic table whose finding is there, in table order."""
    rows = []
    enzymes = [seen[name] for name in ("alt", "ast") if seen[name] is not None]
    bilirubin, platelets, lvef, baseline = (seen[name] for name in ("bilirubin", "platelets", "lvef", "baseline"))
    if any(2.5 < value <= 5 for value in enzymes):
        rows.append("M1")
    if any(5 < value <= 20 for value in enzymes):
        rows.append("M2")
    if any(value > 20 for value in enzymes):
        rows.append("M3")
    if bilirubin is not None:
        if bilirubin > 10:
            rows.append("M6")
        elif bilirubin > 3:
            rows.append("M5")
        elif bilirubin > 1.5:
            rows.append("M4")
        if bilirubin > 2 and any(value > 3 for value in enzymes):
            rows.append("M7")
    if seen["nrh"]:
        rows.append("M8")
    if platelets is not None and platelets < 50:
        rows.append("M10" if platelets < 25 else "M9")
    if seen["symptomatic"]:
        rows.append("M11")
    if _at_least(seen["heart_failure"], 3) or _at_least(seen["lv_dysfunction"], 3):
        rows.append("M11a")
    if seen["heart_failure"] == 2:
        rows.append("M11b")
    if lvef is not None:
        if lvef < 40:
            rows.append("M12")
        elif lvef <= 45:
            if baseline is not None:
                rows.append("M13" if round(baseline - lvef, 4) >= 10 else "M14")
        else:
            rows.append("M15")
    if seen["pneumonitis"]:
        rows.append("M16")
    if _at_least(seen["radiation"], 2):
        rows.append("M16a")
    if _at_least(seen["neuropathy"], 3):
        rows.append("M17")
    if _at_least(seen["haemorrhage"], 3):
        rows.append("M18")
    return rows + _infusion_and_event(seen)


def early_rows(seen: dict, due: bool) -> list[str]:
    """Ids of all rows of the early table whose finding is there, in table order."""
    rows = []
    alt, ast, bilirubin = seen["alt"], seen["ast"], seen["bilirubin"]
    platelets, lvef, baseline = seen["platelets"], seen["lvef"], seen["baseline"]
    if due and alt is not None and 3 < alt <= 20:
        rows.append("E1")
    if alt is not None and alt > 20:
        rows.append("E2")
    if due and ast is not None and 3 < ast <= 5:
        rows.append("E3")
    if due and ast is not None and 5 < ast <= 20:
        rows.append("E4")
    if ast is not None and ast > 20:
        rows.append("E5")
    if bilirubin is not None:
        if due and 1 < bilirubin <= 2:
            rows.append("E6")
        if bilirubin > 2:
            rows.append("E7")
            if (alt is not None and alt > 3) or (ast is not None and ast > 3):
                rows.append("E8")
    if seen["nrh"]:
        rows.append("E9")
    if platelets is not None:
        if due and 25 <= platelets < 75:
            rows.append("E10")
        if platelets < 25:
            rows.append("E11")
    if lvef is not None:
        if lvef < 45:
            rows.append("E12")
        elif lvef >= 50:
            rows.append("E15")
        elif baseline is not None:
            rows.append("E13" if round(baseline - lvef, 4) >= 10 else "E14")
    grade_two_and_low = _at_least(seen["heart_failure"], 2) and lvef is not None and lvef < 45
    if (seen["symptomatic"] or _at_least(seen["lv_dysfunction"], 3) or _at_least(seen["heart_failure"], 3)
            or grade_two_and_low):
        rows.append("E16")
    if seen["pneumonitis"]:
        rows.append("E17")
    if seen["radiation"] == 2:
        rows.append("E18")
    if _at_least(seen["radiation"], 3):
        rows.append("E19")
    if _at_least(seen["neuropathy"], 3):
        rows.append("E20")
    if _at_least(seen["haemorrhage"], 3):
        rows.append("E21")
    return rows + _infusion_and_event(seen)


def _infusion_and_event(seen: dict) -> list[str]:
    rows = []
    if _at_least(seen["infusion_reaction"], 4):
        rows.append("D10")
    elif _at_least(seen["infusion_reaction"], 1):
        rows.append("D10a")
    return rows + [EVENTS[int(event) - 1] for event in (seen["event"],) if event in (1, 2, 3, 4)]


ROWS = {"metastatic": metastatic_rows, "early": early_rows}


def _repeat(row: str, lvef: float, baseline: float | None) -> bool | None:
    """What a repeat says of an open heart row: recovered, not recovered, or None when it cannot be judged."""
    if row == "M12":
        return lvef >= 40
    if row == "E12":
        return lvef >= 45
    if row == "E13" and lvef >= 50:
        return True
    return None if baseline is None else round(baseline - lvef, 4) < 10


def _recovered(setting: str, seen: dict) -> set[str]:
    """Rows that the blood, the nerves, the lung or the event of today let go."""
    gone = set()
    alt, ast, bilirubin, platelets = (seen[name] for name in ("alt", "ast", "bilirubin", "platelets"))
    if setting == "metastatic":
        if alt is not None and ast is not None and alt <= 5 and ast <= 5:
            gone.add("M2")
        if bilirubin is not None and bilirubin <= 1.5:
            gone |= {"M4", "M5"}
        if platelets is not None and platelets >= 75:
            gone |= {"M9", "M10"}
    else:
        if alt is not None and alt <= 3:
            gone.add("E1")
        if ast is not None and ast <= 3:
            gone |= {"E3", "E4"}
        if bilirubin is not None and bilirubin <= 1:
            gone.add("E6")
        if platelets is not None and platelets >= 75:
            gone |= {"E10", "E11"}
        if seen["radiation"] is not None and seen["radiation"] <= 1:
            gone.add("E18")
    if seen["neuropathy"] is not None and seen["neuropathy"] <= 2:
        gone |= {"M17", "E20"}
    if seen["event"] == 0:
        gone |= {"T1", "T2", "T3"}
    return gone


def visit(setting: str, state: dict, day, due, seen: dict, required=("platelets", "alt", "ast", "bilirubin")):
    """Changes `state` and returns (action, deciding row, level mg/kg, dose given, rows seen)."""
    rows = ROWS[setting](seen, due)
    if state["stopped_by"]:
        return "stop", state["stopped_by"], state["level"], False, rows
    before = set(state["open"])
    stops = [row for row in STOPS[setting] if row in rows]
    lowering, same = HOLD_THEN_LOWER[setting], HOLD_THEN_SAME[setting]

    lvef, baseline, heart = seen["lvef"], seen["baseline"], HEART[setting]
    if lvef is not None:
        between = 40 <= lvef <= 45 if setting == "metastatic" else 45 <= lvef < 50
        state["lvef_unjudged"] = between and baseline is None
        if state["lvef_asked"] is not None and day > state["lvef_asked"]:
            answers = {row: _repeat(row, lvef, baseline) for row in heart[:2] if row in before}
            stops += [row for row, well in answers.items() if well is False]
            state["open"] -= {row for row, well in answers.items() if well}
            if None in answers.values():
                state["lvef_unjudged"] = True
            else:
                state["lvef_asked"] = None
        if state["lvef_asked"] is None and any(row in rows for row in heart):
            state["lvef_asked"] = day

    state["open"] -= _recovered(setting, seen)
    new_rows = [row for row in rows if row in [*lowering, *same, "T2"] and row not in before]
    state["open"] |= set(new_rows)
    if "E10" not in state["open"]:
        state["delay_counted"] = False
    asks_lower = [row for row in [*lowering, "T2"] if row in new_rows]
    if asks_lower and state["level"] == 2.4:
        stops += asks_lower
    if stops:
        state["stopped_by"] = min(stops, key=TABLES[setting].index)
        return "stop", state["stopped_by"], state["level"], False, rows

    held = [row for row in [*lowering, *same] if row in state["open"]]
    if due and "E10" in held and not state["delay_counted"]:
        state["delay_counted"] = True
        state["platelet_delays"] += 1
        if state["platelet_delays"] == 2:
            state["platelet_delays"] = 0
            if state["level"] != 2.4:
                asks_lower.append("E10")
    if asks_lower and state["lower_by"] is None:
        state["lower_by"] = min(asks_lower, key=[*lowering, "E10", "T2"].index)
    if held:
        return "hold", held[0], state["level"], False, rows
    if state["lvef_unjudged"] or (due and any(seen[name] is None for name in required)):
        return "unknown", "", state["level"], False, rows
    if state["lower_by"]:
        row = state["lower_by"]
        if due:
            state["level"] = {3.6: 3.0, 3.0: 2.4}[state["level"]]
            state["lower_by"] = None
        return "reduce", row, state["level"], bool(due), rows
    gives = [row for row in GIVES[setting] if row in rows]
    return "give", gives[0] if gives else "", state["level"], bool(due), rows
