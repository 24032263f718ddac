"""Signs what schemathesis sends as the vendor, so that pushes reach the code behind the gate."""

import time

from requests import PreparedRequest
from requests.auth import AuthBase

from tests.fuzz.api import sign


class VendorSignature(AuthBase):
    """Signs what stands in the other two headers and the body; where one of the two is missing, there is nothing to sign.

    Any number of seconds becomes the present one, which no schema can generate; what is no number stays as it is.
    """

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        """The request with its signature."""
        headers, body = request.headers, request.body or b""
        if "webhook-id" in headers and "webhook-timestamp" in headers:
            assert isinstance(body, str | bytes)
            content = body.encode() if isinstance(body, str) else body
            webhook_id, timestamp = _text(headers["webhook-id"]), _text(headers["webhook-timestamp"])
            if timestamp.isdecimal():
                headers["webhook-timestamp"] = timestamp = str(int(time.time()))
            headers["webhook-signature"] = sign(self._secret, webhook_id, timestamp, content)
        return request


def _text(value: str | bytes) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else value
