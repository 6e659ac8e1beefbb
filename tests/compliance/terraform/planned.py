"""Resources as a preview tells them, and the configuration they become."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from compliance.terraform.export import export
from compliance.terraform.view import map_preview

UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
SECRET = {
    "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
    "value": '"hunter2"',
}
ARCHIVE = {
    "4dabf18193072939515e22adb298388d": "0def7320c3a5731c473e5ecbe6d01bc7",
    "hash": "00",
    "path": "../build/validator.zip",
}


@dataclass(frozen=True, kw_only=True)
class Planned:
    name: str
    type: str
    inputs: Mapping[str, Any]
    property_dependencies: Mapping[str, Sequence[str]] = field(default_factory=dict)
    dependencies: Sequence[str] = ()
    custom: bool = True
    external: bool = False
    provider: str = ""

    @property
    def urn(self) -> str:
        return urn(self.type, self.name)


def urn(kind: str, name: str) -> str:
    return f"urn:pulumi:dev::p::market-data:stack:X${kind}::{name}"


KEY = Planned(name="key", type="aws:kms/key:Key", inputs={"enableKeyRotation": True})
GROUP = Planned(
    name="logs",
    type="aws:cloudwatch/logGroup:LogGroup",
    inputs={"name": "/x", "retentionInDays": 7.0, "kmsKeyId": UNKNOWN},
    property_dependencies={"kmsKeyId": [KEY.urn]},
)


def configuration(tmp_path: Path, *resources: Planned) -> dict[str, Any]:
    done = export(map_preview(resources), program=tmp_path, output=tmp_path / "out")
    document: dict[str, Any] = json.loads(done.path.read_text(encoding="utf-8"))
    return document
