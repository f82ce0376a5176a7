"""Cameras: what a look is made with. Each takes a grant and gives one frame, or says why not."""

from bedcheck.extras import needs

with needs("night"):
    from bedcheck.night.cameras.fake import FakeCamera
    from bedcheck.night.cameras.files import FileCamera
    from bedcheck.night.cameras.http import Auth, HttpCamera
    from bedcheck.night.cameras.port import Camera, Failure
    from bedcheck.night.cameras.rtsp import RtspCamera

__all__ = ["Auth", "Camera", "Failure", "FakeCamera", "FileCamera", "HttpCamera", "RtspCamera"]
