"""Figures as every benchmark reports them: with their spread, and the target they are held to."""

import argparse
import json
import statistics
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal


@dataclass(frozen=True, kw_only=True)
class Target:
    """What a figure should be: at least or at most a value."""

    sense: Literal["≥", "≤"]
    value: float

    def met_by(self, value: float) -> bool:
        """Whether a figure reaches the target."""
        return value >= self.value if self.sense == "≥" else value <= self.value


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One figure of a report.

    Attributes:
        name: What was measured, with what it is compared with if it is a ratio.
        value: The figure; the median where there were several rounds.
        unit: "s", "MB/s", "times", "%", …
        low: The least of all rounds, if there were several.
        high: The greatest.
        target: What it should be, if that was said beforehand.
    """

    name: str
    value: float
    unit: str
    low: float | None = None
    high: float | None = None
    target: Target | None = None

    def line(self) -> str:
        """The figure as a row of a table."""
        spread = ""
        if self.low is not None and self.high is not None:
            spread = f"{number(self.low)} to {number(self.high)}"
        verdict = ""
        if self.target is not None:
            word = "met" if self.target.met_by(self.value) else "MISSED"
            verdict = f"{self.target.sense} {number(self.target.value)} {word}"
        row = f"  {number(self.value):>9} {self.unit:<8} {spread:<18} {verdict:<16} {self.name}"
        return row.rstrip()


@dataclass(frozen=True, kw_only=True)
class Report:
    """What one benchmark found.

    Attributes:
        benchmark: The module's name.
        title: What it measures, in one line.
        figures: The figures, in the order to show them.
        versions: What was compared, by name.
    """

    benchmark: str
    title: str
    figures: Sequence[Figure]
    versions: dict[str, str]

    def missed(self) -> list[Figure]:
        """The figures that do not reach their targets."""
        return [f for f in self.figures if f.target and not f.target.met_by(f.value)]

    def text(self) -> str:
        """The report for people."""
        versions = ", ".join(f"{name} {version}" for name, version in self.versions.items())
        heading = f"{self.title} ({versions})" if versions else self.title
        return "\n".join([heading, *(figure.line() for figure in self.figures)])

    def json(self) -> str:
        """The report for machines."""
        return json.dumps(asdict(self), indent=2, ensure_ascii=False)


def read(text: str) -> Report:
    """The report that `Report.json` wrote."""
    document: dict[str, Any] = json.loads(text)
    figures = [
        Figure(**{**fields, "target": Target(**target) if (target := fields["target"]) else None})
        for fields in document.pop("figures")
    ]
    return Report(figures=figures, **document)


def spread(name: str, values: Sequence[float], unit: str, target: Target | None = None) -> Figure:
    """The median of several rounds, with their range."""
    return Figure(
        name=name,
        value=statistics.median(values),
        unit=unit,
        low=min(values),
        high=max(values),
        target=target,
    )


def number(value: float) -> str:
    """A figure in as many digits as mean something."""
    if abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.2f}" if abs(value) < 10 else f"{value:.1f}"


def tell(message: str) -> None:
    """Say on standard error what is being measured."""
    sys.stderr.write(f"bench: {message}\n")
    sys.stderr.flush()


def main(measure: Callable[[bool], Report], about: str | None) -> None:
    """The command line that the modules have in common.

    Args:
        measure: Makes the report; is told whether a quick one will do.
        about: The module's description.
    """
    arguments = argparse.ArgumentParser(
        description=about, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    arguments.add_argument("--quick", action="store_true", help="less to measure, more noise")
    arguments.add_argument("--json", action="store_true", help="one JSON document")
    asked = arguments.parse_args()
    report = measure(asked.quick)
    sys.stdout.write((report.json() if asked.json else report.text()) + "\n")
