"""Image measures of one picture: the simple ones, and all of them together.

Those with more to them have files of their own: `noise`, `sharpness`, `structure` and
`detectability`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from bedcheck import polygon as outlines
from bedcheck.detectability import detectability
from bedcheck.noise import noise, octaves
from bedcheck.sharpness import blur_radius
from bedcheck.structure import bed_structure, coverage, structure_map
from bedcheck.verdict import Polygon

__all__ = [
    "Exposure",
    "Measures",
    "chroma",
    "exposure",
    "glare",
    "histogram",
    "measure",
    "working_luma",
]

LONG_SIDE = 960  # pixels: a working luma is shorter
DARK, BRIGHT = 4, 251  # grey levels at which detail is lost
SATURATED = 250.0  # grey levels of a blob that blinds the camera
SMALLEST_BLOB = 0.0005  # share of the picture
HALO = 0.5  # how far the blob's surround is lifted from the picture's median towards white
GREY = 1.5  # grey levels of `chroma` under which a picture is infrared or grey


@dataclass(frozen=True, kw_only=True)
class Measures:
    """What was measured in one picture; None where a measure cannot be taken."""

    mean: float  # grey levels, 0..255
    dark: float  # share of the pixels at 4 or darker
    bright: float  # share of the pixels at 251 or brighter
    range: float  # grey levels between the 1st and the 99th percentile
    noise: float  # grey levels, standard deviation of one pixel
    noise_coarse: float  # the same as judged from coarser scales, see `noise.noise`
    blur: float | None  # pixels, standard deviation of the Gaussian that blurs the edges
    structure: float | None  # share of the frame's tiles that carry structure above the noise
    bed_structure: float | None  # share of the bed that does
    glare: float | None  # share of the picture in saturated blobs with a halo
    bed_glare: float | None  # share of the bed in such blobs
    chroma: float  # grey levels by which colours differ from the picture's own tint
    infrared: float  # 1: grey or near-grey; 0: in colour
    detectability: float | None  # SNR of the bed's own contrast; about 5 are needed (Rose)
    bed_contrast: float | None  # grey levels, standard deviation at the person's scale
    bed_mean: float | None  # grey levels, 0..255
    bed_clipped: float | None  # share of the bed at 4 or darker, or at 251 or brighter

    def to_dict(self) -> dict[str, float | None]:
        """The measures by name, in the order above."""
        return dict(vars(self))


class Exposure(NamedTuple):
    """How a histogram lies in 0..255."""

    mean: float  # grey levels
    dark: float  # share at 4 or darker
    bright: float  # share at 251 or brighter
    range: float  # grey levels between the 1st and the 99th percentile
    median: float  # grey levels


def working_luma(luma: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """``luma`` (HxW uint8), halved by exact 2x2 averaging while its long side is 960 or more.

    All measures and key points are taken of this size: a long side of 480..959 pixels, or a
    smaller original as it is. An odd last row or column is left out.
    """
    while max(luma.shape) >= LONG_SIDE and min(luma.shape) >= 2:
        height, width = luma.shape[0] // 2, luma.shape[1] // 2
        even = luma[: 2 * height, : 2 * width]
        luma = np.asarray(cv2.resize(even, (width, height), interpolation=cv2.INTER_AREA), np.uint8)
    return luma


def measure(luma: NDArray[np.uint8], pixels: NDArray[np.uint8], bed: Polygon | None) -> Measures:
    """All measures of one picture.

    ``luma`` is its `working_luma`; ``pixels`` the picture itself, HxWx3 BGR or HxW, uint8, of
    any size; ``bed`` the mattress. Without a bed, detectability looks at the centre of the
    picture and the bed's other measures are None.
    """
    counts = histogram(luma)
    light = exposure(counts)
    scales = octaves(luma)
    fine, coarse = noise(scales)
    tiles = structure_map(scales.quarter, coarse)
    blobs = glare(scales.quarter, light)
    found = detectability(luma, bed, coarse, scales.quarter)
    on_bed = exposure(histogram(luma, bed)) if bed else None
    colour = chroma(pixels)
    return Measures(
        mean=light.mean,
        dark=light.dark,
        bright=light.bright,
        range=light.range,
        noise=fine,
        noise_coarse=coarse,
        blur=blur_radius(scales, coarse),
        structure=None if tiles is None else coverage(tiles),
        bed_structure=None if tiles is None or not bed else bed_structure(tiles, bed),
        glare=_share(blobs, None),
        bed_glare=_share(blobs, bed) if bed else None,
        chroma=colour,
        infrared=float(colour < GREY),
        detectability=found.snr if found else None,
        bed_contrast=found.contrast if found else None,
        bed_mean=on_bed.mean if on_bed else None,
        bed_clipped=on_bed.dark + on_bed.bright if on_bed else None,
    )


def histogram(luma: NDArray[np.uint8], bed: Polygon | None = None) -> NDArray[np.float32]:
    """How many pixels have each of the 256 grey levels, in the picture or on the bed."""
    inside = None
    if bed:
        height, width = luma.shape
        left, top, inside = outlines.mask_in_box(bed, width, height)
        luma = luma[top : top + inside.shape[0], left : left + inside.shape[1]]
    return np.asarray(cv2.calcHist([luma], [0], inside, [256], [0, 256]), np.float32).reshape(-1)


def exposure(counts: NDArray[np.float32]) -> Exposure:
    """Mean, clipped shares, range and median of a `histogram`.

    A histogram's tails tell clipping; see R. C. Gonzalez and R. E. Woods, "Digital Image
    Processing", 4th ed. 2018, section 3.3.
    """
    total = max(float(counts.sum()), 1.0)
    shares = np.cumsum(counts, dtype=np.float64) / total
    low, middle, high = (float(np.searchsorted(shares, share)) for share in (0.01, 0.5, 0.99))
    return Exposure(
        mean=float(counts @ np.arange(256, dtype=np.float32)) / total,
        dark=float(shares[DARK]),
        bright=float(1 - shares[BRIGHT - 1]),
        range=min(high, 255.0) - low,
        median=middle,
    )


def glare(quarter: NDArray[np.float32], light: Exposure) -> NDArray[np.uint8] | None:
    """HxW uint8 at quarter size: 1 where a saturated blob with a halo blinds the camera.

    A lamp or its reflection scatters in the lens, so that the surround of its blob is lifted
    far above the picture's median; a white sheet ends where it ends. None where there is no
    blob at all. E. Talvala, A. Adams, M. Horowitz and M. Levoy, "Veiling glare in high dynamic
    range imaging", ACM Transactions on Graphics 26(3), 2007, for the halo.
    """
    if light.bright < SMALLEST_BLOB:
        return None
    saturated = (quarter >= SATURATED).astype(np.uint8)
    count, labels, boxes, _ = cv2.connectedComponentsWithStats(saturated)
    blobs = np.zeros_like(saturated)
    halo = light.median + HALO * (255 - light.median)
    near, far = np.ones((5, 5), np.uint8), np.ones((9, 9), np.uint8)
    for label in range(1, count):
        if boxes[label, cv2.CC_STAT_AREA] < max(SMALLEST_BLOB * saturated.size, 4):
            continue
        blob = (labels == label).astype(np.uint8)
        ring = cv2.dilate(blob, far) > cv2.dilate(blob, near)
        ring &= saturated == 0
        if ring.any() and float(quarter[ring].mean()) > halo:
            blobs |= blob
    return blobs


def _share(blobs: NDArray[np.uint8] | None, bed: Polygon | None) -> float:
    if blobs is None:
        return 0.0
    if bed is None:
        return float(blobs.mean())
    inside = outlines.mask(bed, blobs.shape[1], blobs.shape[0]) > 0
    return float(blobs[inside].mean())


def chroma(pixels: NDArray[np.uint8]) -> float:
    """Grey levels by which colours differ from the picture's own tint; 0 in a grey picture.

    ``pixels`` is HxWx3 BGR or HxW uint8. On about 64 x 48 samples, the mean distance of
    (B - G, R - G) from a straight line in brightness, so that the violet or sepia cast of some
    night pictures counts as grey.
    """
    if pixels.ndim == 2:
        return 0.0
    height, width = pixels.shape[:2]
    down, across = max(height // 48, 1), max(width // 64, 1)
    few = pixels[down // 2 :: down, across // 2 :: across].astype(np.float32)
    blue, green, red = few[..., 0], few[..., 1], few[..., 2]
    brightness = 0.114 * blue + 0.587 * green + 0.299 * red
    brightness -= brightness.mean()
    power = max(float(np.vdot(brightness, brightness)), 1.0)
    cool, warm = blue - green, red - green
    for colour in (cool, warm):
        colour -= colour.mean()
        colour -= brightness * (float(np.vdot(colour, brightness)) / power)
    return float(np.sqrt(cool * cool + warm * warm).mean())
