"""The bed's outline: its text, its checks, its mask, where the picture's edge cuts it."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bedcheck.errors import PlacementError
from bedcheck.polygon import area, at_edge, check_polygon, format_polygon, mask, parse_polygon
from bedcheck.verdict import Polygon
from tests.outlines import polygons

BED: Polygon = ((0.3, 0.35), (0.65, 0.35), (0.7, 0.8), (0.25, 0.8))
TEXT = "0.3,0.35 0.65,0.35 0.7,0.8 0.25,0.8"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (TEXT, BED),
        (" 0.3,0.35\t0.65,0.35\n0.7,0.8 0.25,0.8 ", BED),
        ("0,0 1,0 1,1", ((0, 0), (1, 0), (1, 1))),
        ("0,0 1e-1,0 1,1", ((0, 0), (0.1, 0), (1, 1))),
    ],
)
def test_a_polygon_is_parsed(text: str, expected: Polygon) -> None:
    assert parse_polygon(text) == expected


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "expected 3 to 64 points"),
        ("0.1,0.1 0.9,0.9", "got 2"),
        ("0.1,0.1 0.9 0.5,0.9", "'0.9' as point 2"),
        ("0.1,0.1 0.9,0.1,0.2 0.5,0.9", "as point 2"),
        ("0.1,0.1 0.9,x 0.5,0.9", "'0.9,x' as point 2"),
        ("0.1;0.1 0.9;0.1 0.5;0.9", "as point 1"),
        ("10,10 90,10 50,90", "in 0..1"),  # pixels or per cent
        ("-0.1,0.1 0.9,0.1 0.5,0.9", "got -0.1,0.1 as point 1"),
        ("nan,0.1 0.9,0.1 0.5,0.9", "got nan,0.1"),
        ("0.1,0.1 0.9,inf 0.5,0.9", "got 0.9,inf as point 2"),
        ("0.1,0.1 0.9,0.9 0.9,0.1 0.1,0.9", "two of the sides cross"),
        ("0.1,0.1 0.9,0.1 0.5,0.9 0.1,0.1", "each corner once"),
        ("0.1,0.1 0.12,0.1 0.12,0.12", "at least 0.5% of the picture"),
        ("0.1,0.1 0.5,0.5 0.9,0.9", "at least 0.5% of the picture"),
        (" ".join(f"0.{i:03},0.5" for i in range(65)), "got 65"),
    ],
)
def test_a_wrong_polygon_says_what_was_expected(text: str, says: str) -> None:
    with pytest.raises(PlacementError) as fault:
        parse_polygon(text)
    assert str(fault.value).startswith("bed: expected")
    assert says in str(fault.value)


WORDS = st.text("0123456789.,-+e ninaf\n", max_size=60) | st.text(max_size=40)


@given(WORDS)
def test_any_text_is_a_polygon_or_a_placement_error(text: str) -> None:
    try:
        polygon = parse_polygon(text)
    except PlacementError:
        return
    assert len(polygon) >= 3
    assert all(0 <= x <= 1 and 0 <= y <= 1 for x, y in polygon)
    assert area(polygon) >= 0.005


@given(polygons())
def test_text_and_polygon_are_each_others_reverse(polygon: Polygon) -> None:
    assume(len(set(polygon)) == len(polygon))
    assert parse_polygon(format_polygon(polygon)) == polygon


@given(polygons())
def test_the_mask_has_the_polygons_area(polygon: Polygon) -> None:
    drawn = mask(polygon, 400, 300)
    assert (drawn > 0).mean() == pytest.approx(area(polygon), abs=0.015)


@pytest.mark.parametrize(
    ("text", "share"),
    [
        (TEXT, 0.0),  # nowhere near an edge
        ("0,0 1,0 1,1 0,1", 1.0),  # the whole picture
        ("0.2,0.6 0.6,0.6 0.6,1 0.2,1", 0.25),  # a square that the lower edge cuts
        ("0.2,0.6 0.6,0.6 0.6,0.98 0.2,0.98", 0.0),  # near it, not cut by it
        ("0.6,0.6 1,0.6 1,1 0.6,1", 0.5),  # in a corner
        ("0.5,1 0.3,0.5 0.7,0.5", 0.0),  # one corner at the edge is no side
    ],
)
def test_how_much_of_an_outline_the_edge_cuts(text: str, share: float) -> None:
    assert at_edge(parse_polygon(text)) == pytest.approx(share, abs=1e-9)


@pytest.mark.parametrize("points", [None, 7, "abc", [1, 2, 3], [(0.1,)], [("a", "b")] * 3])
def test_what_is_not_pairs_of_numbers_is_refused(points: object) -> None:
    with pytest.raises(PlacementError, match="bed: expected"):
        check_polygon(points)  # type: ignore[arg-type]
