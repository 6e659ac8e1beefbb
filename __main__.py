"""The policy pack's entry: Pulumi runs the folder that holds PulumiPolicy.yaml."""

from policies.pack import serve

serve()
