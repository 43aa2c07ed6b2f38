"""Receives `call.ended`: verifies its signature, and takes each message once. Arguments: port and secret."""

import base64
import hashlib
import hmac
import json
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

port, secret = sys.argv[1:]
seen: set[str] = set()


def is_genuine(headers, body: bytes) -> bool:
    """Source: https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md"""
    message_id, timestamp = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not timestamp.isdigit() or abs(time.time() - int(timestamp)) > 5 * 60:  # an old one, sent again
        return False
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = hmac.new(key, f"{message_id}.{timestamp}.".encode() + body, hashlib.sha256).digest()
    expected = f"v1,{base64.b64encode(signed).decode()}"
    # While a secret is changed there are several signatures.
    signatures = headers.get("webhook-signature", "").split(" ")
    return any(hmac.compare_digest(signature.encode(), expected.encode()) for signature in signatures)


class Receiver(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        genuine = is_genuine(self.headers, body)
        if genuine and self.headers["webhook-id"] not in seen:
            seen.add(self.headers["webhook-id"])
            data = json.loads(body)["data"]
            print(f"call {data['callId']} ended: {data['endReason']}")
        self.send_response(204 if genuine else 401)
        self.end_headers()

    def log_message(self, *_) -> None:
        pass


server = ThreadingHTTPServer(("127.0.0.1", int(port)), Receiver)
print("The receiver listens.")
server.serve_forever()
