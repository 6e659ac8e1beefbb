"""The real stack, with the changes that the variable CHANGES names made to it on the way."""

import json
import os

import pulumi

CHANGES = json.loads(os.environ["CHANGES"])


def changed(
    args: pulumi.ResourceTransformationArgs,
) -> pulumi.ResourceTransformationResult:
    """Set the properties, and the option protect, that CHANGES has for this type and name."""
    changes = dict(CHANGES.get(f"{args.type_} {args.name}", {}))
    if changes.pop("protect", False):
        args.opts.protect = True
    return pulumi.ResourceTransformationResult({**args.props, **changes}, args.opts)


pulumi.runtime.register_stack_transformation(changed)

import stack.__main__  # noqa: E402, F401 (the transformation has to stand first)
