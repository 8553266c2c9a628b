"""The pages, their forms, login and callback."""

from collections.abc import Mapping

from blendify.providers import PROVIDERS
from blendify.web.taste.catalogue import VIEWS as TASTE_VIEWS
from tests.openapi.schemas import TEXT, Schema, in_path


def pages() -> Schema:
    """The pages and redirects that browsers go through."""
    page: Schema = {"description": "A page", "content": {"text/html": {"schema": TEXT}}}
    redirect: Schema = {"description": "A redirect to the next page"}
    page_or_picture = {**page, "content": {**page["content"], "image/svg+xml": {"schema": TEXT}}}
    provider = in_path("provider", "The provider's name")

    def step(summary: str, responses: Mapping[int, Schema], parameters: list[Schema] | None = None) -> Schema:
        by_status = {str(status): response for status, response in responses.items()}
        return {"summary": summary, "security": [], "parameters": parameters or [], "responses": by_status}

    def file_of(media_type: str) -> Schema:
        return {"description": "A file", "content": {media_type: {"schema": TEXT}}}

    blend_id = in_path("blend_id", "The blend's id")
    form: Schema = {
        "type": "object",
        "properties": {"state": {"type": "string"}, "error": {"type": "string"}},
        "additionalProperties": {"type": "string"},
        "description": "The login's state, and the token that the provider's script got, under the provider's name",
    }
    asset: Schema = {"description": "The file", "content": {"text/css": {"schema": TEXT}}}
    import_id = in_path("import_id", "The import's id")
    file = in_path("file", "`{name}-{first 12 hex digits of its SHA-256}.{css|js|svg}`, as pages name it")
    return {
        "/": {"get": step("The start page", {200: page, 303: redirect})},
        "/assets/{file}": {
            "get": step("A stylesheet, a script or the icon of our pages", {200: asset, 404: page}, [file])
        },
        "/dashboard": {"get": step("The listener's home page", {200: page, 303: redirect})},
        "/sync": {
            "get": step("What is read, and what came of it", {200: page, 303: redirect}),
            "post": step(
                "Start a sync by form", {303: redirect, 400: page, 403: page, 404: page, 409: page, 429: page}
            ),
        },
        "/account": {"get": step("Connections, data, logins, tokens", {200: page, 303: redirect})},
        "/account/leave": {
            "get": step("The question before an account is disconnected or all is erased", {200: page, 303: redirect}),
            "post": step("Disconnect or erase by form", {200: page, 303: redirect, 400: page, 403: page, 503: page}),
        },
        "/account/export": {
            "get": step("To the export that is ready", {303: redirect}),
            "post": step("Prepare an export by form", {303: redirect, 403: page, 429: page, 503: page}),
        },
        "/account/applications": {"post": step("Remove an own application by form", {303: redirect, 403: page})},
        "/applications/{provider}": {
            "get": step("How to register an own application, and a form for it", {200: page, 404: page}, [provider]),
            "post": step(
                "Begin a login with an own application",
                {200: page, 303: redirect, 400: page, 403: page, 404: page},
                [provider],
            ),
        },
        "/account/plays": {"post": step("Keep what counts as a play, by form", {303: redirect, 403: page})},
        "/imports": {"get": step("Upload a file; the listener's imports", {200: page, 303: redirect})},
        "/imports/{import_id}": {
            "get": step(
                "One import: how far it is, what came of it", {200: page, 303: redirect, 404: page}, [import_id]
            ),
            "post": step(
                "Answer an import's question, or take it back, by form",
                {303: redirect, 400: page, 403: page, 404: page, 409: page, 503: page},
                [import_id],
            ),
        },
        "/imports/{import_id}/uploaded": {
            "get": step(
                "Back from an upload by form; the import begins",
                {303: redirect, 404: page, 409: page, 503: page},
                [import_id],
            )
        },
        "/account/sessions": {"post": step("End a session by form", {303: redirect, 403: page})},
        "/account/tokens": {
            "post": step("Make or revoke a token by form", {200: page, 303: redirect, 400: page, 403: page, 409: page})
        },
        "/account/webhooks": {
            "post": step(
                "Make, test or delete a webhook by form", {200: page, 303: redirect, 400: page, 403: page, 409: page}
            )
        },
        "/discover": {
            "get": step("What the listener may like, with reasons", {200: page, 303: redirect}),
            "post": step("Dismiss an artist by form, or take that back", {303: redirect, 403: page, 409: page}),
        },
        "/taste": {"get": step("The way to all views of the listener's taste", {200: page, 303: redirect, 400: page})},
        "/taste/{view}": {
            "get": step(
                "One view, with its choices in the query; `review.svg` is a month or a year in review, to save",
                {200: page_or_picture, 303: redirect, 400: page, 404: page},
                [{**in_path("view", "The view"), "schema": {"type": "string", "enum": [*TASTE_VIEWS, "review.svg"]}}],
            )
        },
        "/taste/artists/{key}": {
            "get": step(
                "One artist", {200: page, 303: redirect, 400: page, 404: page}, [in_path("key", "The artist's key")]
            )
        },
        "/sharing": {
            "get": step("What others may know of the listener's taste", {200: page, 303: redirect}),
            "post": step("Change that by form", {303: redirect, 400: page, 403: page}),
        },
        "/similar": {"get": step("Who is like the listener", {200: page, 303: redirect})},
        "/together": {
            "get": step("Blends, people like the listener, recommendations, sharing", {200: page, 303: redirect})
        },
        "/together/blends": {
            "post": step("Make a blend by form", {200: page, 303: redirect, 403: page, 409: page}),
        },
        "/together/blends/{blend_id}": {
            "get": step("One blend, for its members", {200: page, 303: redirect, 404: page}, [blend_id]),
            "post": step(
                "Invite, withdraw an invitation, leave or end, by form",
                {200: page, 303: redirect, 403: page},
                [blend_id],
            ),
        },
        "/together/blends/{blend_id}/links.txt": {
            "get": step(
                "The links of all songs to a provider",
                {200: file_of("text/plain"), 303: redirect, 400: page, 404: page},
                [
                    blend_id,
                    {
                        "name": "provider",
                        "in": "query",
                        "description": "Whose links",
                        "schema": {"type": "string", "enum": list(PROVIDERS)},
                    },
                ],
            )
        },
        "/together/blends/{blend_id}/songs.csv": {
            "get": step("The songs as a table", {200: file_of("text/csv"), 303: redirect, 404: page}, [blend_id])
        },
        "/blends/{invitation}": {
            "get": step(
                "What a blend uses and who sees what, before joining",
                {200: page, 303: redirect, 404: page},
                [in_path("invitation", "The secret of the invitation")],
            )
        },
        "/blends/{invitation}/join": {
            "post": step(
                "Accept an invitation by form: the consent for this blend",
                {303: redirect, 403: page, 404: page, 409: page},
                [in_path("invitation", "The secret of the invitation")],
            )
        },
        "/auth/{provider}/login": {
            "get": step(
                "To the provider's consent page, or our own page that asks for consent",
                {200: page, 303: redirect, 404: page, 503: page},
                [provider],
            )
        },
        "/auth/{provider}/callback": {
            "get": step(
                "Back from the provider's consent page",
                {200: page, 303: redirect, 400: page, 403: page, 404: page, 409: page, 502: page, 503: page},
                [provider],
            ),
            "post": {
                **step(
                    "The form of our own consent page, or of the page that asks a listener who is logged in",
                    {200: page, 303: redirect, 400: page, 403: page, 404: page, 409: page, 502: page, 503: page},
                    [provider],
                ),
                "requestBody": {"content": {"application/x-www-form-urlencoded": {"schema": form}}},
            },
        },
        "/auth/logout": {"post": step("End the session on all devices that share it", {303: redirect, 403: page})},
    }
