"""Billing's audit trail: one encrypted log group, kept for a fortnight, and who writes to it."""

import json

import pulumi
import pulumi_aws as aws

SUFFIX = pulumi.get_stack()
TAGS = {"Environment": "Production", "Team": "Billing"}

account = aws.get_caller_identity().account_id
group = f"/billing/audit-{SUFFIX}"

role = aws.iam.Role(
    "audit-role",
    name=f"audit-role-{SUFFIX}",
    assume_role_policy=json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Principal": {"Service": "lambda.amazonaws.com"},
                    "Action": "sts:AssumeRole",
                }
            ],
        }
    ),
    tags=TAGS,
)
aws.iam.RolePolicy(
    "audit-policy",
    name=f"audit-policy-{SUFFIX}",
    role=role.name,
    policy=json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Action": "logs:PutLogEvents",
                    "Resource": f"arn:aws:logs:us-east-1:{account}:log-group:{group}:*",
                }
            ],
        }
    ),
)
key = aws.kms.Key(
    "billing-key",
    description="Encrypts what billing keeps",
    enable_key_rotation=True,
    deletion_window_in_days=7,
    policy=json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Sid": "AccountAdministration",
                    "Effect": "Allow",
                    "Principal": {"AWS": f"arn:aws:iam::{account}:root"},
                    "Action": ["kms:DescribeKey", "kms:PutKeyPolicy", "kms:ScheduleKeyDeletion"],
                    "Resource": "*",
                },
                {
                    "Sid": "Logs",
                    "Effect": "Allow",
                    "Principal": {"Service": "logs.us-east-1.amazonaws.com"},
                    "Action": ["kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey"],
                    "Resource": "*",
                    "Condition": {
                        "ArnEquals": {
                            "kms:EncryptionContext:aws:logs:arn": (
                                f"arn:aws:logs:us-east-1:{account}:log-group:{group}"
                            )
                        }
                    },
                },
            ],
        }
    ),
    tags=TAGS,
)
aws.cloudwatch.LogGroup(
    "audit-log-group",
    name=group,
    retention_in_days=14,
    kms_key_id=key.arn,
    tags=TAGS,
)
