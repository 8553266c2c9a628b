"""The documentation agrees with the code: links, commands, and every list that the code owns."""

import ast
import re
import tomllib
from collections.abc import Iterator
from functools import cache
from itertools import chain
from pathlib import Path

from blendify.core.data_types import DataType, Outcome, Status
from blendify.importing.formats import registry
from blendify.importing.formats.guides import GUIDES
from blendify.importing.refusals import MESSAGES
from blendify.providers import PROVIDERS
from blendify.reading.records import COMMON, FIELDS
from blendify.web.parameters import OF_HISTORY, OF_LISTS
from local.paths import ROOT
from local.providers import PROVIDERS as LOCAL
from local.template import resources, template

PACKAGE = ROOT / "layers" / "blendify" / "blendify"
README, CHANGELOG, DOCS = ROOT / "README.md", ROOT / "CHANGELOG.md", ROOT / "docs"
PAGES = [README, CHANGELOG, *sorted(DOCS.glob("*.md"))]

FENCE = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
CODE = re.compile(r"`([^`\n]+)`")
ENDS = (Status.SUCCEEDED, Status.PARTIAL, Status.FAILED)
LINK = re.compile(r"\[[^]]*\]\(([^)\s]+)\)")
FOLDERS = "functions|layers|local|operations|bench|statemachine|tests"
FILE = re.compile(rf"[\w./-]+\.py|(?:{FOLDERS})/[\w./-]+")
"""A path of the repository, or the end of one."""


def section(page: str, heading: str) -> str:
    """The text below one heading of a page in docs/, up to the next heading of the same level or a higher one."""
    text = (DOCS / page).read_text()
    match = re.search(rf"^(#+) {re.escape(heading)}$", text, re.MULTILINE)
    assert match, f"docs/{page} has no heading {heading!r}"
    rest = text[match.end() :]
    end = re.search(rf"^#{{1,{len(match[1])}}} ", rest, re.MULTILINE)
    return rest[: end.start()] if end else rest


def rows(text: str) -> list[list[str]]:
    """The cells of all table rows in a text, without the headers and the lines below them."""
    lines = text.splitlines()
    body = [
        line
        for above, line, below in zip(["", *lines], lines, [*lines[1:], ""], strict=False)
        if line.startswith("|") and above.startswith("|") and not line.startswith("|---") and "|---" not in below
    ]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in body]


def first_names(text: str) -> list[str]:
    """The names in backticks in the first cell of each table row."""
    return [name for cells in rows(text) for name in CODE.findall(cells[0])]


def code(text: str) -> str:
    """The fenced blocks of a page and its texts in backticks, which readers type."""
    return "\n".join(FENCE.findall(text) + CODE.findall(FENCE.sub("", text)))


def anchor(heading: str) -> str:
    """The fragment of a link to a heading."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


@cache
def nodes() -> list[ast.AST]:
    """The syntax trees of the whole package."""
    return [node for path in PACKAGE.rglob("*.py") for node in ast.walk(ast.parse(path.read_text()))]


def calls(name: str) -> Iterator[ast.Call]:
    """Every call of a function or method of this name in the package."""
    for node in nodes():
        if isinstance(node, ast.Call) and getattr(node.func, "attr", getattr(node.func, "id", "")) == name:
            yield node


def texts() -> list[str]:
    """Every string in the package's code; of an f-string the parts between its values."""
    return [node.value for node in nodes() if isinstance(node, ast.Constant) and isinstance(node.value, str)]


def broken(page: Path) -> Iterator[str]:
    """The links of a page whose file, or whose heading in it, does not exist."""
    for link in LINK.findall(FENCE.sub("", page.read_text())):
        if re.match(r"https?://", link):
            continue
        path, _, fragment = link.partition("#")
        there = (page.parent / path).resolve() if path else page
        if not there.is_file():
            yield f"{page.name}: {link}"
        elif fragment and fragment not in map(anchor, HEADING.findall(FENCE.sub("", there.read_text()))):
            yield f"{page.name}: {link} names no heading"


def targets() -> set[str]:
    """The commands that `make` lists."""
    return set(re.findall(r"^([a-z]+):.*## ", (ROOT / "Makefile").read_text(), re.MULTILINE))


def named_targets(text: str) -> set[str]:
    return set(re.findall(r"\bmake ([a-z]+)\b", text))


