"""The door through which the harness gives orders."""

import json

from ministack import app as ministack_app

from . import clocks, global_tables, outages
from .settings import CONTROL_TOKEN

_PATH = "/_harness/order"


def harness_gives_orders():
    """Takes the orders of the harness: outages, the lag of replication and clocks. An order replaces the one before.
    The gateway does not know the token, so no user of AWS can give one. Must be the outermost wrapper.
    """
    original = ministack_app.app

    async def app(scope, receive, send):
        if scope["type"] != "http" or scope["path"] != _PATH:
            return await original(scope, receive, send)
        if not CONTROL_TOKEN or (b"x-control-token", CONTROL_TOKEN.encode()) not in scope.get("headers", []):
            return await _answer(send, 403, b"")
        order = json.loads(await _body(receive))
        global_tables.delay_replication(order["replicationDelaySeconds"])
        clocks.order(order["tableClocks"], order["workerClocks"])
        outages.order(order["lost"], order["stalled"], order["cut"], order["lostTables"])
        await _answer(send, 204, b"")

    ministack_app.app = app


async def _body(receive):
    body = b""
    while True:
        message = await receive()
        body += message.get("body", b"")
        if not message.get("more_body"):
            return body


async def _answer(send, status, body):
    await send({"type": "http.response.start", "status": status, "headers": []})
    await send({"type": "http.response.body", "body": body})
