"""An RTSP server on gst-rtsp-server, run by the system's Python: see ``benchmarks/rtsp.py``.

Prints one JSON line, the ports of three servers: open to all, with basic and with digest
passwords ("anna", "s3cret:å/"). Ends when its standard input does.
"""

import json
import sys
import threading

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtsp", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtsp, GstRtspServer  # noqa: E402

FPS = 10
PICTURE = (
    "videotestsrc is-live=true pattern={pattern}"
    " ! video/x-raw,width={width},height={height},framerate={fps}/1 ! timeoverlay"
)
H264 = (
    "x264enc tune=zerolatency speed-preset=ultrafast sliced-threads=false key-int-max={key}"
    " ! video/x-h264,profile=baseline ! rtph264pay name=pay0 pt=96 config-interval=1"
)


def picture(width=640, height=480, pattern="ball"):
    """A moving picture with a running clock, as pipeline text."""
    return PICTURE.format(pattern=pattern, width=width, height=height, fps=FPS)


def h264(key=FPS, before="", **looks):
    """A media of it in H.264 with a key frame every ``key`` frames."""
    return f"( {picture(**looks)} {before} ! {H264.format(key=key)} )"


def dropping(keep):
    """A pad probe: what leaves is what ``keep(number of the packet, buffer)`` is true of."""
    count = [0]

    def probe(pad, info):
        count[0] += 1
        buffer = info.get_buffer()
        return Gst.PadProbeReturn.OK if keep(count[0], buffer) else Gst.PadProbeReturn.DROP

    return probe


def before_pay(keep):
    """Drops whole frames, as an encoder that stalls does."""

    def configure(factory, media):
        pay = media.get_element().get_by_name("pay0")
        pay.get_static_pad("sink").add_probe(Gst.PadProbeType.BUFFER, dropping(keep))

    return configure


def after_pay(keep):
    """Drops RTP packets: each by itself, as an identity takes lists of them apart."""

    def configure(factory, media):
        each = media.get_element().get_by_name("pay0")
        each.get_static_pad("src").add_probe(Gst.PadProbeType.BUFFER, dropping(keep))

    return configure


def delta(buffer):
    """Whether the frame needs the one before."""
    return buffer.has_flags(Gst.BufferFlags.DELTA_UNIT)


def resize(factory, media):
    """After two seconds the picture has another size."""
    caps = media.get_element().get_by_name("size")

    def later():
        caps.set_property("caps", Gst.Caps.from_string("video/x-raw,width=320,height=240"))
        return False

    GLib.timeout_add(1500, later)


def each_packet(launch):
    """The packets one by one: a payloader sends lists of them, which an identity takes apart."""
    return launch.replace("name=pay0", "").replace(" )", " ! identity name=pay0 )")


SCALED = "! videoscale ! capsfilter name=size caps=video/x-raw,width=640,height=480"
STREAMS = {  # path: how it is made, and what is done to it then
    "/one": (h264(), None),
    "/four": (h264(key=4 * FPS), None),
    "/small": (h264(width=96, height=64), None),
    "/large": (h264(width=1920, height=1080, pattern="smpte"), None),
    "/sliced": (h264().replace("sliced-threads=false", "sliced-threads=true"), None),
    "/mjpeg": (
        f"( {picture()} ! video/x-raw,format=I420 ! jpegenc ! rtpjpegpay name=pay0 pt=26 )",
        None,
    ),
    "/sound": ("( audiotestsrc is-live=true ! alawenc ! rtppcmapay name=pay0 pt=8 )", None),
    "/stall": (h264(), before_pay(lambda n, buffer: False)),
    "/stops": (h264(), before_pay(lambda n, buffer: n < 5)),
    "/never": (h264(), before_pay(lambda n, buffer: delta(buffer))),
    "/drops": (each_packet(h264(pattern="snow")), after_pay(lambda n, buffer: n % 3)),
    "/resize": (h264(before=SCALED), resize),
}


def camera():
    """A camera that encodes whether anybody looks or not: its pipeline, and media that join it.

    Each stream above starts anew, with a key frame, when somebody connects; this one is met
    anywhere between two key frames, as real ones are.
    """
    encoder, payer = H264.format(key=FPS).split(" ! ", 1)
    pipeline = Gst.parse_launch(
        f"{picture()} ! {encoder} ! video/x-h264,profile=baseline,stream-format=avc"
        " ! appsink name=out emit-signals=true sync=false max-buffers=1 drop=true"
    )
    out, joined = pipeline.get_by_name("out"), []

    def came(sink):
        buffer = sink.emit("pull-sample").get_buffer()
        for source in list(joined):
            frame = buffer.copy()
            frame.pts = frame.dts = Gst.CLOCK_TIME_NONE  # by the media's own clock
            if source.emit("push-buffer", frame) != Gst.FlowReturn.OK:
                joined.remove(source)
        return Gst.FlowReturn.OK

    def join(factory, media):
        source = media.get_element().get_by_name("in")
        source.set_property("caps", out.get_static_pad("sink").get_current_caps())
        joined.append(source)

    out.connect("new-sample", came)
    pipeline.set_state(Gst.State.PLAYING)
    payer = payer.partition(" ! ")[2]  # what comes before it is done already
    media = f"( appsrc name=in is-live=true do-timestamp=true format=time ! {payer} )"
    return pipeline, (media, join)


def server(method=None):
    """One server of every stream; ``method``: how it asks for a password."""
    made = GstRtspServer.RTSPServer.new()
    made.set_address("127.0.0.1")
    made.set_service("0")
    made.get_thread_pool().set_max_threads(16)
    if method:
        auth = GstRtspServer.RTSPAuth.new()
        auth.set_supported_methods(method)
        token = GstRtspServer.RTSPToken.new()
        token.set_string("media.factory.role", "user")
        if method == GstRtsp.RTSPAuthMethod.BASIC:
            auth.add_basic(GstRtspServer.RTSPAuth.make_basic("anna", "s3cret:å/"), token)
        else:
            auth.add_digest("anna", "s3cret:å/", token)
        made.set_auth(auth)
    for path, (launch, configure) in STREAMS.items():
        factory = GstRtspServer.RTSPMediaFactory.new()
        factory.set_launch(launch)
        if configure:
            factory.connect("media-configure", configure)
        if method:
            permissions = GstRtspServer.RTSPPermissions.new()
            permissions.add_role("user")
            permissions.add_permission_for_role("user", "media.factory.access", True)
            permissions.add_permission_for_role("user", "media.factory.construct", True)
            factory.set_permissions(permissions)
        made.get_mount_points().add_factory(path, factory)
    made.attach(None)
    return made


def main():
    """Serve until the standard input ends."""
    Gst.init(None)
    loop = GLib.MainLoop()
    pipeline, STREAMS["/running"] = camera()
    servers = {
        "open": server(),
        "basic": server(GstRtsp.RTSPAuthMethod.BASIC),
        "digest": server(GstRtsp.RTSPAuthMethod.DIGEST),
    }
    print(json.dumps({name: made.get_bound_port() for name, made in servers.items()}), flush=True)

    def until_told():
        sys.stdin.read()
        loop.quit()

    threading.Thread(target=until_told, daemon=True).start()
    loop.run()
    pipeline.set_state(Gst.State.NULL)


main()
