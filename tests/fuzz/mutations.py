"""What may happen to a signed push on its way or in bad hands; each mutation changes what the signature covers or the gate checks.

Pure: a push goes in, another comes out, with the name of what was done to it. None of the results may be accepted.
"""

import base64
import random
import string
from collections.abc import Callable
from dataclasses import dataclass, replace

from tests.fuzz.api import sign

WINDOW = 300
"""Seconds by which a push may be off."""


@dataclass(frozen=True, slots=True)
class Signed:
    """A push as it is sent: `headers` as pairs, for a name may come twice; the vendor is the one in its address."""

    vendor: str
    body: bytes
    headers: tuple[tuple[str, str], ...]

    def get(self, name: str) -> str:
        """A header's first value."""
        return next(value for key, value in self.headers if key == name)

    def having(self, name: str, value: str) -> "Signed":
        """With another value in the place of a header's."""
        return replace(self, headers=tuple((key, value if key == name else old) for key, old in self.headers))

    def without(self, name: str) -> "Signed":
        """Without a header."""
        return replace(self, headers=tuple(pair for pair in self.headers if pair[0] != name))


@dataclass(frozen=True, slots=True)
class Hands:
    """What the mutations know: the right secret for signing late, and others that must not do."""

    secret: bytes
    other: bytes
    now: int


def signed(vendor: str, secret: bytes, webhook_id: str, timestamp: str, body: bytes) -> Signed:
    """A push, rightly signed."""
    headers = (
        ("content-type", "application/json"),
        ("webhook-id", webhook_id),
        ("webhook-timestamp", timestamp),
        ("webhook-signature", sign(secret, webhook_id, timestamp, body)),
    )
    return Signed(vendor, body, headers)


Mutation = Callable[[Signed, random.Random, Hands], Signed]


def _flipped(text: str, chance: random.Random, alphabet: str) -> str:
    at = chance.randrange(len(text))
    other = chance.choice([each for each in alphabet if each != text[at]])
    return text[:at] + other + text[at + 1 :]


def _body_bit(push: Signed, chance: random.Random, _hands: Hands) -> Signed:
    at = chance.randrange(len(push.body))
    changed = push.body[at] ^ (1 << chance.randrange(8))
    return replace(push, body=push.body[:at] + bytes([changed]) + push.body[at + 1 :])


def _body_cut(push: Signed, chance: random.Random, _hands: Hands) -> Signed:
    return replace(push, body=push.body[: chance.randrange(len(push.body))])


def _body_longer(push: Signed, chance: random.Random, _hands: Hands) -> Signed:
    more = chance.choice([b" ", b"\n", b"\0", b"{}", b"\xef\xbb\xbf", b"\r\n", b"}"])
    return replace(push, body=push.body + more if chance.random() < 0.5 else more + push.body)


def _body_encoding(push: Signed, chance: random.Random, _hands: Hands) -> Signed:
    return replace(push, body=push.body.decode().encode(chance.choice(["utf-16", "utf-16-le", "utf-32", "utf-8-sig"])))


def _body_spaced(push: Signed, chance: random.Random, _hands: Hands) -> Signed:
    """The same JSON, written otherwise: a signature is over bytes."""
    old, new = chance.choice([(b":", b": "), (b",", b", "), (b'"events"', b'"\\u0065vents"')])
    return replace(push, body=push.body.replace(old, new, 1))


def _id_character(push: Signed, chance: random.Random, _hands: Hands) -> Signed:
    return push.having("webhook-id", _flipped(push.get("webhook-id"), chance, string.ascii_letters + string.digits))


def _id_length(push: Signed, chance: random.Random, _hands: Hands) -> Signed:
    return push.having(
        "webhook-id", chance.choice(["", push.get("webhook-id") + "x", push.get("webhook-id")[:-1], "x" * 257])
    )


def _id_unicode(push: Signed, chance: random.Random, hands: Hands) -> Signed:
    """Rightly signed, but an id is 1 to 256 printable ASCII characters."""
    name = chance.choice(["é", "ÿ", "\x80", "id\x7f", "a\tb", "x" * 300]) + push.get("webhook-id")
    header = sign(hands.secret, name, push.get("webhook-timestamp"), push.body)
    return push.having("webhook-id", name).having("webhook-signature", header)


def _seam(push: Signed, chance: random.Random, hands: Hands) -> Signed:
    """The dots between id, time and body moved: where the id holds one, even the signed bytes are the same."""
    name, timestamp = push.get("webhook-id"), push.get("webhook-timestamp")
    cut = chance.randrange(1, len(timestamp))
    if chance.random() < 0.5:
        return push.having("webhook-id", f"{name}.{timestamp[:cut]}").having("webhook-timestamp", timestamp[cut:])
    dotted = signed(push.vendor, hands.secret, f"{name}.{hands.now}", timestamp, push.body)
    moved = dotted.having("webhook-id", name).having("webhook-timestamp", str(hands.now))
    return replace(moved, body=timestamp.encode() + b"." + push.body)


def _time_digit(push: Signed, chance: random.Random, _hands: Hands) -> Signed:
    return push.having("webhook-timestamp", _flipped(push.get("webhook-timestamp"), chance, string.digits))


def _time_written(push: Signed, chance: random.Random, hands: Hands) -> Signed:
    """The same moment, written otherwise, and signed so."""
    now = str(hands.now)
    written = chance.choice(
        [
            f"+{now}",
            f"-{now}",
            f"{now}.0",
            f"{now}000",
            f"0x{hands.now:x}",
            "",
            "now",
            now.translate(_ARABIC),
            f"{now}L",
        ]
    )
    header = sign(hands.secret, push.get("webhook-id"), written, push.body)
    return push.having("webhook-timestamp", written).having("webhook-signature", header)


