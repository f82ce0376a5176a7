"""Figures about the runner for Prometheus; needs the extra `metrics`."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Protocol

from bedcheck.extras import needs
from bedcheck.history.store import Store
from bedcheck.night.clock import Clock
from bedcheck.night.engine import open_windows
from bedcheck.night.lines.line import Health
from bedcheck.night.lines.terms import longest_undetected
from bedcheck.night.lines.watching import lines_of, open_incidents, own_line
from bedcheck.night.registry import Registry
from bedcheck.night.window import Phase

__all__ = ["Metrics", "serve"]

OVERDUE = timedelta(seconds=30)
UNTESTED = timedelta(minutes=2)


class Turning(Protocol):
    """What has a loop."""

    last_turn: float  # of the clock's monotonic, when the loop last came round


class Metrics:
    """Collected when they are asked for, from the store and the loop's last turn."""

    def __init__(self, store: Store, clock: Clock, runner: Turning) -> None:
        self._store = store
        self._clock = clock
        self._runner = runner

    def figures(self) -> dict[str, float]:
        """Name and value of each."""
        now = self._clock.now()
        with self._store.snapshot() as snapshot:
            windows = open_windows(snapshot)
            lines = lines_of(snapshot)
            incidents = open_incidents(snapshot)
            own = own_line(snapshot)
            settings = list(snapshot.all("settings").values())
        terms = Registry.read({"settings": settings}).settings.lines
        late = [w for w in windows if w.due is not None and w.due + OVERDUE < now]
        return {
            "bedcheck_seconds_since_last_turn": self._clock.monotonic() - self._runner.last_turn,
            "bedcheck_windows_open": len(windows),
            "bedcheck_windows_overdue": len(late),
            "bedcheck_alarms_unacknowledged": sum(
                w.phase in (Phase.CALLING, Phase.CRISIS) for w in windows
            ),
            "bedcheck_alarms_on_crisis_list": sum(w.phase is Phase.CRISIS for w in windows),
            "bedcheck_operator_questions": sum(w.phase is Phase.ASKING for w in windows),
            "bedcheck_lines": len(lines),
            "bedcheck_lines_silent": sum(line.health is Health.SILENT for line in lines),
            "bedcheck_lines_doubted": sum(line.health is Health.DOUBTED for line in lines),
            "bedcheck_lines_overdue": sum(line.due + UNTESTED < now for line in lines),
            "bedcheck_incidents_open": len(incidents),
            "bedcheck_own_line_down": own.since is not None,
            "bedcheck_line_undetected_seconds": longest_undetected(terms).total_seconds(),
        }


_HELP = {
    "bedcheck_seconds_since_last_turn": "Seconds since the runner's loop last came round.",
    "bedcheck_windows_open": "Windows that are not closed.",
    "bedcheck_windows_overdue": "Windows that have waited over 30 seconds for the runner.",
    "bedcheck_alarms_unacknowledged": "Alarms that nobody has acknowledged.",
    "bedcheck_alarms_on_crisis_list": "Of those, the ones that reached the crisis list.",
    "bedcheck_operator_questions": "Questions that wait for the operator.",
    "bedcheck_lines": "Lines to homes that are tested.",
    "bedcheck_lines_silent": "Of those, the ones that are silent.",
    "bedcheck_lines_doubted": "Of those, the ones whose latest test failed.",
    "bedcheck_lines_overdue": "Of those, the ones whose test is over two minutes late.",
    "bedcheck_incidents_open": "Areas in which an outage lasts.",
    "bedcheck_own_line_down": "1 while no home of any area answers: our own line is down.",
    "bedcheck_line_undetected_seconds": "The longest that a line's failing is unseen, as set.",
}


def serve(metrics: Metrics, port: int, address: str = "127.0.0.1") -> Any:
    """Serve the figures at /metrics; returns what ends it, as a function."""
    with needs("metrics"):
        from prometheus_client import CollectorRegistry, start_http_server
        from prometheus_client.core import GaugeMetricFamily
        from prometheus_client.registry import Collector

    class Figures(Collector):
        def collect(self) -> Any:
            for name, value in metrics.figures().items():
                yield GaugeMetricFamily(name, _HELP[name], value=value)

        def describe(self) -> Any:
            return []

    registry = CollectorRegistry()
    registry.register(Figures())
    server, thread = start_http_server(port, address, registry)

    def end() -> None:
        server.shutdown()
        server.server_close()
        thread.join()

    return end
