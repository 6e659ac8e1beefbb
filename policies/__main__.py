"""The pack's entry where it is installed: Pulumi runs the folder that holds PulumiPolicy.yaml."""

from policies.pack.server import serve

serve()
