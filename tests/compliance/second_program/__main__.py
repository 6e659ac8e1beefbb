"""Billing's audit trail: one encrypted log group, kept for a fortnight."""

import pulumi
import pulumi_aws as aws

SUFFIX = pulumi.get_stack()
TAGS = {"Environment": "Production", "Team": "Billing"}

key = aws.kms.Key(
    "billing-key",
    description="Encrypts what billing keeps",
    enable_key_rotation=True,
    deletion_window_in_days=7,
    tags=TAGS,
)
aws.cloudwatch.LogGroup(
    "audit-log-group",
    name=f"/billing/audit-{SUFFIX}",
    retention_in_days=14,
    kms_key_id=key.arn,
    tags=TAGS,
)
