"""A small web API on a free loopback port, for curl_http_test. Prints its port, serves until stdin closes.

/events       events with an ETag; 304 when asked with it; gzip where accepted
/busy         429 with Retry-After
/moved        a redirect to /events
/elsewhere    a redirect to a file: URL
/short        an answer cut short
/endless      more than 8 MiB
/agent        the User-Agent it was asked with
"""
import gzip
import http.server
import sys
import threading

BODY = ('[{"id":1,"datetime":"2023-11-14 8:00:00 +01:00","name":"14 november 07.00, x","summary":"s",'
        '"url":"/","type":"Brand","location":{"name":"Ume\u00e5","gps":"63.8,20.2"}}]').encode()


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *args):
        pass

    def answer(self, status, body=b"", **headers):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        if status != 304:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if status != 304:
            self.wfile.write(body)

    def do_GET(self):
        if self.path == "/events":
            if self.headers.get("If-None-Match") == '"v1"':
                self.answer(304, ETag='"v1"')
            elif "gzip" in self.headers.get("Accept-Encoding", ""):
                self.answer(200, gzip.compress(BODY), ETag='"v1"', Content_Encoding="gzip",
                            Last_Modified="Tue, 14 Nov 2023 07:00:00 GMT")
            else:
                self.answer(200, BODY, ETag='"v1"')
        elif self.path == "/busy":
            self.answer(429, b"later", Retry_After="77")
        elif self.path == "/moved":
            self.answer(302, ETag='"old"', Location="/events")
        elif self.path == "/elsewhere":
            self.answer(302, Location="file:///etc/hostname")
        elif self.path == "/short":
            self.send_response(200)
            self.send_header("Content-Length", "1000")
            self.end_headers()
            self.wfile.write(b"[")
            self.close_connection = True
        elif self.path == "/endless":
            self.answer(200, b" " * (9 << 20))
        elif self.path == "/agent":
            self.answer(200, self.headers.get("User-Agent", "").encode())
        else:
            self.answer(404)


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
print(server.server_address[1], flush=True)
threading.Thread(target=server.serve_forever, daemon=True).start()
sys.stdin.read()
