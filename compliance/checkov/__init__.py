"""Checkov on a Pulumi preview, by way of the Terraform plan it can read."""
