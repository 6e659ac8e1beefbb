"""The policy pack's entry: Pulumi runs the folder that holds PulumiPolicy.yaml."""

from policies.pack.server import serve

serve()
