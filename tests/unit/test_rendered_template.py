"""The template as CloudFormation gets it obeys the rules of a security review; exceptions have written reasons."""

import pytest

from tests.unit.rendered_template import rendered
from tests.unit.template_rules import EXCEPTIONS, RULES, Rule


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.demand.replace(" ", "_"))
def test_a_rule_is_broken_by_exceptions_alone(rule: Rule) -> None:
    """Each breach has a reason, and each reason a breach. The rule's own example shows that it can be broken."""
    assert rule.broken(rule.example)
    subjects = {name: each for name, each in rendered().items() if each["Type"] in rule.types}
    breaches = {name for name, each in subjects.items() if rule.broken(each.get("Properties", {}))}
    assert breaches == {name for demand, name in EXCEPTIONS if demand == rule.demand}


def test_exceptions_are_of_rules_that_exist() -> None:
    """And each says why."""
    assert {demand for demand, _ in EXCEPTIONS} <= {rule.demand for rule in RULES}
    assert all(len(reason) > 30 for reason in EXCEPTIONS.values())


def test_the_stack_stays_below_cloudformations_limits() -> None:
    """It takes 500 resources, and SAM makes several of one of ours."""
    assert len(rendered()) < 400
