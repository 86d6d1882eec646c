"""Figures on a page: each a link to its rows, with the share of its denominator."""

from __future__ import annotations

from datetime import date

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from renda.voice.statistics.measures import MEASURES, Measure
from renda.voice.statistics.reading import Line

register = template.Library()


@register.simple_tag
def figure(line: Line, measure: Measure) -> SafeString:
    """``{% figure line measure %}``: a cell with the count, its share and the way to its rows."""
    count, whole = line.counts[measure.key], line.counts.get(measure.of, 0)
    share = format_html("<small>{}%</small>", round(100 * count / whole)) if whole and measure.of else ""
    text = format_html('<a href="{}">{}</a>', line.url(measure.key), f"{count:,}") if count else "0"
    return format_html(
        '<td class="number" data-label="{}" data-value="{}">{}{}</td>', measure.title, count, text, share
    )


@register.simple_tag
def measure_title(key: str) -> str:
    """A measure's title."""
    return MEASURES[key].title


@register.filter
def days(value: float | None) -> str:
    """``3``, ``3.5``, or a dash without any."""
    return "—" if value is None else f"{value:g}"


@register.filter
def month(value: date) -> str:
    """2026年11月."""
    return f"{value.year}年{value.month}月"
