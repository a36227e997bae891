"""A place in a figure to be pointed at."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import astuple, dataclass
from typing import Any

from courseware.grading.model import NO_DATA, Data, Text
from courseware.grading.registry import register
from courseware.grading.source import OptionSource, Source
from courseware.grading.types.choice import Choices, PresentedOption
from courseware.grading.types.regions import Figure, Region
from courseware.grading.types.single import SingleQuestion

PLACE = re.compile(r"(.*\S)\s+@\s+(\S.*)", re.DOTALL)
SHAPE = "「- [x] 名前 @ 場所」"


@dataclass(frozen=True)
class PresentedRegion:
    """A region with its number, which stands at its option in the list, too."""

    number: int
    region: Region
    option: PresentedOption


@dataclass(frozen=True)
class Hotspot(Choices):
    """A figure with regions; each is also an option of a list, under the same number.

    ``regions`` are in the order in which they are painted: where one lies within another, the
    smaller is on top.
    """

    regions: tuple[PresentedRegion, ...]

    @property
    def text_keys(self) -> tuple[str, ...]:
        """The figure, and the names of the regions."""
        return ("figure", *super().text_keys)


@register("hotspot", "図の場所を選ぶ")
@dataclass(frozen=True)
class HotspotQuestion(SingleQuestion):
    """Full marks for the right region of ``figure``, none for another.

    ``regions`` belong to the options, whose texts name them: who does not point chooses a name.
    """

    figure: str
    regions: tuple[Region, ...]

    instruction = (
        "図の番号の付いた場所を押すか、一覧から選んでください。どちらでも同じ答えになります。"
    )
    own_keys = frozenset({"figure"})
    shape = "hotspot"

    def present(self, seed: int, data: Data = NO_DATA) -> Hotspot:
        """Return the options in the seed's order, and where they are in the figure."""
        options = super().present(seed, data).options
        places = {f"option-{i}": region for i, region in enumerate(self.regions)}
        regions = [
            PresentedRegion(number, places[option.text], option)
            for number, option in enumerate(options, 1)
        ]
        painted = sorted(regions, key=lambda shown: (-shown.region.area, shown.number))
        return Hotspot(self.instruction, options, self.several, tuple(painted))

    def own_texts(self) -> Iterator[tuple[str, Text]]:
        """Yield the figure, and each region's name and feedback."""
        yield "figure", Text(f"![[{self.figure}]]", self.prompt.line)
        yield from super().own_texts()

    def own_to_json(self) -> dict[str, Any]:
        """Return the options with the key, the figure and the regions."""
        regions = [list(astuple(region)) for region in self.regions]
        return {**super().own_to_json(), "figure": self.figure, "regions": regions}

    @classmethod
    def own_from_json(cls, data: Mapping[str, Any]) -> dict[str, Any]:
        """Return the options, the figure and the regions."""
        return {
            **super().own_from_json(data),
            "figure": data["figure"],
            "regions": tuple(Region(*numbers) for numbers in data["regions"]),
        }

    @classmethod
    def parse_own(cls, source: Source) -> dict[str, Any]:
        """Return options, figure and regions; note a figure or a place that there is not."""
        name = source.take(
            "figure",
            lambda value: isinstance(value, str) and value in source.figures,
            "図の名前 (figures フォルダーの、.svg を除いたファイル名。使える図: "
            f"{'、'.join(sorted(source.figures))})",
        )
        try:
            figure = Figure(name, source.figures[name]) if name else None
        except ValueError as error:
            source.problem("figure", str(error))
            figure = None
        regions = [region for o in source.options if (region := _region(source, o, figure))]
        return {**super().parse_own(source), "figure": name, "regions": tuple(regions)}


def _region(source: Source, option: OptionSource, figure: Figure | None) -> Region | None:
    """Return the region that ends an option's text, and take it from the text."""
    written = PLACE.fullmatch("\n".join(option.text))
    if written is None:
        source.problem(
            option.line,
            f"図の場所がありません。{SHAPE}の形で、図の要素の「#id」か「x y 幅 高さ」を"
            "書いてください。",
        )
        return None
    option.text = written[1].split("\n")
    try:
        return figure.region(written[2].strip()) if figure else None
    except ValueError as error:
        source.problem(option.line, str(error))
        return None
