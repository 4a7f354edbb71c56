"""Figures on their way to Prometheus: each metric told of once, counters as counters, any text as a label."""

from __future__ import annotations

import pytest
from prometheus_client import generate_latest
from prometheus_client.parser import text_string_to_metric_families

from city.metrics import TELLS, MetricValue, figure, registry


def told(*figures: MetricValue) -> str:
    return generate_latest(registry(lambda: figures)).decode()


def test_values_of_one_metric_stand_together_under_one_head() -> None:
    """The format wants all lines of a metric in one group, and nothing of the process's own between."""
    text = told(figure("devices", 7), figure("orders", 2, state="done"), figure("devices", 8, kind="snow"))
    assert [line for line in text.splitlines() if not line.startswith("#")] == [
        "dagsplan_devices 7.0",
        'dagsplan_devices{kind="snow"} 8.0',
        'dagsplan_orders{state="done"} 2.0',
    ]
    assert text.count("# TYPE dagsplan_devices gauge") == text.count(f"# HELP dagsplan_devices {TELLS['devices']}") == 1


def test_totals_are_counters_of_the_same_name() -> None:
    text = told(figure("ingest_rows_total", 12_345_678, daemon="a"))
    assert "# TYPE dagsplan_ingest_rows_total counter" in text
    assert 'dagsplan_ingest_rows_total{daemon="a"}' in text
    (metric,) = text_string_to_metric_families(text)
    assert metric.samples[0].value == 12_345_678


@pytest.mark.parametrize("name", ['a "daemon"', "two\nlines", "back\\slash", "Snöröjning"])
def test_any_text_comes_through_as_a_label(name: str) -> None:
    (metric,) = text_string_to_metric_families(told(figure("ingest_connected", True, daemon=name)))
    assert [(one.labels, one.value) for one in metric.samples] == [({"daemon": name}, 1.0)]


def test_a_metric_that_nobody_described_is_refused() -> None:
    with pytest.raises(KeyError, match="nothing"):
        told(figure("nothing", 1))
