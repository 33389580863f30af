"""The metastatic dose table as one plain function for one patient, written from the table itself.

It shares no code and no numbers with the package: it is the oracle for the vectorised decision. A value that was not
measured is None. The order of thought follows the table, row by row.
"""

from __future__ import annotations

TABLE = [*(f"M{number}" for number in range(1, 19)), *(f"T{number}" for number in range(1, 5))]
HOLD_THEN_LOWER = ["M2", "M5", "M10", "T3"]
HOLD_THEN_SAME = ["M4", "M9", "M12", "M13", "M17", "T1"]
STOPS = ["M3", "M6", "M7", "M8", "M11", "M16", "T4"]


def new_patient() -> dict:
    """A patient before the first dose."""
    return {"level": 3.6, "stopped_by": None, "open": set(), "lower_by": None, "lvef_asked": None,
            "lvef_unjudged": False}


def rows_seen(alt, ast, bilirubin, platelets, lvef, baseline, nrh, heart_failure, pneumonitis, neuropathy, haemorrhage,
              event) -> list[str]:
    """Ids of all rows whose finding is there, in table order."""
    seen = []
    enzymes = [value for value in (alt, ast) if value is not None]
    if any(2.5 < value <= 5 for value in enzymes):
        seen.append("M1")
    if any(5 < value <= 20 for value in enzymes):
        seen.append("M2")
    if any(value > 20 for value in enzymes):
        seen.append("M3")
    if bilirubin is not None:
        if bilirubin > 10:
            seen.append("M6")
        elif bilirubin > 3:
            seen.append("M5")
        elif bilirubin > 1.5:
            seen.append("M4")
        if bilirubin > 2 and any(value > 3 for value in enzymes):
            seen.append("M7")
    if nrh:
        seen.append("M8")
    if platelets is not None:
        if platelets < 25:
            seen.append("M10")
        elif platelets < 50:
            seen.append("M9")
    if heart_failure:
        seen.append("M11")
    if lvef is not None:
        if lvef < 40:
            seen.append("M12")
        elif lvef <= 45:
            if baseline is not None:
                seen.append("M13" if round(baseline - lvef, 4) >= 10 else "M14")
        else:
            seen.append("M15")
    if pneumonitis:
        seen.append("M16")
    if neuropathy is not None and neuropathy >= 3:
        seen.append("M17")
    if haemorrhage is not None and haemorrhage >= 3:
        seen.append("M18")
    if event in (1, 2, 3, 4):
        seen.append({1: "T1", 2: "T2", 3: "T3", 4: "T4"}[event])
    return seen


def visit(state: dict, day, dose_due, alt, ast, bilirubin, platelets, lvef, baseline, nrh, heart_failure, pneumonitis,
          neuropathy, haemorrhage, event, required=("platelets", "alt", "ast", "bilirubin")):
    """Changes `state` and returns (action, deciding row, level mg/kg, dose given, rows seen)."""
    seen = rows_seen(alt, ast, bilirubin, platelets, lvef, baseline, nrh, heart_failure, pneumonitis, neuropathy,
                     haemorrhage, event)
    if state["stopped_by"]:
        return "stop", state["stopped_by"], state["level"], False, seen
    before = set(state["open"])
    stops = [row for row in STOPS if row in seen]

    if lvef is not None:
        state["lvef_unjudged"] = 40 <= lvef <= 45 and baseline is None
        if state["lvef_asked"] is not None and day > state["lvef_asked"]:
            answered = True
            if "M12" in before:
                if lvef < 40:
                    stops.append("M12")
                else:
                    state["open"].discard("M12")
            if "M13" in before:
                if baseline is None:
                    answered = False
                    state["lvef_unjudged"] = True
                elif round(baseline - lvef, 4) >= 10:
                    stops.append("M13")
                else:
                    state["open"].discard("M13")
            if answered:
                state["lvef_asked"] = None
        if state["lvef_asked"] is None and ("M12" in seen or "M13" in seen or "M14" in seen):
            state["lvef_asked"] = day

    if alt is not None and ast is not None and alt <= 5 and ast <= 5:
        state["open"].discard("M2")
    if bilirubin is not None and bilirubin <= 1.5:
        state["open"] -= {"M4", "M5"}
    if platelets is not None and platelets >= 75:
        state["open"] -= {"M9", "M10"}
    if neuropathy is not None and neuropathy <= 2:
        state["open"].discard("M17")
    if event == 0:
        state["open"] -= {"T1", "T2", "T3"}

    new_rows = [row for row in seen if row in [*HOLD_THEN_LOWER, *HOLD_THEN_SAME, "T2"] and row not in before]
    state["open"] |= set(new_rows)
    asks_lower = [row for row in [*HOLD_THEN_LOWER, "T2"] if row in new_rows]
    if asks_lower and state["level"] == 2.4:
        stops += asks_lower
    if asks_lower and state["lower_by"] is None:
        state["lower_by"] = asks_lower[0]

    if stops:
        state["stopped_by"] = min(stops, key=TABLE.index)
        return "stop", state["stopped_by"], state["level"], False, seen
    for row in [*HOLD_THEN_LOWER, *HOLD_THEN_SAME]:
        if row in state["open"]:
            return "hold", row, state["level"], False, seen
    measured = {"platelets": platelets, "alt": alt, "ast": ast, "bilirubin": bilirubin}
    if state["lvef_unjudged"] or (dose_due and any(measured[name] is None for name in required)):
        return "unknown", "", state["level"], False, seen
    if state["lower_by"]:
        row = state["lower_by"]
        if dose_due:
            state["level"] = {3.6: 3.0, 3.0: 2.4}[state["level"]]
            state["lower_by"] = None
        return "reduce", row, state["level"], bool(dose_due), seen
    gives = [row for row in ("M1", "M14", "M15") if row in seen]
    return "give", gives[0] if gives else "", state["level"], bool(dose_due), seen
