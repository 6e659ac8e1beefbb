"""Why a change needs no owner, where several share the reason."""

DEFAULT = "the same as AWS's default: the stack that comes to exist is the same"
REFUSED = "AWS or its provider refuses it, so nothing comes to exist that could break a rule"
PROSE = "a text or label for people: nothing behaves differently"
TOOL = "says how the provider works, not what comes to exist"
OTHER_KIND = "AWS reads it for another kind of source or target only, or refuses it"
FEWER_RIGHTS = (
    "fewer rights: least privilege holds; that they suffice is shown by the integration tests with "
    "IAM enforced (FN-5 in docs/policies.md)"
)
STACK_TESTS = "no hard constraint: `tests/stack` and `tests/integration` hold it"
MEASURED = "no hard constraint: the benchmarks and `tests/stack` hold it"
CUT_OFF = (
    "narrower than before: the service is shut out, which it reports when the stack is deployed"
)
STILL_TIED = "the other condition still ties the service's call to this account"
