"""Figures whose regions can be chosen, and what became of each."""

import re
from collections.abc import Mapping
from dataclasses import astuple

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from courseware.grading.types.hotspot import Hotspot, PresentedRegion
from courseware.quizzes.cards import Result

register = template.Library()

# A figure's own names; it may stand on the page more than once.
OWN_NAMES = re.compile(r'(id="|#|by=")fig-')
IN_FIGURE = '<foreignObject x="{}" y="{}" width="{}" height="{}">{}</foreignObject>'


@register.simple_tag
def figure_to_answer(html: Mapping[str, str], shown: Hotspot, n: int) -> SafeString:
    """Return the figure of question ``n`` with a label over each region, for its radio button."""

    def label(region: PresentedRegion) -> SafeString:
        return format_html(
            '<label class="region region--{0}" for="q{1}-region-{0}">'
            '<span class="region__number" aria-hidden="true">{0}</span></label>',
            region.number,
            n,
        )

    return _with_regions(html, n, [(region, label(region)) for region in shown.regions])


@register.simple_tag
def figure_with_outcomes(result: Result, shown: Hotspot, n: int) -> SafeString:
    """Return the figure of question ``n`` with the chosen region and the right one marked."""

    def mark(region: PresentedRegion) -> SafeString:
        outcome = result.options[region.option.text]
        marks = ("●" if outcome["chosen"] else "") + ("✓" if outcome["correct"] else "")
        return format_html(
            '<span class="region{}{}"><span class="region__number">{}</span></span>',
            " region--right" if outcome["correct"] else "",
            " region--chosen" if outcome["chosen"] else "",
            f"{region.number} {marks}".strip(),
        )

    return _with_regions(result.html, n, [(region, mark(region)) for region in shown.regions])


def _with_regions(
    html: Mapping[str, str], n: int, regions: list[tuple[PresentedRegion, SafeString]]
) -> SafeString:
    overlay = format_html_join(
        "",
        IN_FIGURE,
        ((*(f"{n:g}" for n in astuple(shown.region)), content) for shown, content in regions),
    )
    figure = OWN_NAMES.sub(rf"\1q{n}-fig-", html["figure"])
    return mark_safe(figure.replace("</svg>", f"{overlay}</svg>"))  # noqa: S308  (both are safe)
