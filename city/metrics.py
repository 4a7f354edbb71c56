"""Figures for Prometheus: what each is called, what it tells, and the registry that a scrape is answered from."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from prometheus_client import CollectorRegistry, Metric
from prometheus_client.registry import Collector

PREFIX = "dagsplan_"
TELLS: Mapping[str, str] = {
    "build_info": "The version of the code that runs",
    "sse_clients": "Open event streams of pages and programs",
    "database_up": "Whether the database answers",
    "plan_version": "Version of the live plan",
    "plan_last_success_timestamp_seconds": "When the live plan was made",
    "plan_interventions": "Lines of the live plan",
    "orders": "Orders of the last day by state",
    "devices": "Devices in use",
    "devices_silent": "Devices that are not heard on time",
    "reading_age_seconds": "Age of the newest reading",
    "forecast_age_seconds": "Age of the newest forecast",
    "ingest_report_age_seconds": "How long ago the daemon said how it is",
    "ingest_connected": "Whether the daemon has the broker",
    "ingest_queue_depth": "Messages that are taken from the broker and not committed",
    "ingest_oldest_unacknowledged_seconds": "For how long the oldest of them waits",
    "ingest_lag_seconds": "From receipt to commit of the oldest message of the last batch",
    "ingest_messages_total": "Messages since the daemon's start",
    "ingest_rows_total": "Readings stored since the daemon's start",
    "ingest_duplicates_total": "Readings that came again with the same value",
    "ingest_conflicts_total": "Readings that came again with another value",
    "ingest_positions_total": "Positions stored since the daemon's start",
    "ingest_positions_dropped_total": "Positions of vehicles without an order under way",
    "ingest_rejected_total": "Messages put aside by reason",
    "ingest_broker_dropped_total": "Messages that the broker says it dropped since its own start",
}
"""What each metric tells; a name that ends in ``_total`` is a counter, any other a gauge."""


@dataclass(frozen=True)
class MetricValue:
    """One value of a metric, whose name stands in ``TELLS``, for one set of labels."""

    name: str
    value: float
    labels: Mapping[str, str]


def figure(name: str, value: float, **labels: str) -> MetricValue:
    """A value and its labels; ``name`` is without ``dagsplan_``."""
    return MetricValue(name, float(value), labels)


def registry(read: Callable[[], Iterable[MetricValue]]) -> CollectorRegistry:
    """A registry that asks ``read`` at each scrape, and holds nothing else."""
    made = CollectorRegistry()
    made.register(_Figures(read))
    return made


class _Figures(Collector):
    """Figures as metrics of the library: each metric once, however its values are strewn."""

    def __init__(self, read: Callable[[], Iterable[MetricValue]]) -> None:
        self._read = read

    def collect(self) -> Iterator[Metric]:
        metrics: dict[str, Metric] = {}
        for one in self._read():
            if one.name not in metrics:
                metrics[one.name] = _metric(one.name)
            metrics[one.name].add_sample(PREFIX + one.name, dict(one.labels), one.value)
        yield from metrics.values()


def _metric(name: str) -> Metric:
    kind = "counter" if name.endswith("_total") else "gauge"
    return Metric(PREFIX + name.removesuffix("_total"), TELLS[name], kind)
