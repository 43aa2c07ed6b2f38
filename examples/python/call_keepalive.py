"""Has the calls of a bot kept alive by the keepalive app: the standard library is all it needs.

    keepalive = CallKeepalive("https://my-keepalive.azurewebsites.net", function_key)
    keepalive.established(call_id, tenant_id)
    keepalive.terminated(call_id, result_code=200, result_subcode=5002)

Both may be called at any time and again, from any thread: a repeat changes nothing. They retry for a quarter of an hour,
so call them where waiting does no harm, and report to the log instead of raising.
"""

import http.client
import json
import logging
import threading
import urllib.error
import urllib.parse
import urllib.request

log = logging.getLogger("call_keepalive")


class CallKeepalive:
    MOST_TRIES = 20
    TIMEOUT_S = 45
    LONGEST_WAIT_S = 60

    def __init__(self, app: str, function_key: str) -> None:
        self._app = app.rstrip("/")
        self._function_key = function_key
        self._cancelled = threading.Event()

    def established(self, call_id: str, tenant_id: str, started_at: str | None = None) -> bool:
        """True when the call is kept alive; False when it is over, or refused for good.

        started_at (ISO 8601 with its offset): when the call began, if known. The 45 minutes run from there.
        """
        registration = {"tenantId": tenant_id} | ({} if started_at is None else {"startedAt": started_at})
        return self._send("PUT", call_id, "", json.dumps(registration).encode()) in (200, 202)

    def terminated(self, call_id: str, result_code: int | None = None, result_subcode: int | None = None) -> None:
        """Graph's resultInfo, if the bot has it, goes into the record of the call."""
        query = {"reason": "terminated", "resultCode": result_code, "resultSubcode": result_subcode}
        known = {name: value for name, value in query.items() if value is not None}
        self._send("DELETE", call_id, f"?{urllib.parse.urlencode(known)}", None)

    def cancel(self) -> None:
        """Ends all waiting, now and later: the bot shuts down."""
        self._cancelled.set()

    def _send(self, method: str, call_id: str, query: str, body: bytes | None) -> int | None:
        """Sends until the app has decided: its status; None when it never did."""
        url = f"{self._app}/api/calls/{urllib.parse.quote(call_id, safe='')}{query}"
        headers = {"x-functions-key": self._function_key, "content-type": "application/json"}
        for attempt in range(1, self.MOST_TRIES + 1):
            retry_after = None
            try:
                request = urllib.request.Request(url, data=body, headers=headers, method=method)
                with urllib.request.urlopen(request, timeout=self.TIMEOUT_S) as response:
                    log.info("call %s: %s answered %d", call_id, method, response.status)
                    return response.status
            except urllib.error.HTTPError as error:
                retry_after = error.headers.get("retry-after")
                if not _may_pass(error.code, retry_after):
                    log.warning("call %s: %s answered %d. %s", call_id, method, error.code, _detail_of(error))
                    return error.code
                problem = f"answered {error.code}"
            except (OSError, http.client.HTTPException) as error:  # no connection, none in time, or no HTTP
                problem = f"cannot be reached ({error})"
            wait_s = int(retry_after) if (retry_after or "").isdigit() else 2 ** min(attempt - 1, 6)
            wait_s = min(wait_s, self.LONGEST_WAIT_S)
            log.warning("call %s: the keepalive app %s; again in %d s", call_id, problem, wait_s)
            if self._cancelled.wait(wait_s):
                log.warning("call %s: %s cancelled", call_id, method)
                return None
        log.error("call %s: %s given up", call_id, method)
        return None


def _may_pass(status: int, retry_after: str | None) -> bool:
    """A conflict passes when the app says when to come again: an earlier run of the call is being cleaned up."""
    return status >= 500 or status in (408, 429) or (status == 409 and retry_after is not None)


def _detail_of(error: urllib.error.HTTPError) -> str:
    """What the problem details of the app say (RFC 9457)."""
    try:
        return json.load(error)["detail"]
    except (ValueError, KeyError, TypeError, OSError, http.client.HTTPException):
        return ""
