"""
The whole system on this machine: emulator, the template as it is deployed to AWS, and the provider simulator.

    python -m local.stack up      start, build, deploy; writes .local/outputs.json
    python -m local.stack down    stop what `up` started; state is kept
"""

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Mapping

import boto3
import yaml

from local import spotify
from local.emulator import server
from local.paths import BUILD, LOCAL, OUTPUTS, ROOT

STACK = "blendify"
BUCKET = "blendify-artifacts"
API_ID = "b1e9d1f7"
"""Given to the emulator as a tag, so that the addresses are the same for ever."""
API_URL = f"{server.ENDPOINT}/_aws/execute-api/{API_ID}/v1"


class CommandFailed(RuntimeError):
    """A command of SAM ended with an error; the message ends with what it printed."""


def up() -> dict[str, str]:
    """Start everything and answer the outputs, which are also written to `.local/outputs.json`."""
    step("Starting the emulator")
    server.start()
    account = spotify.account(API_URL)
    step(account.words)
    account.start()
    _deploy(account.parameters)
    outputs = _outputs()
    OUTPUTS.write_text(json.dumps(outputs, indent=2) + "\n")
    return outputs


def down() -> None:
    """Stop the simulator and the emulator, which saves its state."""
    for program in (spotify.program, server.program):
        if program.stop():
            step(f"Stopped the {program.name}")


def step(words: str) -> None:
    """Say what is being done."""
    print(f"  {words}", flush=True)


def _deploy(parameters: Mapping[str, str]) -> None:
    given = {
        "Runtime": server.runtime(),
        "Architecture": server.architecture(),
        "PublicUrl": API_URL,
        **parameters,
    }
    # A file, as the client secret on a command line could be read by everybody on this machine.
    file = LOCAL / "run" / "parameters.yaml"
    file.touch(mode=0o600)
    file.write_text(yaml.safe_dump(given))
    overrides = ["--parameter-overrides", f"file://{file}"]
    step("Building the functions and layers")
    _sam("build", *overrides)
    s3 = boto3.client("s3", **_client_arguments())
    s3.create_bucket(Bucket=BUCKET)
    step("Deploying template.yaml")
    try:
        _sam("deploy", "--template-file", str(BUILD / "template.yaml"), "--tags", f"ms-custom-id={API_ID}", *overrides)
    finally:
        file.unlink()


def _sam(*command: str) -> None:
    environment = {
        **os.environ,
        **server.client_environment(),
        "RUNTIME": server.runtime(),
        "PLATFORM": "",
        "PATH": os.pathsep.join([os.path.dirname(sys.executable), os.environ["PATH"]]),  # noqa: PTH120
    }
    done = subprocess.run(
        ["sam", *command, "--config-file", str(ROOT / "samconfig.toml"), "--config-env", "local"],  # noqa: S607
        cwd=ROOT,
        env=environment,
        text=True,
        capture_output=True,
        check=False,
    )
    (LOCAL / "run" / f"sam-{command[0]}.log").write_text(done.stdout + done.stderr)
    if done.returncode:
        tail = "\n".join((done.stdout + done.stderr).splitlines()[-25:])
        raise CommandFailed(f"sam {command[0]} failed:\n{tail}")


def _client_arguments() -> dict[str, str]:
    return {
        "endpoint_url": server.ENDPOINT,
        "region_name": server.REGION,
        "aws_access_key_id": "test",
        "aws_secret_access_key": "test",
    }


def _outputs() -> dict[str, str]:
    stacks = boto3.client("cloudformation", **_client_arguments()).describe_stacks(StackName=STACK)["Stacks"]
    told = {output["OutputKey"]: output["OutputValue"] for output in stacks[0]["Outputs"]}
    return {
        "api_url": told["ApiUrl"],
        "dashboard_url": f"{told['ApiUrl']}/dashboard",
        "endpoint_url": server.ENDPOINT,
        "region": server.REGION,
        "state_machine_arn": told["StateMachineArn"],
        "history_table": told["HistoryTable"],
        "accounts_table": told["AccountsTable"],
        "log_group": told["LogGroup"],
        "spotify_redirect_uri": told["SpotifyRedirectUri"],
    }


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m local.stack", description="Blendify on this machine.")
    parser.add_argument("command", choices=["up", "down"])
    if parser.parse_args().command == "down":
        down()
        return
    outputs = up()
    print(f"\n  Dashboard     {outputs['dashboard_url']}")
    print(f"  Connect       {outputs['api_url']}/auth/spotify/login")
    print(f"  Redirect URI  {outputs['spotify_redirect_uri']}")
    print("  Outputs       .local/outputs.json      stop it with: make down")


if __name__ == "__main__":
    main()
