"""A report over orders, made in two threads."""

import json
import threading


def read_orders(count):
    return [json.loads(json.dumps({"id": n, "total": n * 7919 % 1000})) for n in range(count)]


def by_total(order):
    return order["total"]


def report(count):
    orders = sorted(read_orders(count), key=by_total)
    return sum(map(by_total, orders))


def main():
    other = threading.Thread(target=report, args=(40,), name="second")
    other.start()
    report(80)
    other.join()


main()
