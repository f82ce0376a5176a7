"""What a batch's outputs lack: one number each, and their weighted sum."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor
from torch.nn import functional as F

from models.net import Judged
from models.samples import IGNORE
from models.stream import Batch

__all__ = ["FROZEN", "TUNED", "finder_losses", "judge_losses"]

FROZEN = {"visibility": 1.0, "presence": 0.5, "posture": 0.2}
TUNED = {"visibility": 1.0, "presence": 1.0, "posture": 0.2, "where": 1.0}
"""What each loss of a part weighs; more on presence costs the frozen part other rooms."""
SMOOTHING = 0.02  # of the labels: a few are wrong


def judge_losses(
    output: Judged, batch: Batch, weights: Mapping[str, float] = TUNED
) -> dict[str, Tensor]:
    """Each loss over what is known of the batch, and ``all``, their weighted sum."""
    parts = {
        "visibility": _cross_entropy(output.visibility, batch["visibility"]),
        "presence": _binary(output.presence, batch["presence"], SMOOTHING),
        "posture": _cross_entropy(output.posture, batch["posture"]),
        "where": _binary(output.where, _halved(batch["masks"][:, 1:]), 0.0),
    }
    total = sum((weights[name] * parts[name] for name in weights), start=Tensor([0.0]))
    return {**parts, "all": total.squeeze()}


def finder_losses(masks: Tensor, batch: Batch) -> dict[str, Tensor]:
    """The same of the masks."""
    found = _binary(masks, batch["masks"], 0.0)
    return {"masks": found, "all": found}


def _halved(masks: Tensor) -> Tensor:
    """Masks at half the size; a cell of which a part is not known is not known."""
    known = F.avg_pool2d((masks != IGNORE).float(), 2) == 1
    return torch.where(known, F.avg_pool2d(masks, 2), float(IGNORE))


def _cross_entropy(logits: Tensor, target: Tensor) -> Tensor:
    known = (target != IGNORE).sum().clamp(min=1)
    return F.cross_entropy(logits.float(), target, ignore_index=IGNORE, reduction="sum") / known


def _binary(logits: Tensor, target: Tensor, smoothing: float) -> Tensor:
    known = (target != IGNORE).float()
    soft = target.clamp(0, 1) * (1 - 2 * smoothing) + smoothing
    loss = F.binary_cross_entropy_with_logits(logits.float(), soft, reduction="none")
    return (loss * known).sum() / known.sum().clamp(min=1)