def test_contents_are_the_pages_headings() -> None:
    """A page that lists its sections lists all of them, in their order."""
    for page in DOCS.glob("*.md"):
        text = FENCE.sub("", page.read_text())
        if listed := re.findall(r"^- \[.+\]\(#(.+)\)$", text, re.MULTILINE):
            assert listed == [anchor(heading) for heading in re.findall(r"^## (.+)$", text, re.MULTILINE)], page.name


def test_every_link_has_a_target() -> None:
    """Every relative link names a file that exists, and every fragment a heading of that file."""
    assert [link for page in PAGES for link in broken(page)] == []


def test_named_files_exist() -> None:
    """Each file and folder that a page names is in the repository. The changelog also names what is gone."""
    paths = [path.relative_to(ROOT).as_posix() for folder in FOLDERS.split("|") for path in (ROOT / folder).rglob("*")]
    ends = {"/".join(parts[start:]) for path in paths if (parts := path.split("/")) for start in range(len(parts))}
    for page in (page for page in PAGES if page != CHANGELOG):
        named = [name for name in CODE.findall(FENCE.sub("", page.read_text())) if FILE.fullmatch(name)]
        assert [name for name in named if name.rstrip("/") not in ends] == [], page.name


def test_the_readme_is_one_page_and_leads_to_all_others() -> None:
    """It takes two minutes to read, and links every page and picture of docs/."""
    assert len(README.read_text().splitlines()) <= 150
    linked = {link.partition("#")[0] for link in LINK.findall(README.read_text())}
    assert {str(page.relative_to(DOCS.parent)) for page in DOCS.rglob("*") if page.is_file()} <= linked


def test_every_command_exists_and_is_documented() -> None:
    """Commands in the documentation are targets of the Makefile, and every target that `make` lists is documented."""
    named = {page.name: named_targets(code(page.read_text())) for page in PAGES}
    known = targets()
    assert {name: commands - known for name, commands in named.items() if commands - known} == {}
    assert known - {"help"} <= named["README.md"] | named["contributing.md"]


def test_ci_runs_the_readmes_commands() -> None:
    """The README names what a change must pass."""
    run = named_targets((ROOT / ".ci" / "run").read_text())
    assert run == {"check", "test", "browse"}
    assert run <= named_targets(code(README.read_text()))


def test_packages_are_all_listed() -> None:
    """The list describes every folder of the package, in the order in which they may import."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    (layers,) = (each["layers"] for each in contracts if each["type"] == "layers")
    assert first_names(section("contributing.md", "The package, in its order")) == layers[::-1]


def test_modules_of_stack_and_operations_are_all_listed() -> None:
    """Where things are: every file of local/ and operations/ is in the table of its folder."""
    listed = first_names(section("contributing.md", "Where things are"))
    files = [path.name for folder in ("local", "operations") for path in (ROOT / folder).glob("*.py")]
    assert sorted(name for name in listed if name.endswith(".py")) == sorted(set(files) - {"__init__.py"})


def test_parameters_and_outputs_are_the_templates() -> None:
    """All parameters with their defaults, and all outputs in order."""
    shown = {
        CODE.findall(name)[0]: "".join(CODE.findall(default))
        for name, default, _ in rows(section("deploy.md", "Parameters"))
    }
    assert shown == {name: str(parameter["Default"]) for name, parameter in template()["Parameters"].items()}
    assert first_names(section("deploy.md", "Outputs")) == list(template()["Outputs"])


def test_variables_of_providers_are_parameters() -> None:
    """`make up` would ignore a variable without a parameter."""
    variables = {provider.variable(name) for provider in LOCAL.values() for name in template()["Parameters"]}
    prefixes = "|".join(name.upper() for name in LOCAL)
    for page in PAGES:
        assert set(re.findall(rf"\b(?:{prefixes})_[A-Z_]+\b", page.read_text())) <= variables, page.name


def test_metrics_are_those_that_the_code_emits() -> None:
    """No more and no fewer. A metric whose name ends with a status is listed once per status."""
    named = [keyword.value for call in calls("add_metric") for keyword in call.keywords if keyword.arg == "name"]
    plain = {node.value for node in named if isinstance(node, ast.Constant)}
    formatted = [node for node in named if isinstance(node, ast.JoinedStr)]
    parts = chain.from_iterable(node.values for node in formatted)
    starts = {str(part.value) for part in parts if isinstance(part, ast.Constant)}
    ended = {f"{start}{status.value.capitalize()}" for start in starts for status in ENDS}
    assert plain
    assert set(first_names(section("operating.md", "Logs, events, metrics"))) == plain | ended


def test_outcomes_and_statuses_are_all_explained() -> None:
    """The table lists each once."""
    shown = first_names(section("operating.md", "What a sync says"))
    assert sorted(shown) == sorted([*Outcome, *Status])


def test_quoted_messages_are_the_codes_own() -> None:
    """An operator can search the page for a message and find it."""
    prose = CODE.sub("", FENCE.sub("", (DOCS / "operating.md").read_text()))
    quoted = re.findall(r'"([a-z][^"`{}]+ [^"`{}]+)"', prose)
    strings = texts()
    assert quoted
    assert [message for message in quoted if not any(message in text for text in strings)] == []


def test_routes_are_the_templates() -> None:
    """The table has method and path of every API event of a function; a sentence has HEAD."""
    events = chain.from_iterable(
        function.get("Events", {}).values() for function in resources("AWS::Serverless::Function").values()
    )
    deployed = {
        f"{event['Properties']['Method']} {event['Properties']['Path']}"
        for event in events
        if event["Type"] == "Api" and event["Properties"]["Method"] != "HEAD"
    }
    shown = first_names(section("api.md", "Routes"))
    assert sorted(shown) == sorted(route.replace("{record_id+}", "{record_id}/history") for route in deployed)


def test_query_parameters_are_those_that_are_read() -> None:
    """The table has those of lists; the sentence below it has those of a record's history."""
    text = section("api.md", "Lists, parameters, cursors")
    assert first_names(text) == list(OF_LISTS)
    sentence = re.search(r"The history of a record takes (.*?)\.", text, re.DOTALL)
    assert sentence
    assert CODE.findall(sentence[1]) == list(OF_HISTORY)


