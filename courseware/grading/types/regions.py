"""Regions of a figure: rectangles in the units of its view box."""

import re
from dataclasses import dataclass
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

SVG = "{http://www.w3.org/2000/svg}"
NUMBERS = re.compile(r"-?\d+(?:\.\d+)?")


@dataclass(frozen=True)
class Region:
    """A rectangle: its upper left corner, its width and its height."""

    x: float
    y: float
    width: float
    height: float

    @property
    def area(self) -> float:
        """The rectangle's area."""
        return self.width * self.height

    def contains(self, other: "Region") -> bool:
        """Return whether another rectangle is within this one."""
        return (
            self.x <= other.x
            and self.y <= other.y
            and other.x + other.width <= self.x + self.width
            and other.y + other.height <= self.y + self.height
        )


class Figure:
    """A figure whose SVG an author's region is looked up in."""

    def __init__(self, name: str, svg: str) -> None:
        """Raises ValueError for a text that is no SVG with a view box."""
        try:
            root = fromstring(svg, forbid_dtd=True)
        except (ParseError, DefusedXmlException) as error:
            raise ValueError(f"図「{name}」を SVG として読めません。") from error
        self._elements = {
            element.get("id", "").removeprefix(f"fig-{name}-"): element for element in root.iter()
        }
        numbers = [float(number) for number in NUMBERS.findall(root.get("viewBox", ""))]
        if len(numbers) != 4:
            raise ValueError(f"図「{name}」に viewBox がありません。")
        self.view_box = Region(*numbers)

    def region(self, place: str) -> Region:
        """Return the region of "#id" (an element's), or of "x y width height".

        Raises ValueError, in Japanese, when there is none or it is not within the view box.
        """
        region = self._of_element(place[1:]) if place.startswith("#") else _of_numbers(place)
        if region.width <= 0 or region.height <= 0 or not self.view_box.contains(region):
            box = self.view_box
            raise ValueError(
                f"場所「{place}」が、図の範囲 (viewBox の {box.x:g} {box.y:g} {box.width:g} "
                f"{box.height:g}) に収まりません。"
            )
        return region

    def _of_element(self, identifier: str) -> Region:
        element = self._elements.get(identifier) if identifier else None
        if element is None:
            raise ValueError(f'図に id="{identifier}" の要素がありません。')
        corners = _corners(element)
        if corners is None or "transform" in element.attrib:
            raise ValueError(
                f'id="{identifier}" の要素は、transform のない rect、circle、ellipse、polygon に'
                "してください。"
            )
        left, top, right, bottom = corners
        return Region(left, top, right - left, bottom - top)


def _of_numbers(place: str) -> Region:
    numbers = place.split()
    if len(numbers) != 4 or not all(NUMBERS.fullmatch(number) for number in numbers):
        raise ValueError(
            f"場所「{place}」を読めません。図の要素の「#id」か、「x y 幅 高さ」を半角で"
            "書いてください。"
        )
    return Region(*map(float, numbers))


def _corners(element: Element) -> tuple[float, float, float, float] | None:
    """Return left, top, right and bottom of an element's shape; None for other elements."""

    def number(name: str) -> float:
        return float(element.get(name, "0"))

    tag = element.tag.removeprefix(SVG)
    if tag == "rect":
        x, y = number("x"), number("y")
        return x, y, x + number("width"), y + number("height")
    if tag in ("circle", "ellipse"):
        x, y = number("cx"), number("cy")
        rx, ry = (number("r"),) * 2 if tag == "circle" else (number("rx"), number("ry"))
        return x - rx, y - ry, x + rx, y + ry
    if tag == "polygon":
        points = [float(n) for n in NUMBERS.findall(element.get("points", ""))]
        xs, ys = points[::2], points[1::2]
        return (min(xs), min(ys), max(xs), max(ys)) if ys else None
    return None
