"""A small AWS provider for Pulumi: the resource types of this stack, on any AWS endpoint.

``server`` speaks the engine's protocol, ``resource`` says what a resource type is, and each module
of ``services`` holds the types of one AWS service, one class per type.
"""
