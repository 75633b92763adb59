"""A small web service: log-in, a query over orders, a health check.

    PORT         where to listen on 127.0.0.1 (default 8000)
    LOGGER=off   leaves the request logger out
    THREADS=off  answers every request in the main thread, one connection after
                 the other, for profilers that watch one thread

The request logger formats each request at length, then writes and flushes it
before the answer leaves.
"""

import json
import os
import signal
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import store
from slow_logger import SlowLogger

LOGGER = None if os.environ.get("LOGGER") == "off" else SlowLogger("/srv/py-web/requests.log")


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # one write an answer
    disable_nagle_algorithm = True

    def do_GET(self):
        url = urlsplit(self.path)
        if url.path == "/health":
            self.answer({"status": "ok"})
        elif url.path == "/orders":
            self.answer(self.query_orders(parse_qs(url.query)))
        else:
            self.answer({"error": "not found"}, 404)

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.path == "/login":
            self.answer(self.log_in(json.loads(body)))
        else:
            self.answer({"error": "not found"}, 404)

    def log_in(self, credentials):
        ok = store.check_password(credentials["name"], credentials["password"])
        return {"ok": ok}

    def query_orders(self, parameters):
        orders = store.filter_orders(parameters.get("status", ["open"])[0])
        orders = store.sort_orders(orders, parameters.get("sort", ["total"])[0])
        return store.group_orders(orders)

    def answer(self, content, status=200):
        body = json.dumps(content, indent=1).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()

    def log_request(self, code="-", size="-"):
        if LOGGER:
            LOGGER.log_request(self.client_address[0], self.requestline, code, self.headers)


def stop(*_):
    sys.exit(0)


def main():
    kind = HTTPServer if os.environ.get("THREADS") == "off" else ThreadingHTTPServer
    server = kind(("127.0.0.1", int(os.environ.get("PORT", "8000"))), Handler)
    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    server.serve_forever()


if __name__ == "__main__":
    main()
