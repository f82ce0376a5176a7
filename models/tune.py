"""Eyes that have seen bedrooms: MobileNet's later layers, trained on rendered rooms.

Real rooms have no part in it: there are too few of them, and so one pair of eyes serves every
network from which a room is left out. What is learnt tells who lies under a cover and what hides
a bed, and is worse in rooms unlike the rendered ones (Kumar et al., ICLR 2022, arXiv:2202.10054).
A mean of the weights before and after keeps both: Wortsman et al., "Robust fine-tuning of
zero-shot models", CVPR 2022, arXiv:2109.01903. So does a mean over several beginnings: the same,
"Model soups", ICML 2022, arXiv:2203.05482.
"""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import replace
from pathlib import Path

import torch
from torch import Tensor, nn

from models.config import Config
from models.losses import EYES, judge_losses
from models.mobilenet import MobileNet
from models.net import Heads, Judged
from models.pool import Pool, load_pool
from models.stream import Batch
from models.train import Progress, fit, new_eyes

__all__ = ["Learner", "between", "learnt", "taught"]


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


def taught(
    folders: Sequence[Path],
    config: Config,
    eyes: MobileNet,
    out: Path,
    progress: Progress | None = None,
) -> MobileNet:
    """Eyes between ``eyes`` and what their later layers become by ``config.eyes``.

    ``folders`` hold pools that ``eyes`` have looked at. Kept as ``out``/eyes.pt; where that
    is there, it is read. Raises ValueError where no rendered room is in the pools.
    """
    path = out / "eyes.pt"
    if not path.exists():
        pool = load_pool(folders, groups=config.eyes.groups)
        if not len(pool):
            raise ValueError(
                f"expected samples of {', '.join(config.eyes.groups)} to teach the eyes with;"
                " the pool has none. Add rendered rooms, or set [eyes] steps = 0"
            )
        late = [
            learnt(pool, config, eyes, out / f"learner_{start}.pt", start, progress).late
            for start in range(config.eyes.starts)
        ]
        torch.save(between(eyes, late, config.eyes.kept).state_dict(), path)
    return new_eyes(path)


def learnt(
    pool: Pool,
    config: Config,
    eyes: MobileNet,
    path: Path,
    start: int = 0,
    progress: Progress | None = None,
) -> Learner:
    """What learns from ``pool``, all that there is to learn; the run is kept at ``path``."""

    def losses(learner: Learner, batch: Batch) -> dict[str, Tensor]:
        return judge_losses(learner(batch["s8"], batch["bed"]), batch, EYES)

    rates = replace(config.eyes, start=config.eyes.start + start)
    learner: Learner = fit(Learner(eyes), losses, pool, config, rates, path, progress)
    return learner


@torch.no_grad()
def between(eyes: MobileNet, late: Sequence[nn.Module], share: float) -> MobileNet:
    """``eyes`` whose later layers are ``share`` of the way to the mean of ``late``."""
    mixed = deepcopy(eyes)
    others = zip(*(layers.parameters() for layers in late), strict=True)
    for own, other in zip(mixed.late.parameters(), others, strict=True):
        own.lerp_(torch.stack(other).mean(dim=0), share)
    return mixed
