"""A deployment as its flat outputs describe it; nothing else is read to find it."""

import json
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote

import boto3
import requests
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import ReadOnlyCredentials
from requests.auth import AuthBase

PATIENCE = 120.0  # seconds for anything the pipeline does by itself
FINAL = {"AGGREGATED", "REJECTED"}
T = TypeVar("T")


class Cloud:
    """Clients of one deployment under the caller's own rights, and partners' under theirs."""

    def __init__(self, flat_outputs: Path) -> None:
        self.outputs: dict[str, str] = json.loads(flat_outputs.read_text())
        self.endpoint = self.outputs.get("endpointUrl")
        own = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
        self.session = boto3.Session(
            region_name=self.outputs["region"], **(own if self.endpoint else {})
        )

    def client(self, service: str, session: boto3.Session | None = None) -> Any:
        """A client of a service of this deployment's cloud."""
        style = {"addressing_style": "path"} if self.endpoint else None
        return (session or self.session).client(
            service,
            endpoint_url=self.endpoint,
            config=Config(signature_version="v4", s3=style)
            if service != "s3"
            else Config(signature_version="s3v4", s3=style),
        )

    @property
    def partners(self) -> tuple[str, str]:
        """Two partners that the deployment has roles for."""
        first, second, *_ = self.outputs["partners"].split(",")
        return first, second

    def partner(self, name: str) -> "Partner":
        """A partner's view of the deployment."""
        return Partner(cloud=self, name=name, session=self._assumed(f"partnerRoleArn-{name}"))

    def analyst(self, name: str) -> "Analyst":
        """An analyst's view of the deployment."""
        return Analyst(cloud=self, session=self._assumed(f"analystRoleArn-{name}"))

    def _assumed(self, output: str) -> boto3.Session:
        role = self.client("sts").assume_role(
            RoleArn=self.outputs[output], RoleSessionName="integration-test"
        )["Credentials"]
        return boto3.Session(
            aws_access_key_id=role["AccessKeyId"],
            aws_secret_access_key=role["SecretAccessKey"],
            aws_session_token=role["SessionToken"],
            region_name=self.outputs["region"],
        )

    def read(self, key: str) -> bytes:
        """An object of the bucket."""
        answer = self.client("s3").get_object(Bucket=self.outputs["bucketName"], Key=key)
        return bytes(answer["Body"].read())


class Partner:
    """What a partner can do: put files under its prefix, ask what became of them."""

    def __init__(self, *, cloud: Cloud, name: str, session: boto3.Session) -> None:
        self.cloud = cloud
        self.name = name
        self._session = session
        self.s3 = cloud.client("s3", session)

    def put(self, feed: str, file: str, content: bytes, *, partner: str | None = None) -> str:
        """Upload a file and return its version id."""
        answer = self.s3.put_object(
            Bucket=self.cloud.outputs["bucketName"],
            Key=f"uploads/{partner or self.name}/{feed}/{file}",
            Body=content,
        )
        return str(answer["VersionId"])

    def read(self, key: str) -> bytes:
        """An object of the bucket, with the partner's own rights."""
        answer = self.s3.get_object(Bucket=self.cloud.outputs["bucketName"], Key=key)
        return bytes(answer["Body"].read())

    def ask(
        self,
        method: str,
        path: str,
        *,
        signed: bool = True,
        headers: dict[str, str] | None = None,
    ) -> requests.Response:
        """Ask for a path behind the API's stage, such as `/status/acme/us-equities`."""
        url = self.cloud.outputs["statusApiUrl"] + quote(path)
        signature = self.signature if signed else None
        return requests.request(method, url, headers=headers, auth=signature, timeout=30)

    def get(
        self, path: str, *, signed: bool = True, headers: dict[str, str] | None = None
    ) -> requests.Response:
        """`ask` with GET."""
        return self.ask("GET", path, signed=signed, headers=headers)

    @property
    def credentials(self) -> ReadOnlyCredentials:
        """The keys of the partner's session."""
        return self._session.get_credentials().get_frozen_credentials()

    @property
    def signature(self) -> "Signature":
        """What signs the partner's requests to the API."""
        return Signature(self.credentials, self.cloud.outputs["region"])

    def status(self, feed: str, file: str) -> dict[str, Any]:
        """The status answer about a file; one without a status while nothing is known of it."""
        answer = self.get(f"/status/{self.name}/{feed}/{file}")
        if answer.status_code == requests.codes.not_found:
            return {"status": None}
        assert answer.status_code == requests.codes.ok, answer.text
        document: dict[str, Any] = answer.json()
        return document

    def settled(self, feed: str, file: str, version: str | None = None) -> dict[str, Any]:
        """The status answer about a file once it is final."""

        def final(answer: dict[str, Any]) -> bool:
            return answer["status"] in FINAL and version in (None, answer["version"])

        return eventually(lambda: self.status(feed, file), final)


class Analyst:
    """What an analyst can do: list the data set and read it."""

    def __init__(self, *, cloud: Cloud, session: boto3.Session) -> None:
        self.session = session
        self._s3 = cloud.client("s3", session)
        self._bucket = cloud.outputs["bucketName"]

    def list(self, prefix: str) -> list[str]:
        """The keys below a prefix."""
        answer = self._s3.list_objects_v2(Bucket=self._bucket, Prefix=prefix)
        return [entry["Key"] for entry in answer.get("Contents", ())]

    def read(self, key: str) -> bytes:
        """An object of the bucket."""
        return bytes(self._s3.get_object(Bucket=self._bucket, Key=key)["Body"].read())


class Signature(AuthBase):
    """Signs requests to the API, as they go out."""

    def __init__(self, credentials: ReadOnlyCredentials, region: str) -> None:
        self._credentials = credentials
        self._region = region

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        signed = AWSRequest(request.method, request.url, data=request.body)
        SigV4Auth(self._credentials, "execute-api", self._region).add_auth(signed)
        request.headers.update(signed.headers.items())
        return request


def eventually(look: Callable[[], T], enough: Callable[[T], bool]) -> T:
    """Look again and again until what is seen is enough; fails when patience ends."""
    deadline = time.monotonic() + PATIENCE
    while not enough(seen := look()):
        assert time.monotonic() < deadline, f"after {PATIENCE:.0f} s still: {seen}"
        time.sleep(0.2)
    return seen


def new_feed(what: str) -> str:
    """A feed's name that nothing has used before."""
    return f"{what}-{uuid.uuid4().hex[:8]}"