def test_errors_are_those_that_the_api_responds_with() -> None:
    """The table has each error's code and status."""
    errors = {
        (call.args[2].value, call.args[1].value)
        for call in calls("error_response")
        if len(call.args) > 2 and isinstance(call.args[1], ast.Constant) and isinstance(call.args[2], ast.Constant)
    }
    shown = [(CODE.findall(name)[0], int(status)) for name, status, _ in rows(section("api.md", "Errors"))]
    assert sorted(shown) == sorted(errors)


def test_fields_are_those_that_the_api_returns() -> None:
    """The table has the fields of each data type, in the API's order."""
    text = section("data.md", "Named fields")
    shown = {CODE.findall(name)[0]: CODE.findall(fields) for name, fields in rows(text)}
    assert shown == {str(data_type): list(FIELDS[data_type]) for data_type in DataType}
    assert set(COMMON) <= set(CODE.findall(text.split("|")[0]))


def test_formats_of_imports_are_those_that_are_read() -> None:
    text = (DOCS / "imports.md").read_text()
    assert re.findall(r"^\| `([a-z_]+)` \| .* \| .* \|", text, re.MULTILINE) == list(registry.FORMATS)
    refused = section("imports.md", "What is true of every format").partition("| the upload |")[2]
    assert set(re.findall(r"`([a-z_]+)`", refused)) == set(MESSAGES)


def test_exports_are_got_where_the_guides_say() -> None:
    text = (DOCS / "imports.md").read_text()
    steps = " ".join(step for guide in GUIDES.values() for step in guide.steps)
    sites = set(re.findall(r"[a-z.]+\.(?:com|org)\b[\w/]*", steps)) - {"lastfm.ghan.nl"}
    assert len(sites) == 4
    assert [site for site in sites if site not in text] == []


def test_data_types_of_providers_are_those_of_their_tables() -> None:
    """A dash stands for a data type without an endpoint."""
    table = rows(section("providers.md", "What each provider gives"))
    offered = {CODE.findall(cells[0])[0]: [cell != "–" for cell in cells[1:]] for cells in table if "`" in cells[0]}
    columns = [PROVIDERS[name] for name in ("spotify", "apple_music", "lastfm", "soundcloud", "youtube_music")]
    assert [provider.name for provider in columns] == list(PROVIDERS)
    assert offered == {
        str(data_type): [data_type in provider.endpoints for provider in columns] for data_type in DataType
    }
