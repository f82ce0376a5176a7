"""What a batch's outputs lack: one number each, and their weighted sum."""

from __future__ import annotations

from torch import Tensor
from torch.nn import functional as F

from models.net import Output
from models.samples import IGNORE
from models.stream import Batch

__all__ = ["WEIGHTS", "losses"]

# Not presence: its head is fitted when the rest has learnt (`models.probe`), and until then
# stays at chance in the log.
WEIGHTS = {"visibility": 1.0, "posture": 0.2, "masks": 2.0}
SMOOTHING = 0.02  # of the labels: a few are wrong


def losses(output: Output, batch: Batch) -> dict[str, Tensor]:
    """Each loss over what is known of the batch, and ``all``, their weighted sum."""
    parts = {
        "visibility": _cross_entropy(output.visibility, batch["visibility"]),
        "presence": _binary(output.presence, batch["presence"], SMOOTHING),
        "posture": _cross_entropy(output.posture, batch["posture"]),
        "masks": _binary(output.masks, batch["masks"], 0.0),
    }
    total = sum((WEIGHTS[name] * parts[name] for name in WEIGHTS), start=Tensor([0.0]))
    return {**parts, "all": total.squeeze()}


def _cross_entropy(logits: Tensor, target: Tensor) -> Tensor:
    known = (target != IGNORE).sum().clamp(min=1)
    return F.cross_entropy(logits.float(), target, ignore_index=IGNORE, reduction="sum") / known


def _binary(logits: Tensor, target: Tensor, smoothing: float) -> Tensor:
    known = (target != IGNORE).float()
    soft = target.clamp(0, 1) * (1 - 2 * smoothing) + smoothing
    loss = F.binary_cross_entropy_with_logits(logits.float(), soft, reduction="none")
    return (loss * known).sum() / known.sum().clamp(min=1)
