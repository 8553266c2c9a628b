"""template.yaml as CloudFormation gets it: with SAM's transform, which adds roles, permissions and a deployment."""

import copy
import logging
from functools import cache
from typing import Any

import boto3
from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator

from local.template import defaults, template

MANAGED = {
    name: f"arn:aws:iam::aws:policy/service-role/{name}"
    for name in ("AWSLambdaBasicExecutionRole", "AWSXRayDaemonWriteAccess")
}
UPLOADED = {
    "AWS::Serverless::Function": "CodeUri",
    "AWS::Serverless::LayerVersion": "ContentUri",
    "AWS::Serverless::StateMachine": "DefinitionUri",
}
"""Where a resource names files: `sam deploy` uploads them first."""


@cache
def rendered() -> dict[str, dict[str, Any]]:
    """All resources by logical id, also those whose condition is false by default."""
    logging.getLogger("samtranslator").setLevel(logging.CRITICAL)
    document = copy.deepcopy(template())
    for resource in document["Resources"].values():
        if files := UPLOADED.get(resource["Type"]):
            resource["Properties"][files] = "s3://bucket/key"
    document["Globals"]["Function"]["CodeUri"] = "s3://bucket/key"
    session = boto3.Session(region_name="us-east-1")
    translated: Any = Translator(MANAGED, Parser(), boto_session=session).translate(document, defaults())
    resources: dict[str, dict[str, Any]] = translated["Resources"]
    return resources
