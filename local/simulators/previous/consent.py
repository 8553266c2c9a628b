"""The pages a listener sees in the browser; every service asks in the same form."""

from collections.abc import Iterable
from html import escape

from starlette.responses import HTMLResponse

_HEADERS = {"cache-control": "no-store", "x-frame-options": "DENY", "referrer-policy": "no-referrer"}

_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
body {{ margin: 0; min-height: 100vh; display: grid; place-items: center; background: #121212; color: #fff;
  font: 16px/1.5 system-ui, sans-serif }}
main {{ max-width: 26rem; padding: 2rem; background: #1f1f1f; border-radius: 1rem }}
h1 {{ font-size: 1.4rem; margin-top: 0 }}
label, li {{ color: #b3b3b3 }}
input {{ width: 100%; box-sizing: border-box; margin: .3rem 0 1.2rem; padding: .7rem; border-radius: .4rem;
  border: 1px solid #727272; background: #121212; color: #fff; font: inherit }}
button {{ width: 100%; margin-top: .6rem; padding: .8rem; border: 0; border-radius: 2rem; font: inherit;
  font-weight: 700; background: #1ed760; cursor: pointer }}
button[value=deny] {{ background: none; color: #fff }}
[role=alert] {{ color: #ff8a80 }}
</style>
</head>
<body><main>{content}</main></body>
</html>
"""

_QUESTION = """<h1>{client} asks to</h1>
<ul>{wishes}</ul>
{warning}<form method="post" action="{action}">
<input type="hidden" name="request" value="{request}">
<label for="listener">You are</label>
<input id="listener" name="listener" value="{listener}" maxlength="64" autocomplete="off">
<button name="decision" value="allow">Agree</button>
<button name="decision" value="deny">Cancel</button>
</form>
"""


def question(
    client: str, wishes: Iterable[str], request: str, listener: str, action: str, warning: str = ""
) -> HTMLResponse:
    """Ask the listener; `request` is the id under which the wishes are kept, `action` where the decision goes."""
    content = _QUESTION.format(
        client=escape(client),
        wishes="\n".join(f"<li>{escape(wish)}</li>" for wish in wishes),
        warning=f'<p role="alert">{escape(warning)}</p>\n' if warning else "",
        action=escape(action),
        request=escape(request),
        listener=escape(listener),
    )
    page = _PAGE.format(title=f"Authorize {escape(client)}", content=content)
    return HTMLResponse(page, 400 if warning else 200, headers=_HEADERS)


def dead_end(message: str) -> HTMLResponse:
    """A refusal that must not be sent to the redirect URI, as nobody vouches for that."""
    content = f'<h1 role="alert">{escape(message)}</h1>'
    return HTMLResponse(_PAGE.format(title="Error", content=content), 400, headers=_HEADERS)
