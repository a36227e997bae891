"""Authors' SVG figures: checked against an allow-list, and made to be inlined safely.

A figure is drawn with classes only, so that the page's style sheet colours it for light
and dark, and carries its text alternative itself (``title`` and ``desc``).
"""

import re
from xml.etree.ElementTree import Element, ParseError, register_namespace, tostring

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from courseware.markup.errors import ContentError, Problem

SVG = "http://www.w3.org/2000/svg"
ELEMENTS = frozenset(
    "svg g rect circle ellipse line path polyline polygon text tspan title desc defs marker".split()
)
ATTRIBUTES = frozenset(
    """id class viewBox x y x1 y1 x2 y2 cx cy r rx ry width height d points transform dx dy
    text-anchor dominant-baseline font-size font-weight marker-end marker-start refX refY
    markerWidth markerHeight orient markerUnits stroke-width stroke-dasharray stroke-linecap
    stroke-linejoin fill-opacity textLength lengthAdjust preserveAspectRatio role
    """.split()
)
REFERENCE = re.compile(r"url\(#([\w-]+)\)")
PLAIN = re.compile(r"[^<>&\"]*")

register_namespace("", SVG)


def parse_figure(name: str, text: str, path: str = "") -> str:
    """Return the figure as an inline ``<svg>`` with its title and description as its name.

    Raises ContentError for text that is no SVG, has an element or an attribute outside the
    allow-list, refers outside itself, or lacks ``title``, ``desc`` or ``viewBox``.
    """
    try:
        root = fromstring(text, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError) as error:
        line, column = getattr(error, "position", (1, 0))
        message = "SVG として読めません。タグを閉じ、DTD と実体 (&名前;) を除いてください。"
        raise ContentError([Problem(path, line, column + 1, message)]) from None
    messages = [message for element in root.iter() for message in _element_problems(element)]
    messages += _root_problems(root)
    if messages:
        raise ContentError(Problem(path, 1, 1, message) for message in messages)
    _localize(root, name)
    return tostring(root, encoding="unicode")


def _local(tag: object) -> str:
    return tag.removeprefix(f"{{{SVG}}}") if isinstance(tag, str) else "?"


def _element_problems(element: Element) -> list[str]:
    tag = _local(element.tag)
    if tag not in ELEMENTS:
        return [f"図では <{tag}> を使えません。"]
    return [
        f'図の <{tag}> では属性 {key}="{value[:40]}" を使えません。'
        for key, value in element.attrib.items()
        if key not in ATTRIBUTES
        or ("url(" in value and not REFERENCE.fullmatch(value))
        or not PLAIN.fullmatch(value)
    ]


def _root_problems(root: Element) -> list[str]:
    problems = []
    if _local(root.tag) != "svg" or "viewBox" not in root.attrib:
        problems.append("図の一番外側は viewBox のある <svg> にしてください。")
    for tag, what in (("title", "題"), ("desc", "内容を文章で述べる代替テキスト")):
        found = root.find(f"{{{SVG}}}{tag}")
        if found is None or not (found.text or "").strip():
            problems.append(f"図に <{tag}> ({what}) がありません。")
    return problems


def _localize(root: Element, name: str) -> None:
    """Name the image by its title and desc; make every id the figure's own on the page."""
    for element in root.iter():
        if "id" in element.attrib:
            element.set("id", f"fig-{name}-{element.get('id')}")
        for key in ("marker-end", "marker-start"):
            if key in element.attrib:
                element.set(key, REFERENCE.sub(rf"url(#fig-{name}-\1)", element.get(key, "")))
    for tag in ("title", "desc"):
        root.find(f"{{{SVG}}}{tag}").set("id", f"fig-{name}-{tag}")  # type: ignore[union-attr]
    for attribute in ("width", "height"):
        root.attrib.pop(attribute, None)
    root.set("role", "img")
    root.set("aria-labelledby", f"fig-{name}-title")
    root.set("aria-describedby", f"fig-{name}-desc")
