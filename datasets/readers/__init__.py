"""Public formats read as manifest rows: one function a format."""

from datasets.readers.coco import read_coco
from datasets.readers.folders import read_folders
from datasets.readers.slp import read_slp
from datasets.readers.video import read_video
from datasets.readers.yolo import read_yolo

__all__ = ["read_coco", "read_folders", "read_slp", "read_video", "read_yolo"]
