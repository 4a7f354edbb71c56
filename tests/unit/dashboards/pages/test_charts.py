"""Positions of small charts: the limit stands in the middle of every row."""

from __future__ import annotations

from city.plan import Reason
from dashboards.pages.charts import span_plot


def reason(value, threshold, span=None, unit="cm"):
    return Reason(text="", text_en="", value=value, range=span, unit=unit, threshold=threshold)


def test_the_limit_is_in_the_middle_and_twice_the_limit_at_the_right():
    plot = span_plot(reason(5.2, 3.0, (4.1, 6.8)))
    assert (plot.low, plot.middle, plot.low + plot.width) == (68.3, 86.7, 100.0)


def test_nothing_lies_outside_the_plot():
    plot = span_plot(reason(40.0, 3.0, (0.0, 60.0)))
    assert (plot.low, plot.low + plot.width, plot.middle, plot.off_scale) == (0.0, 100.0, 100.0, True)


def test_temperatures_have_two_degrees_to_each_side():
    assert span_plot(reason(19.0, 20.0, unit="°C")).middle == 25.0


def test_without_a_limit_there_is_nothing_to_measure_against():
    assert span_plot(reason(5.0, None)) is None
    assert span_plot(reason(None, 3.0)) is None
