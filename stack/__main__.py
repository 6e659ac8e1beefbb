"""The program: settings, then components, then exports."""

import pulumi
import pulumi_aws as aws

from stack import outputs, pipeline, settings
from stack.names import Names

account = aws.get_caller_identity().account_id
configured = settings.read(account)
names = Names(account=account, region=configured.region, suffix=configured.suffix)
built = pipeline.build(names, configured)
for name, value in outputs.of(built, names, configured).items():
    pulumi.export(name, value)
