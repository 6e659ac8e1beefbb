"""Entry point of ``pulumi-resource-aws``."""

from pulumi.runtime.proto import provider_pb2_grpc

from local.plugin_server import serve
from local.provider.server import Provider

serve(lambda server: provider_pb2_grpc.add_ResourceProviderServicer_to_server(Provider(), server))