_ARABIC = str.maketrans("0123456789", "²³¹²³¹²³¹²")
"""Digits that Python's isdigit takes for some, within latin-1."""


def _time_off(push: Signed, chance: random.Random, hands: Hands) -> Signed:
    """Rightly signed, out of the window; just out of it often."""
    far = chance.choice([WINDOW + 30, WINDOW + 31, 3600, 86_400, 10**9])
    off = hands.now + chance.choice([-1, 1]) * far
    return signed(push.vendor, hands.secret, push.get("webhook-id"), str(off), push.body)


def _signature_character(push: Signed, chance: random.Random, _hands: Hands) -> Signed:
    header = push.get("webhook-signature")
    # The last character before the padding carries two bits that base64 leaves out: changing only these changes nothing.
    raw = bytearray(base64.b64decode(header[3:]))
    raw[chance.randrange(len(raw))] ^= 1 << chance.randrange(8)
    return push.having("webhook-signature", "v1," + base64.b64encode(raw).decode())


def _signature_cut(push: Signed, chance: random.Random, _hands: Hands) -> Signed:
    raw = base64.b64decode(push.get("webhook-signature")[3:])
    part = chance.choice([raw[: chance.randrange(len(raw))], raw + b"\0", raw[:16], b""])
    return push.having("webhook-signature", "v1," + base64.b64encode(part).decode())


def _signature_scheme(push: Signed, chance: random.Random, _hands: Hands) -> Signed:
    encoded = push.get("webhook-signature")[3:]
    scheme = chance.choice(["v0,", "v2,", "v1a,", "V1,", "v1:", "v1, ", "", "sha256=", "v1;", ",", "none,"])
    return push.having("webhook-signature", scheme + encoded)


def _signature_encoding(push: Signed, chance: random.Random, _hands: Hands) -> Signed:
    raw = base64.b64decode(push.get("webhook-signature")[3:])
    written = chance.choice([raw.hex(), base64.b32encode(raw).decode(), base64.b85encode(raw).decode(), str(list(raw))])
    return push.having("webhook-signature", f"v1,{written}")


def _signatures_many(push: Signed, chance: random.Random, hands: Hands) -> Signed:
    """Several, all wrong, or the right one behind more than are read."""
    wrong = [f"v1,{base64.b64encode(chance.randbytes(32)).decode()}" for _ in range(chance.randrange(2, 40))]
    if len(wrong) > 16 and chance.random() < 0.5:
        wrong.append(push.get("webhook-signature"))
    return push.having("webhook-signature", " ".join(wrong))


def _other_secret(push: Signed, chance: random.Random, hands: Hands) -> Signed:
    secret = chance.choice([hands.other, b"", hands.secret[:-1], hands.secret + b"\0", base64.b64encode(hands.secret)])
    return signed(push.vendor, secret, push.get("webhook-id"), push.get("webhook-timestamp"), push.body)


def _other_digest(push: Signed, chance: random.Random, hands: Hands) -> Signed:
    """Signed over less than is to be covered."""
    name, timestamp = push.get("webhook-id"), push.get("webhook-timestamp")
    parts = chance.choice([("", timestamp, push.body), (name, "", push.body), (name, timestamp, b"")])
    return push.having("webhook-signature", sign(hands.secret, *parts))


def _missing(push: Signed, chance: random.Random, _hands: Hands) -> Signed:
    return push.without(chance.choice(["webhook-id", "webhook-timestamp", "webhook-signature"]))


def _empty(push: Signed, chance: random.Random, _hands: Hands) -> Signed:
    return push.having(chance.choice(["webhook-id", "webhook-timestamp", "webhook-signature"]), "")


def _renamed(push: Signed, chance: random.Random, _hands: Hands) -> Signed:
    """Names that are not the header's, though they look like it."""
    name = chance.choice(["webhook-id", "webhook-timestamp", "webhook-signature"])
    other = chance.choice([name.replace("-", "_"), f"x-{name}", f"{name}s", name.replace("webhook", "svix")])
    return replace(push, headers=tuple((other if key == name else key, value) for key, value in push.headers))


def _swapped_vendor(push: Signed, chance: random.Random, _hands: Hands) -> Signed:
    return replace(
        push, vendor=chance.choice(["fuzz-other", "nobody", "%00", push.vendor.upper(), push.vendor + "%20", "x" * 64])
    )


def _foreign_organisation(push: Signed, chance: random.Random, hands: Hands) -> Signed:
    """Rightly signed, for an organisation that the vendor may not push for."""
    body = push.body.replace(b'"organisation":"', b'"organisation":"not-', 1)
    return signed(push.vendor, hands.secret, push.get("webhook-id"), push.get("webhook-timestamp"), body)


MUTATIONS: dict[str, Mutation] = {
    each.__name__.strip("_"): each
    for each in (
        _body_bit,
        _body_cut,
        _body_longer,
        _body_encoding,
        _body_spaced,
        _id_character,
        _id_length,
        _id_unicode,
        _seam,
        _time_digit,
        _time_written,
        _time_off,
        _signature_character,
        _signature_cut,
        _signature_scheme,
        _signature_encoding,
        _signatures_many,
        _other_secret,
        _other_digest,
        _missing,
        _empty,
        _renamed,
        _swapped_vendor,
        _foreign_organisation,
    )
}
"""By name."""


def mutated(push: Signed, name: str, chance: random.Random, hands: Hands) -> Signed:
    """The push after the mutation; never the same push."""
    while True:
        made = MUTATIONS[name](push, chance, hands)
        if made != push:
            return made
