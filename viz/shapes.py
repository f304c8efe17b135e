"""Pieces of drawings as SVG text: boxes, curves from box to box, arrowheads, signs, badges, clouds, valves.

Lengths are units of the view box. A drawing keeps the rectangles of everything with text, so that a test can see
whether any two overlap.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Final
from xml.sax.saxutils import escape, quoteattr

INK: Final = "#1a1a1a"
BLUE: Final = "#0072B2"
VERMILION: Final = "#D55E00"
GREY: Final = "#8a8a8a"
PALE: Final = "#F3F6FA"
FONT: Final = "Helvetica, Arial, 'DejaVu Sans', 'WenQuanYi Micro Hei', sans-serif"
EM: Final = 0.58
"""Mean width of a letter over the font size, of a wide sans-serif."""

Point = tuple[float, float]


@dataclass(frozen=True)
class Box:
    """A rectangle around its middle."""

    x: float
    y: float
    width: float
    height: float

    def holds(self, point: Point, gap: float = 0.0) -> bool:
        """Return whether a point lies inside or within `gap`."""
        return abs(point[0] - self.x) <= self.width / 2 + gap and abs(point[1] - self.y) <= self.height / 2 + gap

    def overlaps(self, other: Box, gap: float = 0.0) -> bool:
        """Return whether two rectangles come closer than `gap`."""
        near_x = abs(self.x - other.x) < (self.width + other.width) / 2 + gap
        return near_x and abs(self.y - other.y) < (self.height + other.height) / 2 + gap


@dataclass
class Drawing:
    """SVG in the making: pieces in the order in which they are drawn, and the rectangles of texts by name."""

    width: float
    height: float
    title: str
    description: str
    pieces: list[str] = field(default_factory=list)
    boxes: dict[str, Box] = field(default_factory=dict)

    def add(self, piece: str) -> None:
        """Draw a piece on top of what is there."""
        self.pieces.append(piece)

    def take(self, name: str, box: Box) -> None:
        """Keep the rectangle of a text or shape that nothing else may cover."""
        self.boxes[name] = box

    def text(self, x: float, y: float, words: str, size: float = 15.0, **style: str) -> None:
        """Write one line with its middle (or start, with `anchor="start"`) at a point."""
        anchor = style.pop("anchor", "middle")
        fill = style.pop("fill", INK)
        more = "".join(f" {name.replace('_', '-')}={quoteattr(value)}" for name, value in style.items())
        self.add(
            f'<text x="{x:.1f}" y="{y + 0.35 * size:.1f}" font-size="{size:g}" text-anchor="{anchor}" '
            f'fill="{fill}"{more}>{escape(words)}</text>'
        )

    def lines(self, x: float, y: float, words: str, size: float = 15.0, **style: str) -> None:
        """Write the lines of a text around a middle."""
        parts = words.split("\n")
        for number, part in enumerate(parts):
            self.text(x, y + (number - (len(parts) - 1) / 2) * size * 1.15, part, size, **dict(style))

    def svg(self) -> str:
        """Return the whole file."""
        head = (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {self.width:g} {self.height:g}" '
            f'width="{self.width:g}" height="{self.height:g}" role="img" aria-labelledby="title description" '
            f"font-family={quoteattr(FONT)}>"
        )
        body = [
            head,
            f'<title id="title">{escape(self.title)}</title>',
            f'<desc id="description">{escape(self.description)}</desc>',
            f'<rect width="{self.width:g}" height="{self.height:g}" fill="#ffffff"/>',
            *self.pieces,
            "</svg>",
        ]
        return "\n".join(body) + "\n"


def box_of(words: str, x: float, y: float, size: float = 15.0, pad: float = 7.0) -> Box:
    """Return the rectangle that a text of one or more lines needs around a middle."""
    parts = words.split("\n")
    return Box(x, y, max(map(text_width, parts)) * size + 2 * pad, len(parts) * size * 1.15 + 1.4 * pad)


def text_width(words: str) -> float:
    """Return the width of a line over the font size; Chinese signs are as wide as high."""
    return sum(1.0 if ord(sign) > 0x2E80 else EM for sign in words)


def curve(start: Box, end: Box, bend: float = 0.0, gap: float = 4.0) -> tuple[Point, Point, Point]:
    """Return a quadratic curve (start, control, end) from the edge of one rectangle to that of another.

    `bend`: how far its middle leaves the straight line, as a share of the distance; positive to the right of the way.
    """
    a, c = (start.x, start.y), (end.x, end.y)
    b = (
        (a[0] + c[0]) / 2 - 2 * bend * (c[1] - a[1]),
        (a[1] + c[1]) / 2 + 2 * bend * (c[0] - a[0]),
    )
    steps = [k / 400 for k in range(401)]
    low = max((t for t in steps if start.holds(_at(a, b, c, t), gap)), default=0.0)
    high = min((t for t in steps if t > low and end.holds(_at(a, b, c, t), gap)), default=1.0)
    first, last = _at(a, b, c, low), _at(a, b, c, high)
    # The control of the part between two times of a quadratic curve is its polar form at them.
    middle = tuple(
        (1 - low) * (1 - high) * p + (low + high - 2 * low * high) * q + low * high * r
        for p, q, r in zip(a, b, c, strict=True)
    )
    return first, (middle[0], middle[1]), last


def _at(a: Point, b: Point, c: Point, t: float) -> Point:
    u = 1 - t
    return u * u * a[0] + 2 * u * t * b[0] + t * t * c[0], u * u * a[1] + 2 * u * t * b[1] + t * t * c[1]


def along(way: tuple[Point, Point, Point], t: float, aside: float = 0.0) -> Point:
    """Return a point of a curve, `aside` to its right."""
    a, b, c = way
    x, y = _at(a, b, c, t)
    dx = 2 * (1 - t) * (b[0] - a[0]) + 2 * t * (c[0] - b[0])
    dy = 2 * (1 - t) * (b[1] - a[1]) + 2 * t * (c[1] - b[1])
    length = math.hypot(dx, dy) or 1.0
    return x - aside * dy / length, y + aside * dx / length


def arrow(way: tuple[Point, Point, Point], colour: str, width: float = 1.8, dash: str = "", head: float = 10.0) -> str:
    """Return a curve with a head at its end."""
    a, b, c = way
    dx, dy = c[0] - b[0], c[1] - b[1]
    length = math.hypot(dx, dy) or 1.0
    dx, dy = dx / length, dy / length
    foot = (c[0] - dx * head, c[1] - dy * head)
    dashes = f' stroke-dasharray="{dash}"' if dash else ""
    wing = 0.42 * head
    corners = ((c[0], c[1]), (foot[0] - wing * dy, foot[1] + wing * dx), (foot[0] + wing * dy, foot[1] - wing * dx))
    points = " ".join(f"{x:.1f},{y:.1f}" for x, y in corners)
    return (
        f'<path d="M{a[0]:.1f} {a[1]:.1f}Q{b[0]:.1f} {b[1]:.1f} {foot[0]:.1f} {foot[1]:.1f}" fill="none" '
        f'stroke="{colour}" stroke-width="{width:g}"{dashes}/><polygon points="{points}" fill="{colour}"/>'
    )


def sign_mark(point: Point, sign: int, colour: str) -> str:
    """Return a small disc with + or a minus."""
    x, y = point
    bars = f"M{x - 4:.1f} {y:.1f}h8" + (f"M{x:.1f} {y - 4:.1f}v8" if sign > 0 else "")
    return (
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="7" fill="#ffffff" stroke="{colour}" stroke-width="1.2"/>'
        f'<path d="{bars}" stroke="{colour}" stroke-width="2"/>'
    )


def badge(x: float, y: float, key: str, open_: bool = False, size: float = 15.0) -> str:
    """Return the mark of a loop: a filled disc for R, a square for B; a dotted rim if the loop is open."""
    dash = ' stroke-dasharray="3 3"' if open_ else ""
    half = size + 2
    if key.startswith("R"):
        fill, ink = ("#ffffff", INK) if open_ else (INK, "#ffffff")
        shape = f'<circle cx="{x:g}" cy="{y:g}" r="{half}" fill="{fill}" stroke="{INK}" stroke-width="2"{dash}/>'
    else:
        ink = INK
        shape = (
            f'<rect x="{x - half:g}" y="{y - half:g}" width="{2 * half:g}" height="{2 * half:g}" fill="#ffffff" '
            f'stroke="{INK}" stroke-width="2.4"{dash}/>'
        )
    return (
        f'{shape}<text x="{x:g}" y="{y + 0.36 * size:.1f}" font-size="{size:g}" font-weight="bold" '
        f'text-anchor="middle" fill="{ink}">{escape(key)}</text>'
    )


def plate(box: Box, stock: bool, fill: str = "#ffffff") -> str:
    """Return the ground of a variable: a framed box for a stock, a bare one for anything else."""
    frame = f' stroke="{INK}" stroke-width="1.6"' if stock else ""
    return (
        f'<rect x="{box.x - box.width / 2:.1f}" y="{box.y - box.height / 2:.1f}" width="{box.width:.1f}" '
        f'height="{box.height:.1f}" rx="{0 if stock else 6}" fill="{fill}"{frame}/>'
    )


def cloud(x: float, y: float) -> str:
    """Return a small cloud: a source or sink outside the model."""
    return (
        f'<path d="M{x - 14:g} {y + 8:g}a7 7 0 0 1 1-14a9 9 0 0 1 17-3a7.5 7.5 0 0 1 10 9a6 6 0 0 1-3 8z" '
        f'fill="#ffffff" stroke="{INK}" stroke-width="1.4"/>'
    )


def pipe(x1: float, x2: float, y: float, both: bool = False) -> str:
    """Return a horizontal pipe from `x1` to `x2` with a head at its end; at both ends if it can flow back."""
    way = 1 if x2 > x1 else -1
    start = x1 + (10 * way if both else 0)
    stop = x2 - 10 * way
    lines = "".join(f'<path d="M{start:g} {y + k:g}H{stop:g}" stroke="{INK}" stroke-width="1.3"/>' for k in (-2.5, 2.5))
    heads = f'<polygon points="{x2:g},{y:g} {stop:g},{y - 7:g} {stop:g},{y + 7:g}" fill="{INK}"/>'
    if both:
        back = f"{x1:g},{y:g} {start:g},{y - 7:g} {start:g},{y + 7:g}"
        heads += f'<polygon points="{back}" fill="#ffffff" stroke="{INK}"/>'
    return lines + heads


def valve(x: float, y: float) -> str:
    """Return a valve on a pipe: two triangles tip to tip."""
    return (
        f'<path d="M{x - 9:g} {y - 8:g}L{x + 9:g} {y + 8:g}V{y - 8:g}L{x - 9:g} {y + 8:g}z" fill="#ffffff" '
        f'stroke="{INK}" stroke-width="1.5"/>'
    )
