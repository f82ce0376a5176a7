"""Plain folders named after the labels, as manifest rows."""

from __future__ import annotations

from pathlib import Path

from bedcheck.errors import ManifestError
from datasets.manifest import LABELS, Row

__all__ = ["read_folders"]

PICTURES = (".jpg", ".jpeg", ".png", ".webp", ".bmp", ".tif", ".tiff")


def read_folders(root: Path, *, split: str = "", source: str = "") -> list[Row]:
    """Rows of ``root/LABEL/…``, or ``root/LABEL/ROOM/…`` where the room is told by a folder.

    Without a folder for the room, each picture is taken for a room of its own: put pictures of
    one room into one folder, or figures will look surer than they are. Raises ManifestError
    for a folder that is no label, and where there is no picture.
    """
    folders = sorted(path for path in root.iterdir() if path.is_dir()) if root.is_dir() else []
    foreign = [path.name for path in folders if path.name not in LABELS]
    if foreign or not folders:
        got = ", ".join(foreign) or "none"
        raise ManifestError(f"{root}: expected folders named {', '.join(LABELS)}; got {got}")
    rows = []
    for folder in folders:
        for file in sorted(folder.rglob("*")):
            if file.suffix.lower() not in PICTURES:
                continue
            path = file.relative_to(root)
            rooms = path.parts[1:-1]
            scene = "/".join(rooms) or path.with_suffix("").as_posix()
            rows.append(
                Row(
                    path=path.as_posix(),
                    label=folder.name,
                    scene=scene,
                    room=rooms[0] if rooms else "",
                    split=split,
                    source=source,
                )
            )
    if not rows:
        raise ManifestError(f"{root}: expected pictures ({', '.join(PICTURES)}); got none")
    return rows
