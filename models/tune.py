"""Eyes that have seen bedrooms: MobileNet's later layers, trained on rendered rooms.

Real rooms have no part in it: there are too few of them, and so one pair of eyes serves every
network from which a room is left out. What is learnt tells who lies under a cover and what hides
a bed, and is worse in rooms unlike the rendered ones (Kumar et al., ICLR 2022, arXiv:2202.10054).
A mean of the weights before and after keeps both: Wortsman et al., "Robust fine-tuning of
zero-shot models", CVPR 2022, arXiv:2109.01903.
"""

from __future__ import annotations

from copy import deepcopy
from pathlib import Path

import torch
from torch import Tensor, nn

from models.config import Config
from models.losses import EYES, judge_losses
from models.mobilenet import MobileNet
from models.net import Heads, Judged
from models.pool import Pool
from models.stream import Batch
from models.train import Progress, fit

__all__ = ["Learner", "between", "tune"]


class Learner(nn.Module):
    """Later layers of eyes that are free to learn, and heads to learn with."""

    def __init__(self, eyes: MobileNet) -> None:
        super().__init__()
        self.late = deepcopy(eyes.late).requires_grad_(True)
        self.heads = Heads()

    def forward(self, s8: Tensor, bed: Tensor) -> Judged:
        """Logits of a batch; ``bed`` as for `models.net.Judge`."""
        answer: Judged = self.heads(s8, self.late(s8), bed)
        return answer

    def train(self, mode: bool = True) -> Learner:
        """Normalisation keeps ImageNet's statistics, in training as well."""
        super().train(mode)
        self.late.train(False)
        return self


def tune(
    pool: Pool, config: Config, eyes: MobileNet, path: Path, progress: Progress | None = None
) -> MobileNet:
    """Train copies of ``eyes``' later layers by ``config.eyes`` and give the eyes between.

    ``pool`` is what ``eyes`` saw of the rooms to learn from. The run is kept at ``path``, from
    which one that was broken off goes on.
    """

    def losses(learner: Learner, batch: Batch) -> dict[str, Tensor]:
        return judge_losses(learner(batch["s8"], batch["bed"]), batch, EYES)

    learner = fit(Learner(eyes), losses, pool, config, config.eyes, path, progress)
    return between(eyes, learner.late, config.eyes.kept)


@torch.no_grad()
def between(eyes: MobileNet, late: nn.Module, share: float) -> MobileNet:
    """``eyes`` whose later layers are ``share`` of the way to ``late``."""
    mean = deepcopy(eyes)
    for own, other in zip(mean.late.parameters(), late.parameters(), strict=True):
        own.lerp_(other, share)
    return mean
