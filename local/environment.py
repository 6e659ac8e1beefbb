"""The local stack's environment: the variables that point every tool at the emulator."""

import os
import platform
import subprocess
from pathlib import Path

from local.toolchain import pulumi

STACK = "local"
"""The local stack's name."""

_STATE = ".pipeline"  # everything that lives as long as the local deployment
_PORT = "4566"
_PARTNERS = ("acme", "globex")
_PLUGINS = Path(__file__).parent / "plugins"


def local_environment(project: Path) -> dict[str, str]:
    """The variables under which Pulumi, boto3 and the AWS CLI talk to the emulator.

    Args:
        project: the project's folder.

    Returns:
        The variables to add to a process's own. ``PATH`` is the caller's, with the language host,
        the provider and the CLI in front.
    """
    state = project / _STATE
    port = os.environ.get("PIPELINE_PORT", _PORT)
    path = os.environ.get("PATH", os.defpath).split(os.pathsep)
    front = [str(_PLUGINS), str(pulumi(project).parent)]
    return {
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_REGION": "us-east-1",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_EC2_METADATA_DISABLED": "true",
        "PULUMI_HOME": str(state / "pulumi-home"),
        "PULUMI_BACKEND_URL": (state / "pulumi-state").as_uri(),
        "PULUMI_CONFIG_PASSPHRASE": "",
        "PULUMI_STACK": STACK,
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
        "PATH": os.pathsep.join([*front, *(entry for entry in path if entry not in front)]),
    }
