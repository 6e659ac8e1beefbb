"""The architecture as inline SVG, drawn from the links between the resources themselves.

Each component of the program is a box that holds its resources; an arrow points to a component
that is referred to. Components stand to the right of what they refer to, so the picture reads from
the foundations to the edges. Violations are marked where they are.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape

from compliance.evidence import Evidence, Outcome, Resource

_WIDTH, _ROW, _TITLE, _PAD = 212, 24, 46, 10
_GAP_X, _GAP_Y, _MARGIN, _TALLEST = 72, 24, 16, 780
_FOLD_OVER = 4  # more resources of one type in one box than this are drawn as one line
_HIDDEN = ("pulumi:pulumi:", "pulumi:providers:")


@dataclass(frozen=True, kw_only=True)
class _Row:
    """One line in a box: a resource, or several compliant ones of one type."""

    label: str
    kind: str
    urn: str | None
    blocked: int


@dataclass(frozen=True, kw_only=True)
class _Box:
    """A component with its resources."""

    urn: str
    title: str
    kind: str
    rows: tuple[_Row, ...]

    @property
    def height(self) -> int:
        return _TITLE + _ROW * len(self.rows) + _PAD

    @property
    def blocked(self) -> int:
        return sum(row.blocked for row in self.rows)


def draw(evidence: Evidence) -> str:
    """The SVG element, or nothing for a stack without resources to draw."""
    drawn = {r.urn: r for r in evidence.resources if not r.type.startswith(_HIDDEN)}
    leaves = [resource for resource in drawn.values() if resource.custom]
    home = {leaf.urn: _component(leaf, drawn) for leaf in leaves}
    members: dict[str, list[Resource]] = defaultdict(list)
    for leaf in leaves:
        members[home[leaf.urn]].append(leaf)
    if not members:
        return ""
    blocked = _blocked(evidence)
    boxes = {
        urn: _box(urn, drawn.get(urn), resources, blocked, evidence)
        for urn, resources in sorted(members.items())
    }
    edges = {
        (home[leaf.urn], home[link.urn])
        for leaf in leaves
        for link in leaf.links
        if link.urn in home and home[link.urn] != home[leaf.urn]
    }
    return _svg(boxes, sorted(edges), _place(boxes, edges))


def _component(resource: Resource, drawn: Mapping[str, Resource]) -> str:
    """The nearest component above a resource; the stack itself when there is none."""
    parent, passed = resource.parent, {resource.urn}
    while parent and parent in drawn and drawn[parent].custom and parent not in passed:
        passed.add(parent)
        parent = drawn[parent].parent
    return parent or ""


def _blocked(evidence: Evidence) -> Counter[str]:
    counts = Counter(answer.urn for answer in evidence.blocking)
    counts.update(f.urn for f in evidence.findings if f.urn and f.outcome is Outcome.FAIL)
    return counts


def _box(
    urn: str,
    component: Resource | None,
    resources: Sequence[Resource],
    blocked: Counter[str],
    evidence: Evidence,
) -> _Box:
    by_type: dict[str, list[Resource]] = defaultdict(list)
    for resource in sorted(resources, key=lambda r: (r.type, r.name)):
        by_type[resource.type].append(resource)
    title = component.name if component else evidence.subject.stack
    rows = [row for type_, same in by_type.items() for row in _rows(type_, same, blocked, title)]
    return _Box(
        urn=urn,
        title=title,
        kind=_short(component.type) if component else "Stack",
        rows=tuple(rows),
    )


def _rows(
    type_: str, same: Sequence[Resource], blocked: Counter[str], title: str
) -> Iterator[_Row]:
    shown = [r for r in same if blocked[r.urn]] if len(same) > _FOLD_OVER else same
    for resource in shown:
        yield _Row(
            label=_short(type_) if resource.name == title else resource.name,
            kind=_short(type_),
            urn=resource.urn,
            blocked=blocked[resource.urn],
        )
    if folded := len(same) - len(shown):
        yield _Row(label=f"{folded} × {_short(type_)}", kind="", urn=None, blocked=0)  # noqa: RUF001


def _short(type_: str) -> str:
    return type_.rsplit(":", 1)[-1]


def _place(boxes: Mapping[str, _Box], edges: set[tuple[str, str]]) -> Mapping[str, tuple[int, int]]:
    """The corner of every box: columns by how far it is from what refers to nothing."""
    columns: list[list[str]] = []
    for rank in _ranks(list(boxes), edges):
        column: list[str] = []
        height = 0
        for urn in rank:
            if column and height + boxes[urn].height > _TALLEST:
                columns.append(column)
                column, height = [], 0
            column.append(urn)
            height += boxes[urn].height + _GAP_Y
        columns.append(column)
    heights = [sum(boxes[u].height + _GAP_Y for u in column) - _GAP_Y for column in columns]
    corners = {}
    for number, (column, height) in enumerate(zip(columns, heights, strict=True)):
        y = _MARGIN + (max(heights) - height) // 2
        for urn in column:
            corners[urn] = (_MARGIN + number * (_WIDTH + _GAP_X), y)
            y += boxes[urn].height + _GAP_Y
    return corners


def _ranks(urns: Sequence[str], edges: set[tuple[str, str]]) -> list[list[str]]:
    """Layers by longest path; an edge that would close a cycle is passed over."""
    targets: dict[str, list[str]] = defaultdict(list)
    for source, target in sorted(edges):
        targets[source].append(target)
    depth: dict[str, int] = {}
    for urn in urns:
        if urn not in depth:
            _measure(urn, targets, depth)
    ranks: list[list[str]] = [[] for _ in range(max(depth.values()) + 1)]
    for urn in urns:
        ranks[depth[urn]].append(urn)
    position: dict[str, float] = {}
    for rank in ranks:
        # Beside what it refers to, so that arrows cross less.
        rank.sort(key=lambda urn: (_middle([position.get(t) for t in targets[urn]]), urn))
        position.update({urn: (index + 0.5) / len(rank) for index, urn in enumerate(rank)})
    return ranks


def _measure(origin: str, targets: Mapping[str, Sequence[str]], depth: dict[str, int]) -> None:
    """How deep the origin, and all that it leads to, stands; a chain may have any length."""
    path, seen = [(origin, iter(targets[origin]))], {origin}
    while path:
        urn, left = path[-1]
        further = next((t for t in left if t not in seen and t not in depth), None)
        if further is None:
            path.pop()
            depth[urn] = max((depth[t] for t in targets[urn] if t in depth), default=-1) + 1
        else:
            seen.add(further)
            path.append((further, iter(targets[further])))


def _middle(places: Sequence[float | None]) -> float:
    known = [place for place in places if place is not None]
    return sum(known) / len(known) if known else 0.5


def _svg(
    boxes: Mapping[str, _Box],
    edges: Sequence[tuple[str, str]],
    corners: Mapping[str, tuple[int, int]],
) -> str:
    width = max(x for x, _ in corners.values()) + _WIDTH + _MARGIN
    height = max(corners[urn][1] + box.height for urn, box in boxes.items()) + _MARGIN
    numbers = {urn: number for number, urn in enumerate(boxes)}
    parts = [
        f'<svg class="architecture" viewBox="0 0 {width} {height}" width="{width}" '
        f'height="{height}" role="group" aria-label="Components of the stack and what they '
        'refer to">',
        '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" '
        'markerHeight="7" orient="auto-start-reverse"><path d="M0 0 8 4 0 8z"/></marker></defs>',
    ]
    for source, target in edges:
        path = _curve(boxes, corners, source, target)
        parts.append(
            f'<path class="edge" d="{path}" marker-end="url(#tip)" '
            f'data-from="{numbers[source]}" data-to="{numbers[target]}"/>'
        )
    for urn, box in boxes.items():
        parts += _box_svg(box, numbers[urn], *corners[urn])
    parts.append("</svg>")
    return "\n".join(parts)


def _curve(
    boxes: Mapping[str, _Box],
    corners: Mapping[str, tuple[int, int]],
    source: str,
    target: str,
) -> str:
    (sx, sy), (tx, ty) = corners[source], corners[target]
    start = (sx, sy + min(boxes[source].height, _TITLE + _ROW) // 2)
    end = (tx + _WIDTH, ty + boxes[target].height // 2)
    if sx <= tx:  # a cycle, or the same column: leave to the right, come in from the right
        start = (sx + _WIDTH, start[1])
        bend = max(start[0], end[0]) + _GAP_X // 2
        return f"M{start[0]} {start[1]}C{bend} {start[1]} {bend} {end[1]} {end[0]} {end[1]}"
    half = max((start[0] - end[0]) // 2, 24)
    return (
        f"M{start[0]} {start[1]}C{start[0] - half} {start[1]} {end[0] + half} {end[1]} "
        f"{end[0]} {end[1]}"
    )


def _box_svg(box: _Box, number: int, x: int, y: int) -> Iterator[str]:
    flaw = " flawed" if box.blocked else ""
    yield f'<g class="box{flaw}" data-box="{number}">'
    yield f'<rect x="{x}" y="{y}" width="{_WIDTH}" height="{box.height}" rx="10"/>'
    yield f'<text class="title" x="{x + _PAD}" y="{y + 21}">{_fit(box.title, 24)}</text>'
    yield f'<text class="kind" x="{x + _PAD}" y="{y + 37}">{_fit(box.kind, 32)}</text>'
    for index, row in enumerate(box.rows):
        yield from _row_svg(row, x, y + _TITLE + _ROW * index)
    yield "</g>"


def _row_svg(row: _Row, x: int, y: int) -> Iterator[str]:
    marked = " flawed" if row.blocked else ""
    told = f"{row.label} ({row.kind})" if row.kind else row.label
    if row.blocked:
        told += f", {row.blocked} not in order"
    room = 22 if row.blocked else 27
    body = (
        f'<rect x="{x + 6}" y="{y}" width="{_WIDTH - 12}" height="{_ROW - 3}" rx="5"/>'
        f'<text x="{x + _PAD}" y="{y + 15}">{_fit(row.label, room)}</text>'
        f"<title>{escape(told)}</title>"
    )
    if row.blocked:
        body += (
            f'<text class="count" x="{x + _WIDTH - _PAD}" y="{y + 15}" text-anchor="end">'
            f"✕ {row.blocked}</text>"
        )
    if row.urn is None:
        yield f'<g class="row folded">{body}</g>'
    else:
        yield (
            f'<a class="row{marked}" href="#matrix" data-urn="{escape(row.urn)}" '
            f'aria-label="{escape(told)}">{body}</a>'
        )


def _fit(text: str, room: int) -> str:
    return escape(text if len(text) <= room else text[: room - 1] + "…")
