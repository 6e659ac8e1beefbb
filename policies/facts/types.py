"""The types that the pack has rules for; it refuses every other (`rules/allowed_types.py`)."""

ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"

API = "aws:apigateway/restApi:RestApi"

API_ACCOUNT = "aws:apigateway/account:Account"

API_DEPLOYMENT = "aws:apigateway/deployment:Deployment"

API_GATEWAY_RESPONSE = "aws:apigateway/response:Response"

API_INTEGRATION = "aws:apigateway/integration:Integration"

API_INTEGRATION_RESPONSE = "aws:apigateway/integrationResponse:IntegrationResponse"

API_METHOD = "aws:apigateway/method:Method"

API_METHOD_RESPONSE = "aws:apigateway/methodResponse:MethodResponse"

API_METHOD_SETTINGS = "aws:apigateway/methodSettings:MethodSettings"

API_REQUEST_VALIDATOR = "aws:apigateway/requestValidator:RequestValidator"

API_RESOURCE = "aws:apigateway/resource:Resource"

API_STAGE = "aws:apigateway/stage:Stage"

BUCKET = "aws:s3/bucket:Bucket"

BUCKET_ENCRYPTION = (
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration"
)

BUCKET_LIFECYCLE = "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration"

BUCKET_METRIC = "aws:s3/bucketMetric:BucketMetric"

BUCKET_NOTIFICATION = "aws:s3/bucketNotification:BucketNotification"

BUCKET_OBJECT = "aws:s3/bucketObject:BucketObject"

BUCKET_OBJECT_V2 = "aws:s3/bucketObjectv2:BucketObjectv2"

BUCKET_OWNERSHIP = "aws:s3/bucketOwnershipControls:BucketOwnershipControls"

BUCKET_POLICY = "aws:s3/bucketPolicy:BucketPolicy"

BUCKET_PUBLIC_ACCESS = "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock"

BUCKET_VERSIONING = "aws:s3/bucketVersioning:BucketVersioning"

CONTRIBUTOR_INSIGHTS = "aws:dynamodb/contributorInsights:ContributorInsights"

DASHBOARD = "aws:cloudwatch/dashboard:Dashboard"

EVENT_BUS = "aws:cloudwatch/eventBus:EventBus"

EVENT_RULE = "aws:cloudwatch/eventRule:EventRule"

EVENT_SOURCE_MAPPING = "aws:lambda/eventSourceMapping:EventSourceMapping"

EVENT_TARGET = "aws:cloudwatch/eventTarget:EventTarget"

FUNCTION = "aws:lambda/function:Function"

FUNCTION_ASYNC = "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig"

KEY = "aws:kms/key:Key"

KEY_ALIAS = "aws:kms/alias:Alias"

KEY_POLICY = "aws:kms/keyPolicy:KeyPolicy"

LOG_GROUP = "aws:cloudwatch/logGroup:LogGroup"

PERMISSION = "aws:lambda/permission:Permission"

POLICY = "aws:iam/policy:Policy"

QUEUE = "aws:sqs/queue:Queue"

QUEUE_POLICY = "aws:sqs/queuePolicy:QueuePolicy"

QUEUE_REDRIVE = "aws:sqs/redrivePolicy:RedrivePolicy"

QUEUE_REDRIVE_ALLOW = "aws:sqs/redriveAllowPolicy:RedriveAllowPolicy"

ROLE = "aws:iam/role:Role"

ROLE_ATTACHMENT = "aws:iam/rolePolicyAttachment:RolePolicyAttachment"

ROLE_POLICY = "aws:iam/rolePolicy:RolePolicy"

TABLE = "aws:dynamodb/table:Table"

TOPIC = "aws:sns/topic:Topic"

TOPIC_POLICY = "aws:sns/topicPolicy:TopicPolicy"

TOPIC_SUBSCRIPTION = "aws:sns/topicSubscription:TopicSubscription"

PROVIDER = "pulumi:providers:aws"

PLAIN = frozenset({API_DEPLOYMENT, API_REQUEST_VALIDATOR, DASHBOARD})
"""Those of which the brief asks no more than of everything: the general rules alone judge them."""

KNOWN: frozenset[str] = frozenset(
    token for name, token in vars().copy().items() if name.isupper() and name != "PLAIN"
)
"""All of them."""
