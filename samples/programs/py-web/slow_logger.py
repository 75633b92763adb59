"""A request logger that makes every request wait for it."""

import datetime
import pprint
import textwrap
import threading


class SlowLogger:
    def __init__(self, path):
        self._lock = threading.Lock()
        self._file = open(path, "w", encoding="utf-8")

    def log_request(self, address, request_line, status, headers):
        with self._lock:
            text = self.format_request(address, request_line, status, headers)
            self.write_and_flush(text)

    def format_request(self, address, request_line, status, headers):
        now = datetime.datetime.now(datetime.timezone.utc)
        head = f'{address} - - [{now:%d/%b/%Y:%H:%M:%S.%f %z}] "{request_line}" {int(status)}'
        return head + "\n" + textwrap.indent(pprint.pformat(dict(headers), width=60), "    ")

    def write_and_flush(self, text):
        for line in text.splitlines():
            self._file.write(line + "\n")
            self._file.flush()
