"""The camera's electronics: exposure, noise by electrons, tones."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from datasets.synth.osd import stamp
from datasets.synth.sensor import Sensor, draw_sensor, expose

PLAIN = replace(
    draw_sensor(np.random.default_rng(0), infrared=False),
    key=0.2, electrons=4000.0, read=2.0, rows=0.0, denoise=0.0, vignette=0.0, blur=0.3,
    bloom=0.0, haze=0.0, gamma=2.2, shoulder=False, black=0.0, crush=0.0, sharpen=0.0,
    saturation=1.0, balance=(1.0, 1.0, 1.0), quantiser=0,
)  # fmt: skip


def ramp(channels: int) -> np.ndarray:
    light = np.linspace(0.2, 1.0, 160, dtype=np.float32)[None, :, None]
    return np.broadcast_to(light, (120, 160, channels)).copy()


def shot(sensor: Sensor, light: np.ndarray | None = None, seed: int = 1):
    return expose(ramp(3) if light is None else light, sensor, np.random.default_rng(seed))


@given(seed=st.integers(0, 2**32 - 1), infrared=st.booleans(), dark=st.booleans())
@settings(max_examples=25, deadline=None)
def test_any_camera_gives_a_picture(seed: int, infrared: bool, dark: bool) -> None:
    sensor = draw_sensor(np.random.default_rng(seed), infrared, dark)
    taken = shot(sensor, ramp(1 if infrared else 3))
    assert taken.picture.shape == (120, 160, 3)
    assert taken.picture.dtype == taken.clean.dtype == np.uint8
    assert np.isfinite(taken.noise)


def test_brightness_does_not_depend_on_the_light() -> None:
    dim, bright = shot(PLAIN, ramp(3) * 0.01), shot(PLAIN, ramp(3) * 10)
    assert dim.picture.mean() == pytest.approx(bright.picture.mean(), abs=1)
    assert dim.exposure == pytest.approx(1000 * bright.exposure, rel=1e-3)


@pytest.mark.parametrize(("fewer", "more"), [(20, 200), (200, 2000), (2000, 20000)])
def test_more_electrons_are_less_noise(fewer: float, more: float) -> None:
    noisy, quiet = (shot(replace(PLAIN, electrons=float(e))).noise for e in (fewer, more))
    assert noisy > 1.8 * quiet


def test_noise_is_what_the_picture_scatters_by() -> None:
    flat = np.full((120, 160, 1), 0.5, np.float32)
    taken = shot(replace(PLAIN, electrons=800.0), flat)
    grey = taken.picture[..., 0].astype(float)
    assert taken.noise == pytest.approx(grey.std(), rel=0.15)


def test_the_clean_picture_is_the_mean_of_many() -> None:
    sensor = replace(PLAIN, electrons=40.0)
    many = np.mean([shot(sensor, seed=k).picture.mean(-1) for k in range(60)], 0)
    clean = shot(sensor).clean.astype(float)
    assert np.abs(many - clean)[5:-5, 5:-5].mean() < 4


def test_infrared_is_grey() -> None:
    taken = shot(PLAIN, ramp(1))
    assert (taken.picture[..., 0] == taken.picture[..., 1]).all()


def test_a_camera_writes_the_same_text_each_time() -> None:
    black = np.zeros((240, 320, 3), np.uint8)
    written = [stamp(black, np.random.default_rng(k)).any() for k in range(40)]
    assert 3 < sum(written) < 25
    once, again = (stamp(black, np.random.default_rng(written.index(True))) for _ in range(2))
    assert (once == again).all()


def test_noise_is_no_finer_than_a_camera_leaves_it_and_less_in_black() -> None:
    halves = np.full((120, 160, 1), 1.0, np.float32)
    halves[:, :80] = 0.002
    for seed in range(5):
        sensor = replace(
            draw_sensor(np.random.default_rng(seed), infrared=True),
            electrons=200.0, vignette=0.0, rows=0.0, crush=0.02, key=0.15, haze=0.0,
        )  # fmt: skip
        grey = shot(sensor, halves).picture[..., 0].astype(float)
        black, white = grey[5:-5, 5:70], grey[5:-5, 90:-5]
        beside = np.corrcoef(white[:, :-1].ravel(), white[:, 1:].ravel())[0, 1]
        assert beside > 0.2
        assert black.std() < white.std()


def test_captions_of_night_pictures_tell_an_hour_of_night(monkeypatch) -> None:
    told: list[str] = []
    monkeypatch.setattr(cv2, "putText", lambda image, text, *rest: told.append(text))
    black = np.zeros((240, 320, 3), np.uint8)
    for seed in range(100):
        stamp(black, np.random.default_rng(seed), night=True)
    hours = {int(text.split(" ")[1][:2]) for text in told if ":" in text}
    assert len(hours) > 4
    assert hours <= {21, 22, 23, 0, 1, 2, 3, 4, 5, 6}


def test_a_hot_thing_before_the_lens_dims_the_rest() -> None:
    plain = np.full((120, 160, 1), 0.1, np.float32)
    hot = plain.copy()
    hot[:, :40] = 50.0
    sensor = replace(PLAIN, meter=8.0)
    assert shot(sensor, hot).exposure < 0.6 * shot(sensor, plain).exposure
