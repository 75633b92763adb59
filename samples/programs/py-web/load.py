"""Bounded load for the web service on this machine.

python3 load.py [--port 8000] [--connections 4] [--seconds 10]
"""

import argparse
import http.client
import json
import threading
import time

HEADERS = {
    "User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
    "Accept": "application/json, text/plain, */*",
    "Accept-Language": "en-GB,en;q=0.8,de;q=0.5,fr;q=0.3",
    "Referer": "http://127.0.0.1/dashboard/orders?team=north&page=3",
    "Cookie": "theme=dark; layout=wide; consent=yes; visited=2024-02-29",
    "X-Forwarded-For": "192.0.2.17",
}
REQUESTS_AT_MOST = 200_000


def use_service(port, until, counts, number):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    login = json.dumps({"name": f"user{number}", "password": f"password{number}"})
    requests = [
        ("POST", "/login", login),
        ("GET", "/health", None),
        ("GET", "/orders?status=open&sort=total", None),
        ("GET", "/health", None),
        ("GET", "/orders?status=paid&sort=customer", None),
        ("GET", "/health", None),
    ]
    while time.monotonic() < until and counts[number] < REQUESTS_AT_MOST:
        method, path, body = requests[counts[number] % len(requests)]
        connection.request(method, path, body, HEADERS)
        response = connection.getresponse()
        response.read()
        if response.status != 200:
            raise SystemExit(f"{path}: {response.status}")
        counts[number] += 1
    connection.close()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--connections", type=int, default=4)
    parser.add_argument("--seconds", type=float, default=10)
    arguments = parser.parse_args()
    counts = [0] * arguments.connections
    until = time.monotonic() + arguments.seconds
    threads = [
        threading.Thread(target=use_service, args=(arguments.port, until, counts, number))
        for number in range(arguments.connections)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print(json.dumps({"requests": sum(counts)}))


if __name__ == "__main__":
    main()
