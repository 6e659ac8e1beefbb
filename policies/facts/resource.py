"""What a rule sees of a resource."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from policies.facts.reading import Node


@dataclass(frozen=True, kw_only=True, slots=True)
class Provider:
    """The provider that manages a resource.

    Attributes:
        type: Type token, such as `pulumi:providers:aws`.
        inputs: The provider's configuration.
    """

    type: str
    inputs: Node


@dataclass(frozen=True, kw_only=True, slots=True)
class Resource:
    """A resource as the program declares it.

    Attributes:
        urn: Pulumi's identifier.
        type: Type token, such as `aws:sqs/queue:Queue`.
        inputs: Its properties.
        protect: Whether Pulumi refuses to delete it.
        provider: Its provider; None for components and for providers themselves.
        depends_on: Per property, the URNs of the resources that its value is made from. Known
            only when the whole stack is judged, as is what follows.
        identifiers: What AWS calls it, where that is assigned: its ARN, the end of it, its id.
            Empty before it is deployed.
    """

    urn: str
    type: str
    inputs: Node
    protect: bool = False
    provider: Provider | None = None
    depends_on: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    identifiers: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        """Let what is read of its properties say whose they are."""
        self.inputs.owner = self

    def may_be_called(self, value: str) -> bool:
        """Whether a known value is what AWS calls it, or nobody can tell."""
        return not self.identifiers or value in self.identifiers

    @property
    def package(self) -> str:
        """The package that its type is of, such as `aws`; a provider's is the one it provides."""
        return self.type.removeprefix("pulumi:providers:").partition(":")[0]

    @property
    def name(self) -> str:
        """The name that the program gives it, the last part of its URN."""
        return self.urn.rsplit("::", 1)[-1]
