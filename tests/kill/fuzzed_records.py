"""Records that no partner should send, made of good ones and of chance: lines of replay input. The same seed gives the same lines."""
import base64, json

BYTES_MAX = 900_000  # more, and the broker takes none of it
DEEP = (65, 300, 5_000, 100_000)
NUMBERS = (b"1e400", b"-1e400", b"1e-400", b"-0", b"9" * 400, b"0." + b"0" * 300 + b"1", b"18446744073709551616", b"-9223372036854775809",
           b"1E+99999", b"NaN", b"Infinity", b"0x10", b"01", b"1.", b".5", b"--1", b"1e", b"null", b"true", b'"1"', b"[1]", b"{}")
TEXTS = (b"\xff\xfe", b"\xc0\xaf", b"\xed\xa0\x80", b"\xf5\x80\x80\x80", b"\\ud800", b"\\udc00\\ud800", b"\x00", b"\\u0000", b"\\x41", b"\xe2\x80\xae",
         b"\xef\xbb\xbf", b'"', b"\\", b"\n", b"A" * 70_000)
TYPES = ("application/json", "application/x-protobuf", "application/cloudevents+json", "text/plain", "application/json; charset=latin1", "")


class Fuzzed:
    def __init__(self, rng, good):
        """`good`: lines of replay input."""
        self.rng = rng
        self.good = [json.loads(line) for line in good]
        self.bytes = [json.dumps(g["value"], separators=(",", ":")).encode() for g in self.good]
        self.ways = [self.mutated] * 8 + [self.spliced, self.cut_off, self.random, self.deep, self.number, self.number, self.text, self.text,
                                          self.protobuf, self.protobuf, self.shuffled, self.shuffled]

    def lines(self, count):
        """Beside the good ones, each with the time of one of them, in ascending order."""
        for n in range(count):
            beside = self.good[n * len(self.good) // count]
            value = self.rng.choice(self.ways)()[:BYTES_MAX]
            headers = {"content-type": self.rng.choice(TYPES)} if self.rng.random() < 0.2 else {}
            if self.rng.random() < 0.05:
                headers |= {"ce_specversion": "1.0", "ce_id": "x", "ce_source": "/x", "ce_type": self.rng.choice(("x", "report"))}
            yield json.dumps({"topic": self.rng.choice(("incidents", "tips", "commands")), "timestamp": beside["timestamp"], "key": "x",
                              "headers": headers, "value": {"base64": base64.b64encode(value).decode()}})

    def one(self):
        return self.rng.choice(self.bytes)

    def mutated(self):
        value = bytearray(self.one())
        for _ in range(self.rng.choice((1, 1, 2, 4, 16))):
            at = self.rng.randrange(len(value) + 1)
            how = self.rng.randrange(4)
            if how == 0 and at < len(value):
                value[at] ^= 1 << self.rng.randrange(8)
            elif how == 1:
                value[at:at] = self.rng.randbytes(self.rng.randrange(1, 5))
            elif how == 2:
                del value[at:at + self.rng.randrange(1, 20)]
            else:
                value[at:at] = value[at:at + self.rng.randrange(1, 40)]
        return bytes(value)

    def spliced(self):
        a, b = self.one(), self.one()
        return a[:self.rng.randrange(len(a))] + b[self.rng.randrange(len(b)):]

    def cut_off(self):
        value = self.one()
        return value[:self.rng.randrange(len(value))]

    def random(self):
        return self.rng.randbytes(int(10 ** self.rng.uniform(0, 3.5)))

    def deep(self):
        depth = self.rng.choice(DEEP if self.rng.random() < 0.02 else DEEP[:2])
        opening, closing = self.rng.choice(((b"[", b"]"), (b'{"a":', b"}"), (b'{"place":', b"}")))
        value = opening * depth + b"1" + closing * self.rng.choice((0, depth))
        return self.one()[:-1] + b',"x":' + value + b"}" if self.rng.random() < 0.5 else value

    def put(self, what):
        """In place of a value of one of the fields."""
        value = self.one()
        colons = [i for i, c in enumerate(value) if c == ord(":")]
        at = self.rng.choice(colons) + 1
        end = min((i for i in (value.find(b",", at), value.find(b"}", at)) if i >= 0), default=len(value))
        return value[:at] + what + value[end:]

    def number(self):
        return self.put(self.rng.choice(NUMBERS))

    def text(self):
        long = self.rng.random() < 0.02
        return self.put(b'"' + b"x" * self.rng.randrange(4) + self.rng.choice(TEXTS if long else TEXTS[:-1]) + b'"')

    def protobuf(self):
        """Wire form: tags, lengths that may be too long, bytes."""
        out = bytearray()
        for _ in range(self.rng.randrange(1, 12)):
            kind = self.rng.choice((0, 1, 2, 2, 2, 5, 3, 7))
            out.append(self.rng.randrange(1, 16) << 3 & 0xff | kind)
            if kind == 2:
                content = self.rng.choice((b"polisen", b"\xff\xff", self.rng.randbytes(self.rng.randrange(20))))
                out.append(self.rng.choice((len(content), len(content) + 1, 0, 255)) & 0xff)
                out += content
            else:
                out += self.rng.randbytes({0: 1, 1: 8, 5: 4}.get(kind, 2))
        return bytes(out)

    def shuffled(self):
        """Good JSON, wrong in what it says: fields swapped, doubled, missing, unknown."""
        value = dict(json.loads(self.one()))
        keys = list(value)
        for _ in range(self.rng.randrange(1, 4)):
            a, b = self.rng.choice(keys), self.rng.choice(keys)
            how = self.rng.randrange(4)
            if how == 0:
                value[a], value[b] = value.get(b), value.get(a)
            elif how == 1:
                value.pop(a, None)
            elif how == 2:
                value[self.rng.choice(("", "x", "org ", "ORG", "\u0000", "é" * 40))] = value.get(b)
            else:
                value[a] = self.rng.choice((None, [], {}, [None] * 50, -1, "", "2999-01-01T00:00:00Z", "0001-01-01T00:00:00Z", 1e308, True))
        text = json.dumps(value).encode()
        return text[:-1] + b"," + text[1:] if self.rng.random() < 0.2 else text
