"""The loops of the renderer, compiled: surfaces at hits, light on them, ways from them."""

from __future__ import annotations

import numba as nb
import numpy as np

__all__ = ["PANEL", "POINT", "SPOT", "hemisphere", "light", "surface"]

POINT, PANEL, SPOT = 0, 1, 2
PI = 3.14159265


@nb.njit(cache=True, fastmath=True)
def surface(
    face,
    bu,
    bv,
    dist,
    org,
    dire,
    V,
    F,
    N,
    UV,
    owner,
    smoothed,
    images,
    image_of,
    base,
    period,
    slopes,
    relief_of,
    depth,
    relief_period,
    position,
    normal,
    flat,
    albedo,
):
    """Position, shading and flat normal and reflectance where rays have hit."""
    size = images.shape[1]
    height = slopes.shape[1]
    for k in range(face.shape[0]):
        f = face[k]
        if f < 0:
            for c in range(3):
                position[k, c] = 0.0
                normal[k, c] = 0.0
                flat[k, c] = 0.0
            for c in range(4):
                albedo[k, c] = 0.0
            continue
        a, b, d = F[f, 0], F[f, 1], F[f, 2]
        u, v = bu[k], bv[k]
        w = 1.0 - u - v
        o = owner[f]
        e1x, e1y, e1z = V[b, 0] - V[a, 0], V[b, 1] - V[a, 1], V[b, 2] - V[a, 2]
        e2x, e2y, e2z = V[d, 0] - V[a, 0], V[d, 1] - V[a, 1], V[d, 2] - V[a, 2]
        gx, gy, gz = e1y * e2z - e1z * e2y, e1z * e2x - e1x * e2z, e1x * e2y - e1y * e2x
        g = 1.0 / (np.sqrt(gx * gx + gy * gy + gz * gz) + 1e-20)
        gx, gy, gz = gx * g, gy * g, gz * g
        if gx * dire[k, 0] + gy * dire[k, 1] + gz * dire[k, 2] > 0:
            gx, gy, gz = -gx, -gy, -gz
        nx, ny, nz = gx, gy, gz
        if smoothed[o]:
            nx = w * N[a, 0] + u * N[b, 0] + v * N[d, 0]
            ny = w * N[a, 1] + u * N[b, 1] + v * N[d, 1]
            nz = w * N[a, 2] + u * N[b, 2] + v * N[d, 2]
            s = np.sqrt(nx * nx + ny * ny + nz * nz) + 1e-20
            if nx * gx + ny * gy + nz * gz < 0:
                s = -s
            nx, ny, nz = nx / s, ny / s, nz / s
        tu = w * UV[a, 0] + u * UV[b, 0] + v * UV[d, 0]
        tv = w * UV[a, 1] + u * UV[b, 1] + v * UV[d, 1]
        if relief_of[o] >= 0 and depth[o] > 0:
            # directions along u and v on the surface
            du1, dv1 = UV[b, 0] - UV[a, 0], UV[b, 1] - UV[a, 1]
            du2, dv2 = UV[d, 0] - UV[a, 0], UV[d, 1] - UV[a, 1]
            det = du1 * dv2 - du2 * dv1
            if abs(det) > 1e-14:
                r = 1.0 / det
                tx, ty, tz = (
                    (e1x * dv2 - e2x * dv1) * r,
                    (e1y * dv2 - e2y * dv1) * r,
                    (e1z * dv2 - e2z * dv1) * r,
                )
                qx, qy, qz = (
                    (e2x * du1 - e1x * du2) * r,
                    (e2y * du1 - e1y * du2) * r,
                    (e2z * du1 - e1z * du2) * r,
                )
                t = 1.0 / (np.sqrt(tx * tx + ty * ty + tz * tz) + 1e-12)
                q = 1.0 / (np.sqrt(qx * qx + qy * qy + qz * qz) + 1e-12)
                iu = int(np.floor(tu / relief_period[o] * height)) % height
                iv = int(np.floor(tv / relief_period[o] * height)) % height
                su = slopes[relief_of[o], iv, iu, 0] * depth[o] * 0.35 * t
                sv = slopes[relief_of[o], iv, iu, 1] * depth[o] * 0.35 * q
                nx -= su * tx + sv * qx
                ny -= su * ty + sv * qy
                nz -= su * tz + sv * qz
                s = 1.0 / (np.sqrt(nx * nx + ny * ny + nz * nz) + 1e-20)
                nx, ny, nz = nx * s, ny * s, nz * s
        for c in range(3):
            position[k, c] = org[k, c] + dire[k, c] * dist[k]
        # a hair off the surface, so that shadows do not begin on it
        position[k, 0] += gx * 1e-3
        position[k, 1] += gy * 1e-3
        position[k, 2] += gz * 1e-3
        normal[k, 0], normal[k, 1], normal[k, 2] = nx, ny, nz
        flat[k, 0], flat[k, 1], flat[k, 2] = gx, gy, gz
        m = image_of[o]
        if m < 0:
            for c in range(4):
                albedo[k, c] = base[o, c]
        else:
            fu, fv = tu / period[o] * size, tv / period[o] * size
            iu, iv = int(np.floor(fu)), int(np.floor(fv))
            ru, rv = fu - iu, fv - iv
            i0, j0 = iu % size, iv % size
            i1, j1 = (iu + 1) % size, (iv + 1) % size
            for c in range(4):
                albedo[k, c] = (images[m, j0, i0, c] * (1 - ru) + images[m, j0, i1, c] * ru) * (
                    1 - rv
                ) + (images[m, j1, i0, c] * (1 - ru) + images[m, j1, i1, c] * ru) * rv


