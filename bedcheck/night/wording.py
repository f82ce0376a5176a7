"""What is wrong with the form of a registry's entry, in plain words and with its place."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any

from bedcheck.night.fault import Fault

__all__ = ["form_fault", "shown"]

MOST = 60  # letters of what came

_TIME = "expected a time of day, as 22:30"
_DATE = "expected a date, as 2026-03-10"
_MOMENT = "expected a date and time with its zone, as 2026-03-10T22:00:00+01:00"
_NUMBER = "expected a number"
_WHOLE = "expected a whole number"
_FLAG = "expected true or false"
_WORDS = {  # how pydantic calls a fault, by the first part of its name that is here
    "missing": "is missing",
    "unexpected_keyword_argument": "there is no such field: correct its name, or take it out",
    "string": "expected text, in quotes",
    "int": _WHOLE,
    "float": _NUMBER,
    "finite_number": _NUMBER,
    "bool": _FLAG,
    "time_delta": "expected a length of time",
    "timezone_aware": _MOMENT,
    "time": _TIME,
    "datetime": _MOMENT,
    "date": _DATE,
    "tuple": "expected a list, as [1, 2]",
    "list": "expected a list, as [1, 2]",
    "dataclass": "expected a table of fields",
    "dict": "expected a table of fields",
}


def form_fault(kind: str, rows: Any, fault: Mapping[str, Any]) -> Fault:
    """One fault as pydantic tells it, of the entries ``rows`` of a kind."""
    return Fault(place=_place(kind, rows, fault["loc"]), message=_message(fault))


def shown(value: object) -> str:
    """What came, as it would be written in the file; long ones are cut short."""
    match value:
        case None:
            return "nothing"
        case bool():
            return "true" if value else "false"
        case str():
            return repr(value[:MOST])
        case time():
            return value.isoformat("minutes" if not value.second else "auto")
        case date() | datetime():
            return value.isoformat()
        case Mapping():
            return "a table"
        case list() | tuple():
            return "a list"
    return str(value)[:MOST]


def _message(fault: Mapping[str, Any]) -> str:
    kind = str(fault["type"])
    if kind == "missing":
        return _WORDS["missing"]
    expected = (fault.get("ctx") or {}).get("expected")
    name = kind
    while name and name not in _WORDS:
        name = name.rpartition("_")[0]
    if name:
        told = _WORDS[name]
    elif expected:
        told = "expected one of " + str(expected).replace(" or ", ", ").replace("'", "")
    elif "max_length" in (fault.get("ctx") or {}):
        told = f"expected {fault['ctx']['max_length']} of them at most"
    else:
        told = str(fault["msg"]).replace("Input should be", "expected", 1)
    return f"{told}; got {shown(fault['input'])}"


def _place(kind: str, rows: Any, where: tuple[int | str, ...]) -> str:
    """Where a fault is, the entry named by its key where it has one."""
    place = kind
    for depth, part in enumerate(where):
        if depth == 0 and isinstance(part, int) and isinstance(rows[part], dict):
            key = rows[part].get("key")
            place += f"[{key}]" if isinstance(key, str) and key else f"[{part}]"
        else:
            place += f"[{part}]" if isinstance(part, int) else f".{part}"
    return place
