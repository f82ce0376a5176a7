"""The error tree, and that its drawing is true."""

from __future__ import annotations

import re

import pytest

from bedcheck import errors

CLASSES = [getattr(errors, name) for name in errors.__all__]


def drawn_tree() -> dict[str, str]:
    """Each class in the module's drawing, and the class that it hangs from."""
    parents: dict[str, str] = {}
    above = ["BedcheckError"]
    for line in (errors.__doc__ or "").splitlines():
        if branch := re.match(r"^((?:│   |    )*)[├└]── (\w+)", line):
            depth = len(branch[1]) // 4 + 1
            parents[branch[2]] = above[depth - 1]
            above = [*above[:depth], branch[2]]
    return parents


def test_the_drawing_is_the_tree() -> None:
    bases = {cls.__name__: cls.__base__.__name__ for cls in CLASSES}
    assert bases.pop("BedcheckError") == "Exception"
    assert drawn_tree() == bases


def test_everything_defined_is_exported() -> None:
    defined = {name for name, value in vars(errors).items() if isinstance(value, type)}
    assert set(errors.__all__) == defined


def test_kinds_are_distinct_words_for_json() -> None:
    kinds = [cls.kind for cls in CLASSES]
    assert len(set(kinds)) == len(kinds)
    assert all(re.fullmatch(r"[a-z_]+", kind) for kind in kinds)


@pytest.mark.parametrize("cls", CLASSES)
def test_every_error_is_caught_by_the_base_and_keeps_its_message(
    cls: type[errors.BedcheckError],
) -> None:
    with pytest.raises(errors.BedcheckError, match="expected this, got that") as caught:
        raise cls("expected this, got that")
    assert type(caught.value) is cls