@nb.njit(cache=True, fastmath=True)
def light(
    kind,
    place,
    along,
    up,
    facing,
    power,
    cone,
    radius,
    position,
    normal,
    flat,
    draws,
    org,
    dire,
    reach,
    weight,
):
    """A shadow ray to one light for each point, and the irradiance it brings unshadowed."""
    area = np.sqrt((along * along).sum()) * np.sqrt((up * up).sum())
    for k in range(position.shape[0]):
        a, b = draws[k, 0], draws[k, 1]
        if kind == PANEL:
            px = place[0] + along[0] * (a - 0.5) + up[0] * (b - 0.5)
            py = place[1] + along[1] * (a - 0.5) + up[1] * (b - 0.5)
            pz = place[2] + along[2] * (a - 0.5) + up[2] * (b - 0.5)
        else:
            h = 2 * b - 1
            s = np.sqrt(max(0.0, 1 - h * h)) * radius
            px = place[0] + s * np.cos(2 * PI * a)
            py = place[1] + s * np.sin(2 * PI * a)
            pz = place[2] + h * radius
        x, y, z = px - position[k, 0], py - position[k, 1], pz - position[k, 2]
        d2 = x * x + y * y + z * z + 1e-8
        d = np.sqrt(d2)
        x, y, z = x / d, y / d, z / d
        cosine = normal[k, 0] * x + normal[k, 1] * y + normal[k, 2] * z
        over = flat[k, 0] * x + flat[k, 1] * y + flat[k, 2] * z
        w = 0.0
        if cosine > 0 and over > 0:
            w = power * cosine / max(d2, 0.03 if kind == PANEL else 0.0004)
            if kind == PANEL:
                w *= max(0.0, -(facing[0] * x + facing[1] * y + facing[2] * z)) * area
            elif kind == SPOT:
                off = -(facing[0] * x + facing[1] * y + facing[2] * z)
                if off <= 0:
                    w = 0.0
                else:
                    angle = np.arccos(min(1.0, off))
                    w *= 1.0 / (1.0 + (angle / cone) ** 4)
        org[k, 0], org[k, 1], org[k, 2] = position[k, 0], position[k, 1], position[k, 2]
        dire[k, 0], dire[k, 1], dire[k, 2] = x, y, z
        reach[k] = d * 0.995 - 0.002
        weight[k] = w


@nb.njit(cache=True, fastmath=True)
def hemisphere(normal, flat, draws, out):
    """Directions over each surface, denser where its cosine is greater."""
    for k in range(normal.shape[0]):
        nx, ny, nz = normal[k, 0], normal[k, 1], normal[k, 2]
        s = 1.0 if nz >= 0 else -1.0
        a = -1.0 / (s + nz)
        b = nx * ny * a
        r = np.sqrt(draws[k, 0])
        p = 2 * PI * draws[k, 1]
        u, v, w = r * np.cos(p), r * np.sin(p), np.sqrt(max(0.0, 1 - draws[k, 0]))
        x = u * (1 + s * nx * nx * a) + v * b + w * nx
        y = u * s * b + v * (s + ny * ny * a) + w * ny
        z = -u * s * nx - v * ny + w * nz
        over = x * flat[k, 0] + y * flat[k, 1] + z * flat[k, 2]
        if over < 0:  # mirrored, so that it leaves the surface
            x, y, z = (
                x - 2 * over * flat[k, 0],
                y - 2 * over * flat[k, 1],
                z - 2 * over * flat[k, 2],
            )
        out[k, 0], out[k, 1], out[k, 2] = x, y, z
