"""The number of functions at once that a parameter sets for a queue: CloudFormation makes a number of its text."""

from typing import Any

from ministack.services import lambda_svc


def install() -> None:
    """Take the most functions at once for a number, in all mappings of a queue to a function."""
    limit = lambda_svc._sqs_esm_concurrency

    def as_number(mapping: dict[str, Any], *more: Any) -> Any:
        scaling = mapping.get("ScalingConfig") or {}
        if "MaximumConcurrency" in scaling:
            scaling["MaximumConcurrency"] = int(scaling["MaximumConcurrency"])
        return limit(mapping, *more)

    lambda_svc._sqs_esm_concurrency = as_number
