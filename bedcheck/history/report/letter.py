"""The report as a mail: text and HTML, plots inline, the sheet and the seal attached."""

from __future__ import annotations

import hashlib
import json
import threading
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from bedcheck.history.figures.plot import alarms_by_night, rates_by_part
from bedcheck.history.report.content import Content
from bedcheck.history.report.page import html, plain
from bedcheck.history.report.sheet import pdf
from bedcheck.texts import text

__all__ = ["Rendered", "letter", "message_id", "render"]

DOMAIN = "bedcheck.invalid"  # of names inside the mail; no host is to be found by them
_drawing = threading.Lock()  # matplotlib's settings are one for the whole process


@dataclass(frozen=True, kw_only=True)
class Rendered:
    """A report's parts, made once for every receiver."""

    content: Content
    plots: tuple[tuple[str, str, bytes], ...]  # name, description, PNG
    sheet: bytes  # PDF

    @property
    def files(self) -> dict[str, bytes]:
        """For looking at: the page with its pictures beside it, and the sheet, by file name."""
        page = html(self.content, [(name, about) for name, about, _ in self.plots])
        stem = self.content.stem
        return {
            f"{stem}.html": page.encode(),
            f"{stem}.pdf": self.sheet,
            **{name: png for name, _, png in self.plots},
        }


def render(content: Content) -> Rendered:
    """Draw the report. Threads may call it at once; they draw in turn."""
    language = content.language
    causes = {cause for _, by_cause in content.alarms for cause in by_cause}
    words = {cause: content.cause(cause) for cause in causes}
    about = text("report.plot_nights", language)
    stem = content.stem
    with _drawing:
        plots = [(f"{stem}-alarms.png", about, alarms_by_night(content.alarms, words, about))]
        if len(content.areas) > 1:
            about = text("report.plot_areas", language)
            names = [part.name or text("report.unnamed", language) for part in content.areas]
            plots.append((f"{stem}-areas.png", about, rates_by_part(content.areas, names, about)))
        sheet = pdf(content, [png for _, _, png in plots])
    return Rendered(content=content, plots=tuple(plots), sheet=sheet)


def letter(rendered: Rendered, key: str, sender: str, to: str) -> EmailMessage:
    """The mail to one receiver. The same report, key and addresses give the same bytes.

    ``key`` is the delivery's; `Message-ID` is made of it, so a mail that comes twice is known
    for the same. Raises ValueError where an address is none.
    """
    content = rendered.content
    message = EmailMessage(policy=SMTP)
    message["Subject"] = content.subject
    message["From"] = _address(sender)
    message["To"] = _address(to)
    message["Date"] = format_datetime(content.written)
    message["Message-ID"] = message_id(key)
    message["Auto-Submitted"] = "auto-generated"
    message["Content-Language"] = content.language
    message.set_content(plain(content))
    named = [(f"cid:{name}@{DOMAIN}", about) for name, about, _ in rendered.plots]
    message.add_alternative(html(content, named), subtype="html")
    page = message.get_payload()[1]  # type: ignore[index]
    assert isinstance(page, EmailMessage)
    for name, _, png in rendered.plots:
        page.add_related(png, "image", "png", cid=f"<{name}@{DOMAIN}>", filename=name,
                         disposition="inline")  # fmt: skip
    message.add_attachment(
        rendered.sheet, maintype="application", subtype="pdf", filename=f"{content.stem}.pdf"
    )
    if content.seal is not None:
        seal = json.dumps(dict(content.seal), indent=2).encode() + b"\n"
        name = f"seal-{str(content.seal['at'])[:10]}.json"
        message.add_attachment(seal, maintype="application", subtype="json", filename=name)
    for number, part in enumerate(message.walk()):
        if part.is_multipart():
            part.set_boundary(f"=_{hashlib.sha256(f'{key}/{number}'.encode()).hexdigest()[:32]}")
    return message


def message_id(key: str) -> str:
    """The mail's own name: of the key alone, so a repetition has the same."""
    return f"<{hashlib.sha256(key.encode()).hexdigest()[:32]}@{DOMAIN}>"


def _address(written: str) -> Address:
    try:
        return Address(addr_spec=written)
    except Exception:  # the parser raises what it will
        raise ValueError(
            f"expected a mail address, as anna@example.org; got {written!r:.80}"
        ) from None
