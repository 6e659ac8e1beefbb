"""The status API's latency at 200 requests a second on the emulator.

    python -m tools.benchmarks.api [--quick] [--json]

Deploys to an emulator of its own and sends files through the pipeline. Then a partner asks, signed,
for files, for the feed, and for what it has already, at a steady rate for 20 s (5 s with --quick).
Then the function is replaced by one that does nothing, and the same requests are sent again: what
they take is the emulator's own floor. A latency counts from when the request was due.
"""

import statistics
from collections.abc import Sequence
from urllib.parse import urlsplit

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest

from pipeline import emulator, status, up
from pipeline.deployment import Deployment, client
from pipeline.deployment import load as deployed
from pipeline.names import Feed
from pipeline.status import StatusApi, Subject
from tools.benchmarks import load, noop
from tools.benchmarks.figures import Figure, Report, Target, main, tell
from tools.benchmarks.load import Answer
from tools.benchmarks.project import throwaway

PORT = 4723
FEED = Feed(partner="acme", name="bench")
RATE = 200.0  # requests a second
SECONDS = 20.0
QUICK_SECONDS = 5.0
WARM_UP = 2.0  # seconds, for the function's environments to start
FILES = 20
PATIENCE = 60.0  # seconds
_TRADES = b"timestamp,symbol,price,size\n2026-01-05T14:30:00Z,SYNA,182.4,100\n"
_SLOWEST = Target(sense="≤", value=500)


def measure(quick: bool) -> Report:
    """Ask the API, then the floor."""
    seconds = QUICK_SECONDS if quick else SECONDS
    with throwaway(PORT) as target:
        try:
            up.up(target)
            deployment = deployed(target)
            _send(deployment)
            requests = _requests(deployment)
            tell(f"asking {RATE:.0f} times a second for {seconds:.0f} s")
            answers = _ask(deployment, requests, seconds)
            tell("the same of a function that does nothing")
            _do_nothing(deployment)
            floor = _ask(deployment, requests, seconds)
        finally:
            emulator.stop(target)
    failed = sum(answer.status not in (200, 304) for answer in answers)
    return Report(
        benchmark="api",
        title=f"The status API at {RATE:.0f} requests a second for {seconds:.0f} s",
        figures=[
            Figure(name="answers", value=len(answers), unit="answers"),
            Figure(
                name="of them no answer, or neither 200 nor 304",
                value=failed,
                unit="answers",
                target=Target(sense="≤", value=0),
            ),
            *_latencies("the API", answers, _SLOWEST),
            *_latencies("a function that does nothing: the emulator's floor", floor, None),
        ],
        versions={},
    )


def _latencies(what: str, answers: Sequence[Answer], slowest: Target | None) -> list[Figure]:
    found = sorted(answer.latency * 1000 for answer in answers)
    return [
        Figure(name=f"{what}, median", value=statistics.median(found), unit="ms"),
        Figure(
            name=f"{what}, 99th percentile", value=found[int(0.99 * (len(found) - 1))], unit="ms"
        ),
        Figure(name=f"{what}, slowest", value=found[-1], unit="ms", target=slowest),
    ]


def _send(deployment: Deployment) -> None:
    """Files of one feed, aggregated."""
    session = deployment.partner_session(FEED.partner, "bench")
    store = client(session, "s3", deployment.outputs)
    for number in range(1, FILES + 1):
        key = f"uploads/{FEED}/{number}/trades.csv"
        store.put_object(Bucket=deployment.output("bucketName"), Key=key, Body=_TRADES)
    api = StatusApi(deployment, FEED.partner)
    subject = Subject(feed=FEED, file=f"{FILES}/trades.csv")
    answer = status.watch(lambda: api.get(subject), PATIENCE, lambda _: None)
    if answer is None or answer["status"] != "AGGREGATED":
        raise RuntimeError(f"after {PATIENCE:.0f} s {subject.path} is {status.summary(answer)}")


def _requests(deployment: Deployment) -> list[bytes]:
    """For each file, for each as the caller has it, now and then for the feed: as they go out."""
    feed = Subject(feed=FEED, file=None).path
    files = [Subject(feed=FEED, file=f"{number}/trades.csv").path for number in range(1, FILES + 1)]
    have = {"If-None-Match": "*"}
    asked: list[tuple[str, dict[str, str]]] = []
    for n, path in enumerate(files):
        asked += [(path, {}), (path, have)]
        if n % 5 == 0:
            asked.append((feed, {}))
    session = deployment.partner_session(FEED.partner, "bench")
    credentials = session.get_credentials()
    signature = SigV4Auth(credentials, "execute-api", deployment.output("region"))
    wire = []
    for path, headers in asked:
        url = urlsplit(deployment.output("statusApiUrl") + path)
        request = AWSRequest("GET", url.geturl(), headers=headers)
        signature.add_auth(request)
        target = url.path + (f"?{url.query}" if url.query else "")
        lines = [f"{name}: {value}" for name, value in request.headers.items()]
        wire.append("\r\n".join([f"GET {target} HTTP/1.1", f"Host: {url.netloc}", *lines, "", ""]))
    return [text.encode() for text in wire]


def _ask(deployment: Deployment, requests: list[bytes], seconds: float) -> list[Answer]:
    where = urlsplit(deployment.output("statusApiUrl"))
    host, port = str(where.hostname), int(where.port or 80)
    load.steadily(host, port, requests, rate=RATE, seconds=WARM_UP)
    return load.steadily(host, port, requests, rate=RATE, seconds=seconds)


def _do_nothing(deployment: Deployment) -> None:
    functions, name = deployment.client("lambda"), deployment.output("statusFunctionName")
    functions.update_function_code(FunctionName=name, ZipFile=noop.archive("api_noop"))
    functions.get_waiter("function_updated_v2").wait(FunctionName=name)


if __name__ == "__main__":
    main(measure, __doc__)
