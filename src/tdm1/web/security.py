"""What every answer carries so that a browser does nothing else with it, and by which names the server is called."""

from __future__ import annotations

from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tdm1.web.errors import ApiError
from tdm1.web.settings import ServerSettings

#: Only what this server sends is loaded, nothing is sent elsewhere, no page may frame it, and no text becomes code.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "font-src 'self'; form-action 'none'; frame-ancestors 'none'; base-uri 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "X-Frame-Options": "DENY",
}
_RAW = [(name.lower().encode(), value.encode()) for name, value in HEADERS.items()]
_CDS = "/cds-services"


class Headed:
    """Adds the headers to every answer, and answers only to the server's own names."""

    def __init__(self, app: ASGIApp, settings: ServerSettings) -> None:
        self.app = app
        self.names = settings.host_names

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def headed(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", []), *_RAW]
                if not scope["path"].startswith("/static/"):
                    MutableHeaders(scope=message).setdefault("Cache-Control", "no-store")
            await send(message)

        if _host(Headers(scope=scope).get("host", "")) not in self.names:
            wrong = ApiError(421, "this server is not called that; its settings (hosts) name what it answers to")
            await wrong.response()(scope, receive, headed)
            return
        await self.app(scope, receive, headed)


def _host(header: str) -> str:
    """The name in a Host header, without the port."""
    if header.startswith("["):
        return header[1:].partition("]")[0]
    return header.partition(":")[0].lower()


class CdsOrigins:
    """Lets pages of the named origins call the CDS services; the rest of the server is for its own pages only."""

    def __init__(self, app: ASGIApp, settings: ServerSettings) -> None:
        self.app = app
        self.shared = app if not settings.origins else CORSMiddleware(
            app, allow_origins=settings.origins, allow_methods=["GET", "POST"],
            allow_headers=["Authorization", "Content-Type"],
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        path = str(scope.get("path", ""))
        ours = path == _CDS or path.startswith(f"{_CDS}/")
        await (self.shared if ours else self.app)(scope, receive, send)
