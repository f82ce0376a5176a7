"""The report as a page of HTML that mail programs and phones show as it is meant."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any

from bedcheck.extras import needs
from bedcheck.history.report.content import Content
from bedcheck.texts import text

with needs("report"):
    import jinja2

__all__ = ["html", "plain"]


def html(content: Content, plots: Sequence[tuple[str, str]]) -> str:
    """The page; ``plots`` are the addresses and descriptions of its pictures."""
    return str(
        _template().render(
            content=content,
            language=content.language,
            plots=plots,
            say=lambda key: text(f"report.{key}", content.language),
        )
    )


@cache
def _template() -> Any:
    environment = jinja2.Environment(
        autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True
    )
    source = files(__package__).joinpath("page.html").read_text(encoding="utf-8")
    return environment.from_string(source)


def plain(content: Content) -> str:
    """The same for who reads mail as text."""
    say = {
        key: text(f"report.{key}", content.language)
        for key in (
            "above",
            "figures",
            "before",
            "interval",
            "causes",
            "found",
            "areas",
            "attached",
        )
    }
    lines = [say["above"], content.name, content.nights(), "", *content.lead()]
    lines += ["", say["figures"]]
    for line in content.figures():
        value, interval, before = line.cells
        lines.append(f"- {line.name}: {value}")
        lines.append(f"  {say['interval']} {interval}; {line.note}; {say['before']} {before}")
    for key, table in _tables(content).items():
        if table:
            lines += ["", say[key]]
            lines += [f"- {line.name}: {', '.join(line.cells)}" for line in table]
    return "\n".join([*lines, "", *content.notes(), "", say["attached"], ""])


def _tables(content: Content) -> Mapping[str, Sequence[Any]]:
    areas = content.by_area() if len(content.areas) > 1 else []
    return {"causes": content.by_cause(), "found": content.found(), "areas": areas}
