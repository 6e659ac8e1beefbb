"""What went into a check: versions of the tools and hashes of everything read."""

from __future__ import annotations

import hashlib
import json
import platform
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from importlib import metadata
from pathlib import Path
from typing import Any

import yaml

from compliance.engine import EngineResource, Preview
from compliance.errors import BrokenRunError

_PACKAGES = ("pulumi", "pulumi-aws", "pulumi-policy", "market-data-pipeline")
_SIGNATURE = "4dabf18193072939515e22adb298388d"  # marks secrets and assets in engine values
_ARCHIVE, _ASSET = "0def7320c3a5731c473e5ecbe6d01bc7", "c44067f5952c0a294b673a41bacd8c17"
_LEFT_OUT = frozenset({"__pycache__", "node_modules", "venv"})


def tool_versions(pulumi: Path) -> Mapping[str, str]:
    """Name and version of every tool that takes part.

    Raises:
        BrokenRunError: the Pulumi command line interface does not run.
    """
    try:
        cli = subprocess.run(
            [str(pulumi), "version"], capture_output=True, text=True, check=True
        ).stdout.strip()
    except (OSError, subprocess.CalledProcessError) as error:
        raise BrokenRunError(f"cannot run {pulumi} version: {error}") from error
    versions = {"pulumi-cli": cli.removeprefix("v"), "python": platform.python_version()}
    for package in _PACKAGES:
        try:
            versions[package] = metadata.version(package)
        except metadata.PackageNotFoundError:  # checked from another project's environment
            continue
    return versions


def project_settings(project: Path) -> Mapping[str, Any]:
    """The contents of `Pulumi.yaml`.

    Raises:
        BrokenRunError: it is missing or not a mapping.
    """
    path = project / "Pulumi.yaml"
    try:
        settings = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, yaml.YAMLError) as error:
        raise BrokenRunError(f"cannot read {path}: {error}") from error
    if not isinstance(settings, dict) or "name" not in settings:
        raise BrokenRunError(f"{path} must be a mapping with a name")
    return settings


def repository_root(project: Path) -> Path:
    """The root of the git repository that holds a project; the project itself outside of any.

    Reports name files from there, since code scanning and its readers see the whole repository.
    """
    folder = project.resolve()
    found = (above for above in (folder, *folder.parents) if (above / ".git").exists())
    return next(found, folder)


def program_hash(project: Path, stack: str, resources: Iterable[EngineResource]) -> str:
    """The program's files, its project and stack settings, and the archives it deploys."""
    main = project / str(project_settings(project).get("main", "."))
    settings = [project / "Pulumi.yaml", project / f"Pulumi.{stack}.yaml"]
    digest = _hash_files(project, [*_sources(main), *(p for p in settings if p.exists())])
    archives = sorted(found for resource in resources for found in _archives(resource.inputs))
    return hashlib.sha256("\n".join([digest, *archives]).encode()).hexdigest()


def pack_hash(policy_pack: Path) -> str:
    """The policy pack's description, entry and modules, which are beside those where installed."""
    entry = [policy_pack / name for name in ("PulumiPolicy.yaml", "__main__.py")]
    beside = policy_pack / "policies"
    return _hash_files(policy_pack, [*entry, *_sources(beside if beside.is_dir() else policy_pack)])


def file_hash(path: Path | None) -> str | None:
    """SHA-256 of a file's bytes; None when there is no such file."""
    if path is None or not path.is_file():
        return None
    return hashlib.sha256(path.read_bytes()).hexdigest()


def preview_hash(preview: Preview) -> str:
    """What the engine plans, whatever the order in which it said so and where the project lies."""
    planned = [
        [
            resource.urn,
            resource.parent,
            resource.protect,
            resource.retain_on_delete,
            resource.deleted_with,
            resource.ignore_changes,
            resource.aliases,
            _portable(resource.inputs),
            sorted((name, sorted(urns)) for name, urns in resource.property_dependencies.items()),
        ]
        for resource in sorted(preview.resources, key=lambda resource: resource.urn)
    ]
    text = json.dumps([planned, dict(preview.config)], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _sources(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        parts = path.relative_to(folder).parts
        hidden = any(part.startswith(".") or part in _LEFT_OUT for part in parts)
        if path.suffix in (".py", ".json", ".yaml") and path.is_file() and not hidden:
            yield path


def _hash_files(root: Path, paths: Iterable[Path]) -> str:
    digest = hashlib.sha256()
    for path in sorted(set(paths)):
        content = hashlib.sha256(path.read_bytes()).hexdigest()
        digest.update(f"{path.relative_to(root).as_posix()}\0{content}\n".encode())
    return digest.hexdigest()


def _archives(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        if value.get(_SIGNATURE) in (_ARCHIVE, _ASSET) and "hash" in value:
            yield str(value["hash"])
        else:
            for item in value.values():
                yield from _archives(item)
    elif isinstance(value, list):
        for item in value:
            yield from _archives(item)


def _portable(value: Any) -> Any:
    """The value without the local path of an archive whose hash is known."""
    if isinstance(value, Mapping):
        if value.get(_SIGNATURE) in (_ARCHIVE, _ASSET) and "hash" in value:
            return {"hash": value["hash"]}
        return {key: _portable(item) for key, item in value.items()}
    return [_portable(item) for item in value] if isinstance(value, list) else value
