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
    assert (plot.low, plot.low + plot.width, plot.middle, plot.off) == (0.0, 100.0, 100.0, "right")


def test_temperatures_have_two_degrees_to_each_side():
    assert span_plot(reason(19.0, 20.0, unit="°C")).middle == 75.0
    assert span_plot(reason(20.5, 20.0, unit="°C")).middle == 37.5


def test_a_friction_under_its_limit_stands_on_the_side_that_acts():
    """Snow over its limit and friction under its limit both call out: both stand at the right of the same line."""
    slips, over = span_plot(reason(0.22, 0.25, (0.18, 0.3), unit="")), span_plot(reason(3.4, 3.0))
    assert slips.middle == 56.0
    assert (slips.low, slips.low + slips.width) == (40.0, 64.0)
    assert over.middle > 50.0
    assert span_plot(reason(0.4, 0.25, unit="")).middle == 20.0


def test_beyond_the_plot_the_side_is_named():
    assert span_plot(reason(0.7, 0.25, unit="")).off == "left"
    assert span_plot(reason(16.0, 20.0, unit="°C")).off == "right"
    assert span_plot(reason(5.2, 3.0)).off == ""


def test_without_a_limit_there_is_nothing_to_measure_against():
    assert span_plot(reason(5.0, None)) is None
    assert span_plot(reason(None, 3.0)) is None
