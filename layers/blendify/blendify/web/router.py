"""Routing by Powertools: one router for each Lambda behind API Gateway, and the handler around it."""

from collections.abc import Callable
from typing import Any

from aws_lambda_powertools.event_handler import APIGatewayRestResolver, Response
from aws_lambda_powertools.event_handler.exceptions import NotFoundError
from aws_lambda_powertools.utilities.typing import LambdaContext

from blendify.core.telemetry import flush, invocation, logger
from blendify.reading.question import BadParameter
from blendify.web import request, responses

Router = APIGatewayRestResolver
Handler = Callable[[dict[str, Any], LambdaContext], dict[str, Any]]

_COMMON_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Referrer-Policy": "no-referrer",
    "Strict-Transport-Security": "max-age=31536000",
    "X-Content-Type-Options": "nosniff",
}


def new_router() -> Router:
    """
    A router that answers unknown paths, bad parameters and failures itself: with JSON for the API, else a page.

    Powertools' debug mode, which an environment variable can switch on, would print events: it stays off.
    """
    router = APIGatewayRestResolver(debug=False)

    @router.not_found
    def not_found(_error: NotFoundError) -> Response[str]:
        return responses.error_response(router, 404, "not_found", "There is nothing at this address.")

    @router.exception_handler(BadParameter)  # type: ignore[untyped-decorator]
    def bad_parameter(error: BadParameter) -> Response[str]:
        return responses.error_response(router, 400, "bad_request", str(error))

    @router.exception_handler(Exception)  # type: ignore[untyped-decorator]
    def failed(_error: Exception) -> Response[str]:
        logger.exception("The request failed")
        message = "Something went wrong on our side. Your data is safe; please try again in a moment."
        return responses.error_response(router, 500, "internal_error", message)

    return router


def handler(router: Router) -> Handler:
    """
    The Lambda handler of a router. It never logs the event, which holds cookies and codes.

    HEAD is answered like GET, without the body.
    """

    def handle(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
        logger.structure_logs(append=False, **invocation(context))
        try:
            response: dict[str, Any] = router.resolve(request.normalised(event), context)
        finally:
            flush()
        if event["httpMethod"].upper() == "HEAD":
            response["body"] = ""
        headers = response.setdefault("multiValueHeaders", {})
        for name, value in _COMMON_HEADERS.items():
            headers.setdefault(name, [value])
        return response

    return handle
