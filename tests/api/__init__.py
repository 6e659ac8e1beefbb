"""The status API of the deployed pipeline, held to handlers/openapi.yaml by real requests."""
