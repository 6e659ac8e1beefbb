"""What a resource type is to this provider: its facts as data, its life as four calls."""

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from local.provider.aws import Aws
from local.provider.properties import Properties


@dataclass(frozen=True, kw_only=True)
class Created:
    """A new resource: its identifier and the outputs that are not among its inputs."""

    id: str
    outputs: Properties = field(default_factory=dict)


class Resource(ABC):
    """One resource type. Property names are the SDK's; each class is its type's one place."""

    type_name: ClassVar[str]
    """The type as programs and state name it, such as ``aws:sqs/queue:Queue``."""

    key: ClassVar[tuple[str, ...]] = ()
    """What tells one resource from another in AWS. A change of any replaces it; a replacement with
    the same key must first delete the old one."""

    replaces: ClassVar[tuple[str, ...]] = ()
    """Further properties that cannot be changed in place."""

    computed: ClassVar[tuple[str, ...]] = ()
    """Outputs that are known only after creation, unless the program sets them."""

    renewed: ClassVar[tuple[str, ...]] = ()
    """Those of ``computed`` that every update computes anew."""

    defaults: ClassVar[Mapping[str, Any]] = {}
    """What the schema says of inputs that the program leaves out."""

    regional: ClassVar[bool] = True
    """Whether it lives in a region."""

    tagged: ClassVar[bool] = False
    """Whether it takes tags."""

    framework: ClassVar[bool] = False
    """Whether Terraform's provider describes it by its newer plugin framework: the bridge leaves
    no ``__defaults`` in its inputs."""

    documents: ClassVar[tuple[str, ...]] = ()
    """Inputs that are JSON texts, which the official provider makes of objects too."""

    autoname: ClassVar[str | None] = None
    """The property that gets a generated name when the program leaves it out."""

    @abstractmethod
    def create(self, aws: Aws, inputs: Properties) -> Created:
        """Creates the resource."""

    @abstractmethod
    def update(self, aws: Aws, resource_id: str, old: Properties, new: Properties) -> Properties:
        """Changes it in place from its old state to new inputs; returns outputs that changed."""

    @abstractmethod
    def read(self, aws: Aws, resource_id: str, state: Properties) -> Properties:
        """The properties that AWS reports now; raises the service's own error when it is gone."""

    @abstractmethod
    def delete(self, aws: Aws, resource_id: str, state: Properties) -> None:
        """Deletes it; the service's own "not found" is taken for done."""

    def name(self, logical_name: str, seed: bytes, inputs: Properties) -> str:
        """A physical name as Pulumi generates them: the logical name and seven hex digits."""
        del inputs
        return f"{logical_name}-{hashlib.sha256(seed).hexdigest()[:7]}"


class Setting(Resource):
    """A type that is a setting of another resource: writing it creates and updates it alike."""

    @abstractmethod
    def put(self, aws: Aws, inputs: Properties) -> Properties:
        """Writes the setting; returns the outputs that are not among its inputs."""

    def id(self, inputs: Properties) -> str:
        """The identifier: what the setting belongs to."""
        return ":".join(str(inputs[name]) for name in self.key)

    def create(self, aws: Aws, inputs: Properties) -> Created:
        """Writes the setting."""
        return Created(id=self.id(inputs), outputs=self.put(aws, inputs))

    def update(self, aws: Aws, resource_id: str, old: Properties, new: Properties) -> Properties:
        """Writes the setting again."""
        del resource_id, old
        return self.put(aws, new)
