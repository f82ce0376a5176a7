"""From a verdict and its measures to what a person can set right: one pure function."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bedcheck import placement, rules
from bedcheck.finding import Finding, Severity, What, Who
from bedcheck.placement import Alignment
from bedcheck.polygon import at_edge
from bedcheck.verdict import Cause, State, Verdict

__all__ = ["Facts", "find"]

SMALL_BED = 64.0  # pixels, square root of the bed's area: a head is then six or seven across
AT_EDGE = 0.1  # share of the bed's outline that runs along the picture's edge


@dataclass(frozen=True, kw_only=True)
class Facts:
    """Everything that findings rest on."""

    verdict: Verdict
    bed_size: float | None = None  # square root of the bed's area, pixels of the working luma
    alignment: Alignment | None = None  # None: there was no reference to align to

    def measure(self, name: str) -> float | None:
        """The verdict's measure, or the size and place of the bed."""
        if name == "bed_size":
            return self.bed_size
        if name == "bed_at_edge":
            return at_edge(self.verdict.bed) if self.verdict.bed else None
        return self.verdict.measures.get(name)


@dataclass(frozen=True, kw_only=True)
class _Check:
    """A measure and its limit, which the rules give where they have one."""

    measure: str
    limit: Callable[[Facts], float | None]
    unit: str
    least: bool = False  # the limit is the least allowed, not the most

    def failed(self, facts: Facts) -> bool:
        value, limit = facts.measure(self.measure), self.limit(facts)
        if value is None or limit is None:
            return False
        return value < limit if self.least else value >= limit


def _constant(limit: float) -> Callable[[Facts], float | None]:
    return lambda facts: limit


_CHECKS = {
    What.COVERED: _Check(
        measure="structure", limit=_constant(rules.COVERED_STRUCTURE), unit="share", least=True
    ),
    What.DEFOCUSED: _Check(
        measure="blur",
        limit=lambda facts: facts.bed_size and rules.BLURRED * facts.bed_size,
        unit="pixels",
    ),
    What.GLARE: _Check(measure="bed_glare", limit=_constant(rules.GLARING), unit="share"),
    What.TOO_DARK: _Check(
        measure="bed_mean", limit=_constant(rules.DARK), unit="grey_levels", least=True
    ),
    What.OVEREXPOSED: _Check(measure="bed_clipped", limit=_constant(rules.BLOWN), unit="share"),
    What.NOISY: _Check(measure="noise_coarse", limit=_constant(rules.NOISY), unit="grey_levels"),
    What.SAME_HUE: _Check(
        measure="detectability", limit=_constant(rules.CLEAR), unit="ratio", least=True
    ),
    What.BED_SMALL: _Check(
        measure="bed_size", limit=_constant(SMALL_BED), unit="pixels", least=True
    ),
    What.BED_CUT_OFF: _Check(measure="bed_at_edge", limit=_constant(AT_EDGE), unit="share"),
}

_NIGHT_STAFF = {
    What.COVERED,
    What.PARTLY_COVERED,
    What.DEFOCUSED,
    What.MOVED,
    What.GLARE,
    What.FROZEN,
    What.NO_SIGNAL,
}
"""They restore a view that was lost; all else is bedding, light or set-up."""

_SEEN = {*_CHECKS, What.PARTLY_COVERED}
"""What the network may see where no measure tells."""

_BLINDING = {Cause.COVERED, Cause.MOVED, Cause.FROZEN, Cause.NO_SIGNAL}
"""With these nothing else of the bed is seen."""

_BY_LIGHT = {What.TOO_DARK, What.OVEREXPOSED}
"""Advice differs between a picture in colour and one in infrared."""


def find(facts: Facts) -> tuple[Finding, ...]:
    """What was found, the worst first; `What.ALL_WELL` alone where nothing was.

    A cause of the verdict is a problem; a measure past its limit while the bed is seen all
    the same is a note. Where the bed is not seen, what could not be measured is not told: it
    is looked at again once the problem is mended. Behind a cover, or with the camera turned
    away, nothing else can be told.
    """
    verdict = facts.verdict
    problems = [_problem(facts, cause) for cause in _causes(verdict)]
    if any(cause in _BLINDING for cause in verdict.causes):
        return tuple(problems)
    known = {problem.what for problem in problems}
    notes = [note for note in _notes(facts) if note.what not in known]
    unchecked = []
    if verdict.state in (State.IN_BED, State.NOT_IN_BED):
        unchecked = [one for one in _unchecked(facts) if one.what not in known]
    if not verdict.certain and not problems:
        notes.append(_unsure(facts))
    found = (*problems, *notes, *unchecked)
    return found or (_finding(facts, What.ALL_WELL, Severity.OK, Who.NOBODY),)


