"""Values and names as configurations have them, and how many the pack takes for credentials."""

import random
import re
import string
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

from policies.facts.credentials import detectors, is_credential, names_credential

_FOLDER = Path(__file__).resolve().parent.parent / "credentials"
_SAMPLES = 20
_BASE64 = string.ascii_letters + string.digits
_ALPHABETS = {
    "w": string.ascii_letters + string.digits,
    "l": string.ascii_lowercase + string.digits,
    "u": string.ascii_uppercase + string.digits,
    "x": "0123456789abcdef",
    "d": string.digits,
    "a": string.ascii_lowercase,
    "t": string.ascii_uppercase + "234567",
    "b": _BASE64 + "+/",
    "s": _BASE64 + "-_",
    "q": "QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L",
}
_PLACE = re.compile(rf"\{{([{''.join(_ALPHABETS)}])(\d+)\}}")

DOCUMENT = _FOLDER.parent.parent.parent / "docs" / "credentials.md"


@dataclass(frozen=True, kw_only=True)
class Kind:
    """Values of one kind.

    Attributes:
        name: What they are.
        secret: Whether they are credentials.
        forms: The forms that they have.
    """

    name: str
    secret: bool
    forms: tuple[str, ...]

    def values(self) -> Iterator[str]:
        """Values of each form, the same ones every time."""
        for form in self.forms:
            chance = random.Random(form)  # noqa: S311 (examples, which nobody has to guess)
            for _ in range(_SAMPLES):
                yield _PLACE.sub(
                    lambda place, chance=chance: "".join(  # type: ignore[misc]
                        chance.choices(_ALPHABETS[place[1]], k=int(place[2]))
                    ),
                    form,
                )


def kinds() -> list[Kind]:
    """All kinds of values."""
    sides = yaml.safe_load((_FOLDER / "values.yaml").read_text(encoding="utf-8"))
    return [
        Kind(name=name, secret=side == "credentials", forms=tuple(forms))
        for side, listed in sides.items()
        for name, forms in listed.items()
    ]


def names() -> dict[str, bool]:
    """Names of variables, and whether they name a credential."""
    sides = yaml.safe_load((_FOLDER / "names.yaml").read_text(encoding="utf-8"))
    return {
        name: side == "credentials"
        for side, lines in sides.items()
        for line in lines
        for name in line
    }


def document() -> str:
    """What was measured, in Markdown."""
    services, forms = detectors()
    tellers: dict[str, Callable[[str], bool]] = {
        "Kingfisher": services,
        "detect-secrets": forms,
        "the pack": is_credential,
    }
    found = {
        kind.name: [sum(map(tells, kind.values())) for tells in tellers.values()]
        for kind in kinds()
    }
    lines = [*_INTRODUCTION, f"| values | of | {' | '.join(tellers)} |", "|---|---|---|---|---|"]
    for secret, title in ((True, "credentials"), (False, "harmless values")):
        side = [kind for kind in kinds() if kind.secret is secret]
        rows = [(kind.name, _SAMPLES * len(kind.forms), found[kind.name]) for kind in side]
        sums = [sum(counts) for counts in zip(*(counts for *_, counts in rows), strict=True)]
        lines.append(_row(f"**{title}**", sum(of for _, of, _ in rows), sums))
        lines += [_row(*row) for row in rows]
    told = {side: [n for n, secret in names().items() if secret is side] for side in (True, False)}
    lines += [
        "",
        "| names of variables | of | the pack |",
        "|---|---|---|",
        *(
            f"| {title} | {len(told[side])} | {sum(map(names_credential, told[side]))} |"
            for side, title in ((True, "of credentials"), (False, "harmless"))
        ),
    ]
    return "\n".join(lines) + "\n"


def _row(name: str, of: int, counts: list[int]) -> str:
    return f"| {name} | {of} | {' | '.join(map(str, counts))} |"


_INTRODUCTION = """\
# What is taken for a credential

Two rules. `no-credentials` goes by values, on every resource and provider: it cannot be waived, for
what is a credential has to leave the program. `credential-names` goes by the names of variables
alone: what is named like a credential and is none may be waived.

Services' tokens are told by detectors that others keep: Kingfisher (MongoDB's, 488 rules in
version 1.5.0, released monthly), and detect-secrets 1.5.0 for a token whose checksum or entropy is
not a real one's. What AWS and standards define stands in `policies/facts/credentials.py`: a secret
access key, a password in a URL or a connection string, an authorisation header. Other choices:
detect-secrets by itself finds too little and had no release since May 2024; its fork in Checkov
knows fewer services; CredSweeper finds as much, and takes 2.3 s and 306 MB to start; gitleaks and
TruffleHog are programs, of which one would have to be started per preview.

Both sides, measured on values of the forms that services document, and that gitleaks,
detect-secrets and GitHub search for: `tests/policies/credentials/`, random from a fixed seed.
`python -m tests.policies.kit.reference` measures them and writes this page; a test holds both.
Given is how many were taken for a credential.

Of the examples that gitleaks publishes with its rules (commit b58d3f10, those that stand there as
literal texts; measured once, on 1 December 2026) the pack finds 64 of 88; 22 of the others are
command lines of curl and Azure client secrets. Of 299 that gitleaks passes it refuses 27: nearly
all have the form of a token, but not its entropy (`ghp_xxxx…`).

""".splitlines()
