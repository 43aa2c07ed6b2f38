"""How a bot calls CallKeepalive.

Run it with the address of the app, its function key, a call and its tenant; each line typed is a state that the call
gets, established or terminated; "stop" shuts the bot down.
"""

import logging
import sys
import threading

from call_keepalive import CallKeepalive

logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stdout)
app, function_key, call_id, tenant_id = sys.argv[1:]
keepalive = CallKeepalive(app, function_key)


def on_notification(call: dict) -> None:
    if call["state"] == "established":
        keepalive.established(call_id, tenant_id)
    if call["state"] == "terminated":
        result = call.get("resultInfo") or {}
        keepalive.terminated(call_id, result.get("code"), result.get("subcode"))


for line in sys.stdin:
    if line.strip() == "stop":
        keepalive.cancel()
        continue
    ended = {"resultInfo": {"code": 200, "subcode": 5002}} if line.strip() == "terminated" else {}
    threading.Thread(target=on_notification, args=[{"state": line.strip(), **ended}]).start()
