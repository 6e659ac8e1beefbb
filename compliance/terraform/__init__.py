"""A Pulumi preview in Terraform's terms: as a plan for scanners, as configuration for people."""
