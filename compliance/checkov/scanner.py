"""Checkov as a scanner beside the pack: its findings, traced back to the Pulumi program."""

import re
from collections.abc import Iterator
from pathlib import Path

from compliance.checkov import runner
from compliance.checkov.same_fact import SAME_FACT
from compliance.engine import EngineResource, Preview
from compliance.errors import BrokenRunError
from compliance.evidence import Finding, Gap, Outcome
from compliance.scanners import Opinion, Scan
from compliance.terraform.plan import plan_document
from compliance.terraform.view import TerraformView, map_preview

# In Python `id = "CKV_…"`, in YAML `id: "CKV_…"`, in JSON `"id": "CKV_…"`.
_RULE = re.compile(r"""\bid"?\s*[=:]\s*["']?(CKV2?_[A-Z0-9]+_[0-9]+)""")


class Checkov:
    """Scans the preview's Terraform view; `executable` is Checkov's own environment's."""

    name = "checkov"

    def __init__(self, executable: Path) -> None:
        self._executable = executable

    def scan(self, preview: Preview) -> Scan:
        """Maps the preview, runs Checkov and traces each finding to its resource.

        Raises:
            BrokenRunError: Checkov could not be run or did not scan every resource.
        """
        view = map_preview(preview.resources)
        try:
            done = runner.scan(self._executable, plan_document(view))
        except runner.CheckovError as error:
            raise BrokenRunError(str(error)) from error
        return Scan(
            version=done.version,
            rules=rules(self._executable),
            findings=tuple(_findings(done, view, preview)),
            gaps=tuple(_gaps(view)),
            opinions=tuple(_opinions(done, view)),
        )


def rules(executable: Path) -> frozenset[str]:
    """Every rule identifier that this installation of Checkov defines for Terraform.

    Read from its sources: asking Checkov itself takes as long as a scan.
    """
    packages = executable.parent.parent.glob("lib/python*/site-packages/checkov/terraform/checks")
    return frozenset(
        rule
        for package in packages
        for file in package.rglob("*")
        if file.suffix in (".py", ".yaml", ".json")
        for rule in _RULE.findall(file.read_text(encoding="utf-8"))
    )


def _gaps(view: TerraformView) -> Iterator[Gap]:
    for urns in view.unmapped_types.values():
        yield from (Gap(scanner="checkov", urn=urn, path=None) for urn in urns)
    for urn, paths in sorted(view.unmapped_properties.items()):
        yield from (Gap(scanner="checkov", urn=urn, path=path) for path in paths)


def _opinions(done: runner.Scan, view: TerraformView) -> Iterator[Opinion]:
    urns = {mapped.address: mapped.urn for mapped in view.resources}
    for result in done.results:
        if result.rule in SAME_FACT and result.address in urns:
            yield Opinion(
                rule=f"checkov:{result.rule}",
                policy=SAME_FACT[result.rule],
                urn=urns[result.address],
                accepts=result.passed,
            )


def _findings(done: runner.Scan, view: TerraformView, preview: Preview) -> Iterator[Finding]:
    urns = {mapped.address: mapped.urn for mapped in view.resources}
    resources = {resource.urn: resource for resource in preview.resources}
    for result in done.results:
        if result.passed:
            continue
        resource: EngineResource | None = resources.get(urns.get(result.address, ""))
        looked_at = f" (looked at {', '.join(result.evaluated)})" if result.evaluated else ""
        yield Finding(
            rule=f"checkov:{result.rule}",
            severity="medium",  # the open-source edition publishes no severities
            message=f"{result.name}: {result.address}{looked_at}",
            guideline=result.name,
            urn=resource.urn if resource else None,
            source=resource.source if resource else None,
            outcome=Outcome.FAIL,
            waiver=None,
        )
