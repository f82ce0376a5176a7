"""From what was measured and what the network says to a state: one pure function.

The network answers two questions, *can the bed be seen well enough?* and *if seen, is
somebody in it?*; their product is the four probabilities. Where a measure knows better
(a uniform frame, a bed under the noise), it overrides, and the probabilities say so too.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bedcheck.measures import Measures
from bedcheck.verdict import Cause, Posture, State

__all__ = ["Decision", "Facts", "Thresholds", "decide"]

OVERRIDE = 0.97  # probability of a state that a measure has settled
ROSE = 5.0  # SNR that an ideal observer needs (Rose, J. Opt. Soc. Am. 38, 1948)
CLEAR = 8.0  # SNR from which the picture is not called low in contrast
UNIFORM_STRUCTURE = 0.03  # share of tiles with structure; below it nothing is seen
COVERED_STRUCTURE = 0.25  # share of tiles with structure; below it an obstruction is a cover
BLURRED = 0.045  # blur as a share of the bed's size; a head is about a tenth of a bed
DARK = 24.0  # grey levels; a darker bed is too dark before it is anything else
BLOWN = 0.5  # share of the bed that is clipped
GLARING = 0.5  # share of the bed in glare
CUT_OFF = 0.3  # share of a drawn bed's outline at the picture's edge: most of it is beyond
NOISY = 6.0  # grey levels; noise that is the cause by itself
TELLING = 0.6  # share from which a posture is told


@dataclass(frozen=True, kw_only=True)
class Thresholds:
    """From which probability a state is certain; from the network's sheet."""

    in_bed: float
    not_in_bed: float


@dataclass(frozen=True, kw_only=True)
class Facts:
    """Everything that a decision rests on."""

    obstructed: float  # the network's, 0..1
    low_contrast: float  # the network's, 0..1
    presence: float  # the network's, 0..1
    posture: Posture | None = None
    posture_share: float = 0.0
    measures: Measures
    bed_size: float  # square root of the bed's area, pixels of the measured picture
    bed_found: bool = True  # drawn, or found by the network
    bed_at_edge: float = 0.0  # share of a drawn bed's outline, 0..1, along the picture's edge
    several_beds: bool = False
    moved: bool | None = None  # None: cannot be checked
    bed_moved: bool | None = None


@dataclass(frozen=True, kw_only=True)
class Decision:
    """The part of a verdict that rules decide."""

    state: State
    probabilities: Mapping[State, float]
    certain: bool
    causes: tuple[Cause, ...]
    posture: Posture | None


def decide(facts: Facts, thresholds: Thresholds) -> Decision:
    """The state, its probabilities, its causes, and whether it is certain."""
    settled, why = _settled(facts)
    probabilities = _probabilities(facts)
    if settled is not None:
        probabilities = _overridden(probabilities, settled)
    state = max(State, key=lambda s: probabilities[s])
    if settled is None:
        why = _causes(facts, state)
    if facts.several_beds and state is not State.OBSTRUCTED:  # beds seen where none can be
        why = (*why, Cause.SEVERAL_BEDS)
    if facts.bed_moved:
        why = (*why, Cause.BED_MOVED)
    told = state is State.IN_BED and facts.posture_share >= TELLING
    return Decision(
        state=state,
        probabilities=probabilities,
        certain=_certain(facts, state, probabilities[state], settled, why, thresholds),
        causes=why,
        posture=facts.posture if told else None,
    )


def _settled(facts: Facts) -> tuple[State | None, tuple[Cause, ...]]:
    """The state that a measure alone decides, and why; None leaves it to the network."""
    structure = facts.measures.structure
    if structure is not None and structure < UNIFORM_STRUCTURE:
        return State.OBSTRUCTED, (Cause.COVERED,)
    if facts.moved:
        return State.OBSTRUCTED, (Cause.MOVED,)
    if not facts.bed_found:
        return State.OBSTRUCTED, (Cause.BED_NOT_FOUND,)
    if facts.bed_at_edge >= CUT_OFF:
        return State.OBSTRUCTED, (Cause.BED_CUT_OFF,)
    return None, ()


def _probabilities(facts: Facts) -> dict[State, float]:
    """The network's two answers multiplied, after the physical limit has been heard."""
    obstructed, low_contrast = facts.obstructed, facts.low_contrast
    snr = facts.measures.detectability
    if snr is not None and snr >= CLEAR:
        low_contrast = 0.0  # physics allows it to be seen: the rest share what is left
    seen = max(1 - facts.obstructed - facts.low_contrast, 0.0)
    if snr is not None and snr < ROSE:
        # Nobody could see a person there. The network still tells why: cover or contrast.
        seen = 0.0
        low_contrast += 1e-6
    total = seen + obstructed + low_contrast
    if total <= 0:
        seen = total = 1.0
    return {
        State.IN_BED: seen * facts.presence / total,
        State.NOT_IN_BED: seen * (1 - facts.presence) / total,
        State.OBSTRUCTED: obstructed / total,
        State.LOW_CONTRAST: low_contrast / total,
    }


def _overridden(probabilities: dict[State, float], settled: State) -> dict[State, float]:
    """``settled`` at `OVERRIDE` or above, the others in their old proportion."""
    share = max(probabilities[settled], OVERRIDE)
    rest = 1 - probabilities[settled]
    if rest <= 0:
        return probabilities
    return {
        state: share if state is settled else p * (1 - share) / rest
        for state, p in probabilities.items()
    }


def _causes(facts: Facts, state: State) -> tuple[Cause, ...]:
    """Why the network's state holds, told by the measures."""
    if state is State.OBSTRUCTED:
        return (_why_obstructed(facts),)
    if state is State.LOW_CONTRAST:
        return (_why_low_contrast(facts.measures),)
    return ()


def _why_obstructed(facts: Facts) -> Cause:
    m = facts.measures
    if m.bed_glare is not None and m.bed_glare >= GLARING:
        return Cause.GLARE
    if m.structure is not None and m.structure < COVERED_STRUCTURE:
        return Cause.COVERED
    if m.blur is not None and m.blur >= BLURRED * facts.bed_size:
        return Cause.DEFOCUSED
    return Cause.PARTLY_COVERED


def _why_low_contrast(m: Measures) -> Cause:
    if m.bed_mean is not None and m.bed_mean < DARK:
        return Cause.TOO_DARK
    if m.bed_clipped is not None and m.bed_clipped >= BLOWN:
        return Cause.OVEREXPOSED
    if m.noise_coarse is not None and m.noise_coarse >= NOISY:
        return Cause.NOISY
    return Cause.SAME_HUE


def _certain(
    facts: Facts,
    state: State,
    p: float,
    settled: State | None,
    causes: tuple[Cause, ...],
    thresholds: Thresholds,
) -> bool:
    if settled is not None:
        # That no bed was found may be the network's fault as well as the picture's; how much of
        # a bed lies beyond the edge is a guess from its outline.
        return not {Cause.BED_NOT_FOUND, Cause.BED_CUT_OFF} & set(causes)
    if facts.bed_moved or facts.several_beds:
        return False
    snr = facts.measures.detectability
    if state in (State.OBSTRUCTED, State.LOW_CONTRAST):
        # For these no bound was shown: the network alone is not enough, physics must agree.
        return p >= OVERRIDE and snr is not None and snr < ROSE
    if snr is None or snr < CLEAR:
        return False
    return p >= (thresholds.in_bed if state is State.IN_BED else thresholds.not_in_bed)
