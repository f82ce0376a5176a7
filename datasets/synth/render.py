"""A linear picture from parts, a camera and lights.

Rays meet the scene once per subsample, and oftener where a pixel shows an edge; what they meet
serves every lighting of that camera.
Light comes straight, with shadows, and once by way of other surfaces; what bounces further is
taken as even. Indirect light is found at a quarter of the resolution and spread by surfaces.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from datasets.synth import filters, kernels, relief
from datasets.synth.camera import Camera
from datasets.synth.lighting import Lighting
from datasets.synth.lights import Light
from datasets.synth.mesh import Part
from datasets.synth.trace import NOTHING, Hits, Tracer

__all__ = ["Scene", "View"]

Floats = NDArray[np.float32]

SMALL = 400  # pixels of width: up to here a picture gets two samples a pixel, above one
FINE = {True: (1, 2), False: (1, 1)}  # samples of a pixel, down and across, by whether it is small
COARSE = {True: (2, 4), False: (3, 3)}  # of these, those that indirect light is found for once
EDGE = 2  # more samples of a pixel that shows an edge
BOUNCES = 4  # rays from each coarse sample
NEAR = 0.7  # metres: what is nearer to a surface than this lies in the shade that it makes
FAINT = 1e-7  # irradiance that is not worth a shadow ray
BROAD = 90.0  # narrowest lobe in which a window or a ceiling panel is mirrored
PANEL_RAYS = 2  # shadow rays to a window or ceiling panel
COLOUR, INFRARED = slice(0, 3), slice(3, 4)


@dataclass(eq=False)
class Surface:
    """What rays have met: arrays of one row a ray."""

    position: Floats
    normal: Floats
    flat: Floats
    albedo: Floats
    owner: NDArray[np.int32]  # index of the part; -1: nothing
    direction: Floats


class Scene:
    """Parts made ready for rendering; dear to make, cheap for each further camera."""

    def __init__(self, parts: Sequence[Part]) -> None:
        self.parts = tuple(parts)
        self.tracer = Tracer(self.parts)
        materials = [part.material for part in self.parts]
        images: list[Floats] = []
        known: dict[int, int] = {}
        self._image_of = np.full(len(materials), -1, np.int32)
        for number, material in enumerate(materials):
            if material.image is not None:
                key = id(material.image)
                if key not in known:
                    known[key] = len(images)
                    images.append(material.image)
                self._image_of[number] = known[key]
        self._images = (
            np.ascontiguousarray(np.stack(images), np.float32)
            if images
            else np.zeros((1, 1, 1, 4), np.float32)
        )
        self._base = np.float32([m.base for m in materials])
        self._period = np.float32([m.period for m in materials])
        self._relief = np.int32(
            [relief.NAMES.index(m.relief) if m.relief else -1 for m in materials]
        )
        self._depth = np.float32([m.depth for m in materials])
        self._relief_period = np.float32([m.relief_period for m in materials])
        self.glow = np.float32([m.glow for m in materials])
        self.shine = np.float32([[m.shine, m.lobe] for m in materials])
        self._smooth = np.array([part.smooth for part in self.parts])
        self._uv = np.concatenate([_uv(part) for part in self.parts])

    @cached_property
    def _normals(self) -> Floats:
        v, f = self.tracer.vertices, self.tracer.faces
        face = np.cross(v[f[:, 1]] - v[f[:, 0]], v[f[:, 2]] - v[f[:, 0]])
        out = np.zeros_like(v)
        for corner in range(3):
            for c in range(3):
                out[:, c] += np.bincount(f[:, corner], face[:, c], len(v)).astype(np.float32)
        return np.asarray(out / (np.linalg.norm(out, axis=1, keepdims=True) + 1e-20), np.float32)

    def surface(self, origins: Floats, directions: Floats, hits: Hits) -> Surface:
        """What lies where rays have hit."""
        n = len(hits.face)
        made = [np.empty((n, k), np.float32) for k in (3, 3, 3, 4)]
        kernels.surface(
            hits.face, hits.u, hits.v, hits.distance, origins, directions,
            self.tracer.vertices, self.tracer.faces, self._normals, self._uv, self.tracer.owner,
            self._smooth, self._images, self._image_of, self._base, self._period,
            relief.slopes(), self._relief, self._depth, self._relief_period, *made,
        )  # fmt: skip
        owner = np.where(hits.face == NOTHING, -1, self.tracer.owner[hits.face])
        return Surface(*made, owner=owner.astype(np.int32), direction=directions)

    def lit(
        self, surface: Surface, lights: Sequence[Light], rng: np.random.Generator, channels: int
    ) -> tuple[Floats, Floats]:
        """Irradiance and mirrored light at each point, rows x channels, shadows included."""
        n = len(surface.owner)
        total = np.zeros((n, channels), np.float32)
        mirrored = np.zeros((n, channels), np.float32)
        org, dire = np.empty((n, 3), np.float32), np.empty((n, 3), np.float32)
        reach, weight = np.empty(n, np.float32), np.empty(n, np.float32)
        shine = np.where(surface.owner[:, None] < 0, 0, self.shine[surface.owner])
        for source in (
            light for light in lights for _ in range(PANEL_RAYS if any(light.along) else 1)
        ):
            draws = rng.random((n, 2), dtype=np.float32)
            kernels.light(
                source.kind, np.float32(source.place), np.float32(source.along),
                np.float32(source.up), np.float32(source.facing), source.power, source.cone,
                source.radius, surface.position, surface.normal, surface.flat, draws,
                org, dire, reach, weight,
            )  # fmt: skip
            asked = np.flatnonzero(weight > FAINT)
            if not len(asked):
                continue
            if len(asked) > 0.7 * n:  # copying would cost more than the rays that it spares
                lit = np.flatnonzero((weight > FAINT) & ~self.tracer.blocked(org, dire, reach))
            else:
                lit = asked[~self.tracer.blocked(org[asked], dire[asked], reach[asked])]
            colour = np.float32(source.colour)[None] / (PANEL_RAYS if any(source.along) else 1)
            total[lit] += weight[lit, None] * colour
            glossy = lit[shine[lit, 0] > 0]
            if len(glossy):
                half = dire[glossy] - surface.direction[glossy]
                half /= np.linalg.norm(half, axis=1, keepdims=True) + 1e-9
                cosine = np.clip((half * surface.normal[glossy]).sum(1), 0, 1)
                # few rays reach a panel, and what they miss of it would sparkle
                lobe = np.minimum(shine[glossy, 1], BROAD if any(source.along) else np.inf)
                amount = shine[glossy, 0] * (lobe + 2) / 8 * cosine**lobe / np.pi
                mirrored[glossy] += (weight[glossy] * amount)[:, None] * colour
        return total, mirrored


def _uv(part: Part) -> Floats:
    if part.uv is not None:
        return np.asarray(part.uv, np.float32)
    # seen from above and a little aslant, so that upright faces have a grain too
    v = part.vertices
    return np.stack([v[:, 0] + 0.6 * v[:, 2], v[:, 1] + 0.8 * v[:, 2]], -1).astype(np.float32)


class View:
    """One camera's look at a scene, before any light."""

    def __init__(self, scene: Scene, camera: Camera, rng: np.random.Generator) -> None:
        self.scene, self.camera, self.rng = scene, camera, rng
        small = camera.width <= SMALL
        self.fine, self.coarse = FINE[small], COARSE[small]
        rows, columns = camera.height * self.fine[0], camera.width * self.fine[1]
        self.shape = (rows, columns)
        x, y = np.meshgrid(np.arange(columns), np.arange(rows))
        # a single sample looks through the pixel's middle: scattered, it would fray every edge
        within = rng.random((rows * columns, 2)) if small else 0.5
        place = np.stack([x.ravel(), y.ravel()], -1) + within
        directions = camera.rays(place / self.fine[::-1])
        origins = np.tile(np.float32(camera.place), (len(directions), 1))
        self.hits = scene.tracer.first(origins, directions)
        self.surface = scene.surface(origins, directions, self.hits)
        self._look_closer()

    def _look_closer(self) -> None:
        """More rays through the pixels that show an edge, and where light round each is known."""
        s, (down, across) = self.surface, self.fine
        grid = (*self.shape, 3)
        edges = np.zeros(self.shape, np.bool_)
        filters.edges(s.owner.reshape(self.shape), s.position.reshape(grid),
                      s.normal.reshape(grid), edges)  # fmt: skip
        rows, columns = self.camera.height, self.camera.width
        chosen = np.flatnonzero(edges.reshape(rows, down, columns, across).any((1, 3)))
        self.edge = chosen
        at = np.repeat(chosen, EDGE)
        # each in its own share of the pixel's height
        place = np.stack([at % columns, at // columns], -1) + self.rng.random((len(at), 2))
        place[:, 1] += (np.tile(np.arange(EDGE), len(chosen)) - place[:, 1] % 1 * (EDGE - 1)) / EDGE
        directions = self.camera.rays(place)
        origins = np.tile(np.float32(self.camera.place), (len(at), 1))
        self.closer = self.scene.surface(
            origins, directions, self.scene.tracer.first(origins, directions)
        )
        self.beside = np.zeros(len(at), np.int64)
        filters.beside(
            at // columns * down, at % columns * across, self.closer.owner, self.closer.position,
            self.closer.normal, s.owner.reshape(self.shape), s.position.reshape(grid),
            s.normal.reshape(grid), self.beside,
        )  # fmt: skip

    @property
    def parts(self) -> NDArray[np.int32]:
        """Index of the part that each pixel shows, height x width; -1: none."""
        return self.surface.owner.reshape(self.shape)[:: self.fine[0], :: self.fine[1]]

    def picture(self, lighting: Lighting, channels: slice = COLOUR) -> Floats:
        """Linear radiance under ``lighting``: height x width x channels."""
        scene, surface, rng = self.scene, self.surface, self.rng
        lights = lighting.lights
        glowing = scene.glow.copy()
        for part, sent in lighting.glow.items():
            glowing[part] = sent
        glowing = glowing[:, channels]
        n = len(range(4)[channels])
        direct, mirrored = scene.lit(surface, lights, rng, n)
        rows, columns = self.shape
        position = surface.position.reshape(rows, columns, 3)
        normal = surface.normal.reshape(rows, columns, 3)
        valid = surface.owner.reshape(rows, columns) >= 0
        grid = direct.reshape(rows, columns, n)
        wide = any(light.radius > 0.03 or any(light.along) for light in lights)
        # the rim of a shadow is cast by one ray a sample, and would be dots
        for step in (1, 2) if wide else (1,):
            softer = np.empty_like(grid)
            filters.smooth(grid, position, normal, valid, step, 0.02, softer)
            grid = softer
        around = self._indirect(lights, glowing, channels, n)
        around = around.reshape(-1, n)
        sent = _sent(surface, grid.reshape(-1, n) + around, mirrored, glowing, channels)
        down, across = self.fine
        fine = sent.reshape(rows // down, down, columns // across, across, n)
        image = np.ascontiguousarray(fine.mean((1, 3)), np.float32)
        if len(self.edge):
            direct, mirrored = scene.lit(self.closer, lights, rng, n)
            more = _sent(self.closer, direct + around[self.beside], mirrored, glowing, channels)
            flat, few = image.reshape(-1, n), down * across
            flat[self.edge] *= few / (few + EDGE)
            flat[self.edge] += more.reshape(-1, EDGE, n).sum(1) / (few + EDGE)
        return image

    def _indirect(
        self, lights: Sequence[Light], glowing: Floats, channels: slice, n: int
    ) -> Floats:
        scene, rng = self.scene, self.rng
        rows, columns = self.shape
        pick = np.arange(rows * columns).reshape(rows, columns)
        pick = pick[:: self.coarse[0], :: self.coarse[1]]
        shape = pick.shape
        at = pick.ravel()
        s = self.surface
        position, normal, flat = s.position[at], s.normal[at], s.flat[at]
        valid = s.owner[at] >= 0
        total = np.zeros((len(at), n), np.float32)
        live = np.flatnonzero(valid)
        origins = np.repeat(position[live], BOUNCES, 0)
        over, above = np.repeat(normal[live], BOUNCES, 0), np.repeat(flat[live], BOUNCES, 0)
        directions = np.empty_like(origins)
        draws = rng.random((len(origins), 2), dtype=np.float32)
        kernels.hemisphere(over, above, draws, directions)
        hits = scene.tracer.first(origins, directions)
        far = scene.surface(origins, directions, hits)
        straight, _ = scene.lit(far, lights, rng, n)
        albedo = far.albedo[:, channels]
        sent = albedo / np.pi * straight + glowing[far.owner]
        sent[far.owner < 0] = 0
        # what bounces further is taken as even, but little of it comes where things are close
        room = np.minimum(hits.distance / NEAR, 1.0)[:, None].astype(np.float32)
        sent += albedo * sent.mean(0) * 1.2 * room
        np.minimum(sent, 8 * sent.mean(0) + 1e-9, out=sent)  # no fireflies
        total[live] = np.pi * sent.reshape(len(live), BOUNCES, n).mean(1)
        image = total.reshape(*shape, n)
        cpos, cnor = position.reshape(*shape, 3), normal.reshape(*shape, 3)
        cval = valid.reshape(shape)
        for step in (1, 2, 4):
            out = np.empty_like(image)
            filters.smooth(image, cpos, cnor, cval, step, 0.08, out)
            image = out
        fine = np.empty((rows, columns, n), np.float32)
        filters.spread(
            image, cpos, cnor, cval,
            s.position.reshape(rows, columns, 3), s.normal.reshape(rows, columns, 3),
            s.owner.reshape(rows, columns) >= 0, *self.coarse, fine,
        )  # fmt: skip
        return fine


def _sent(
    surface: Surface, light: Floats, mirrored: Floats, glowing: Floats, channels: slice
) -> Floats:
    """Radiance that leaves each point towards the camera, rows x channels."""
    sent = surface.albedo[:, channels] / np.pi * light + mirrored + glowing[surface.owner]
    return np.asarray(sent * (surface.owner >= 0)[:, None], np.float32)
