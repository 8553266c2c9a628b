"""What costs money or needs an account's preparation is deployed by a parameter alone."""

from typing import Any

import pytest

from local.template import defaults, resources, template

OPTIONAL = {
    "DomainName": ["AWS::ApiGateway::DomainName", "AWS::ApiGateway::BasePathMapping"],
    "RequestsPerAddress": ["AWS::WAFv2::WebACL", "AWS::WAFv2::WebACLAssociation"],
    "MonthlyBudget": ["AWS::Budgets::Budget"],
}


def holds(condition: Any, parameters: dict[str, str]) -> bool:
    """Whether a condition of the template holds with these parameters."""
    if isinstance(condition, str):
        return holds(template()["Conditions"][condition], parameters)
    ((function, given),) = condition.items()
    match function:
        case "Condition":
            return holds(given, parameters)
        case "Fn::Not":
            return not holds(given[0], parameters)
        case "Fn::And":
            return all(holds(each, parameters) for each in given)
        case _:
            left, right = (parameters[each["Ref"]] if isinstance(each, dict) else each for each in given)
            return bool(left == right)


def deployed(**parameters: str) -> set[str]:
    """The types of the resources that these parameters deploy, beside the defaults."""
    given = {**defaults(), **parameters}
    every = template()["Resources"].values()
    return {each["Type"] for each in every if "Condition" not in each or holds(each["Condition"], given)}


@pytest.mark.parametrize("name", OPTIONAL)
def test_a_parameter_deploys_them(name: str) -> None:
    """None of them by default."""
    given = {"DomainName": "music.example.org"}.get(name, "2000")
    assert deployed().isdisjoint(OPTIONAL[name])
    assert set(OPTIONAL[name]) <= deployed(**{name: given})


def test_the_domains_record_is_written_where_its_zone_is() -> None:
    """A domain whose records are elsewhere gets an output that says where they must lead."""
    record = "AWS::Route53::RecordSet"
    assert record not in deployed(DomainName="music.example.org")
    assert record in deployed(DomainName="music.example.org", HostedZoneId="Z1")
    assert template()["Outputs"]["DomainTarget"]["Condition"] == "HasDomain"


def test_a_domain_closes_the_apis_own_address() -> None:
    """Else it would be a way around the domain's TLS policy. It needs a certificate, and the public URL."""
    api = resources("AWS::Serverless::Api")["Api"]
    assert api["DisableExecuteApiEndpoint"] == {"Fn::If": ["HasDomain", True, False]}
    (rule,) = template()["Rules"].values()
    assert rule["RuleCondition"] == template()["Conditions"]["HasDomain"]
    needed = [each["Assert"] for each in rule["Assertions"]]
    assert needed == [{"Fn::Not": [{"Fn::Equals": [{"Ref": name}, ""]}]} for name in ("CertificateArn", "PublicUrl")]


def test_the_firewall_counts_by_address_and_logins_apart() -> None:
    """Whoever makes too many is told so with 429, at whatever stage or base path the API is."""
    (firewall,) = resources("AWS::WAFv2::WebACL").values()
    assert firewall["DefaultAction"] == {"Allow": {}}
    logins, every = (rule["Statement"]["RateBasedStatement"] for rule in firewall["Rules"])
    assert {logins["AggregateKeyType"], every["AggregateKeyType"]} == {"IP"}
    assert every["Limit"] == {"Ref": "RequestsPerAddress"}
    path = logins["ScopeDownStatement"]["ByteMatchStatement"]
    assert (path["PositionalConstraint"], path["SearchString"]) == ("CONTAINS", "/auth/")
    for rule in firewall["Rules"]:
        assert rule["Action"]["Block"]["CustomResponse"]["ResponseCode"] == 429


def test_reservations_are_for_what_must_not_wait() -> None:
    """The schedule and callbacks, and only if asked for: a new account has too few executions to reserve any."""
    functions = resources("AWS::Serverless::Function")
    reserved = {
        name: function["ReservedConcurrentExecutions"]["Fn::If"]
        for name, function in functions.items()
        if "ReservedConcurrentExecutions" in function
    }
    nothing = {"Ref": "AWS::NoValue"}
    assert reserved == {"Callback": ["IsReserved", 20, nothing], "Dispatch": ["IsReserved", 2, nothing]}
    assert not holds("IsReserved", defaults())
