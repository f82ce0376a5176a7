"""Does this picture show that the resident is in the bed?"""

from bedcheck.detector import Detector
from bedcheck.diagnosis import Diagnosis, diagnose
from bedcheck.errors import (
    AccessError,
    BedcheckError,
    EmptyPicture,
    GrabError,
    GrantError,
    JudgementError,
    LinkError,
    ManifestError,
    MissingExtra,
    NetworkError,
    NoStore,
    PictureError,
    PictureTooLarge,
    PictureTooSmall,
    PlacementError,
    RecordError,
    RegistryError,
    RunnerError,
    StoreBusy,
    StoreError,
    TruncatedPicture,
    UnreadablePicture,
    WrongDtype,
    WrongShape,
)
from bedcheck.frame import Frame
from bedcheck.placement import Placement
from bedcheck.verdict import Cause, Posture, State, Verdict

__version__ = "0.1.0"

__all__ = [
    "AccessError",
    "BedcheckError",
    "Cause",
    "Detector",
    "Diagnosis",
    "EmptyPicture",
    "Frame",
    "GrabError",
    "GrantError",
    "JudgementError",
    "LinkError",
    "ManifestError",
    "MissingExtra",
    "NetworkError",
    "NoStore",
    "PictureError",
    "PictureTooLarge",
    "PictureTooSmall",
    "Placement",
    "PlacementError",
    "Posture",
    "RecordError",
    "RegistryError",
    "RunnerError",
    "State",
    "StoreBusy",
    "StoreError",
    "TruncatedPicture",
    "UnreadablePicture",
    "Verdict",
    "WrongDtype",
    "WrongShape",
    "__version__",
    "diagnose",
]