def _causes(verdict: Verdict) -> tuple[Cause, ...]:
    """The verdict's causes; never none of those that explain a bed that is not seen."""
    if set(verdict.causes) <= {Cause.SEVERAL_BEDS, Cause.BED_MOVED}:
        if verdict.state is State.OBSTRUCTED:
            return (Cause.PARTLY_COVERED, *verdict.causes)
        if verdict.state is State.LOW_CONTRAST:
            return (Cause.SAME_HUE, *verdict.causes)
    return verdict.causes


def _problem(facts: Facts, cause: Cause) -> Finding:
    what = What(cause.value)
    who = Who.NIGHT_STAFF if what in _NIGHT_STAFF else Who.ADMINISTRATOR
    if what is What.MOVED and facts.alignment:
        return _finding(facts, what, Severity.PROBLEM, who, *_movement(facts.alignment))
    check = _CHECKS.get(what)
    if check and check.failed(facts):
        return _checked(facts, what, Severity.PROBLEM, who)
    if what in _SEEN:  # no single measure is past its limit: the network saw it
        share = facts.verdict.probabilities[facts.verdict.state]
        return _finding(facts, what, Severity.PROBLEM, who, "probability", share, None, "share")
    return _finding(facts, what, Severity.PROBLEM, who)


def _movement(found: Alignment) -> tuple[str | None, float | None, float | None, str | None]:
    """The measure, value, limit and unit by which the camera has moved."""
    if found.shift is None:
        return "likeness", found.likeness, placement.OTHER_VIEW, "share"
    if found.rotation is not None and abs(found.rotation) > placement.MOST_TURN:
        return "rotation", abs(found.rotation), placement.MOST_TURN, "degrees"
    if found.shift > placement.FARTHEST:
        return "shift", found.shift, placement.FARTHEST, "share"
    if found.scale is not None and found.scale < 1 / placement.MOST_ZOOM:
        return "scale", found.scale, 1 / placement.MOST_ZOOM, "ratio"
    if found.scale is not None and found.scale > placement.MOST_ZOOM:
        return "scale", found.scale, placement.MOST_ZOOM, "ratio"
    return None, None, None, None  # the bed has left the picture


def _notes(facts: Facts) -> list[Finding]:
    """Measures past their limit. Of those that make contrast poor, the first tells why."""
    alone = (What.DEFOCUSED, What.GLARE, What.BED_SMALL, What.BED_CUT_OFF)
    failed = [what for what in alone if _CHECKS[what].failed(facts)]
    if facts.verdict.state is not State.LOW_CONTRAST:
        reasons = [What.TOO_DARK, What.OVEREXPOSED]
        if _CHECKS[What.SAME_HUE].failed(facts):  # noise alone does no harm
            reasons += [What.NOISY, What.SAME_HUE]
        failed += [what for what in reasons if _CHECKS[what].failed(facts)][:1]
    return [_checked(facts, what, Severity.NOTE, Who.ADMINISTRATOR) for what in failed]


def _unchecked(facts: Facts) -> list[Finding]:
    """What could not be measured though the bed is seen."""
    missing = [
        what
        for what in (What.COVERED, What.DEFOCUSED, What.SAME_HUE)
        if facts.measure(_CHECKS[what].measure) is None
    ]
    found = [_checked(facts, what, Severity.NOT_CHECKED, Who.ADMINISTRATOR) for what in missing]
    if facts.alignment is not None:
        moved, bed_moved = facts.alignment.moved, facts.alignment.bed_moved
        if moved is None or bed_moved is None:
            what = What.MOVED if moved is None else What.BED_MOVED
            found.append(_finding(facts, what, Severity.NOT_CHECKED, Who.ADMINISTRATOR))
    return found


def _unsure(facts: Facts) -> Finding:
    share = facts.verdict.probabilities[facts.verdict.state]
    return _finding(
        facts,
        What.UNSURE,
        Severity.NOTE,
        Who.ADMINISTRATOR,
        "probability",
        share,
        None,
        "share",
    )


def _checked(facts: Facts, what: What, severity: Severity, who: Who) -> Finding:
    check = _CHECKS[what]
    value, limit = facts.measure(check.measure), check.limit(facts)
    return _finding(facts, what, severity, who, check.measure, value, limit, check.unit)


def _finding(
    facts: Facts,
    what: What,
    severity: Severity,
    who: Who,
    measure: str | None = None,
    value: float | None = None,
    limit: float | None = None,
    unit: str | None = None,
) -> Finding:
    advice = f"finding.{what}.advice"
    if severity is Severity.NOT_CHECKED:
        advice = "unchecked.advice"
    elif what in _BY_LIGHT:
        advice += ".infrared" if facts.measure("infrared") else ".colour"
    return Finding(
        what=what,
        severity=severity,
        who=who,
        advice=advice,
        measure=measure,
        value=value,
        limit=limit,
        unit=unit,
    )
