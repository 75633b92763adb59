"""Orders and users in memory."""

import hashlib
from collections import defaultdict

STATES = ["open", "paid", "sent", "returned"]
TEAMS = ["north", "south", "east", "west", "online"]


def make_order(number):
    return {
        "id": number,
        "customer": f"customer{number * 31 % 97}",
        "status": STATES[number * 7 % len(STATES)],
        "team": TEAMS[number * 13 % len(TEAMS)],
        "total": number * 7919 % 10_000 / 100,
        "lines": [{"sku": f"sku{number * k % 53}", "amount": k} for k in range(1, 4)],
    }


def digest(name, password):
    return hashlib.pbkdf2_hmac("sha256", password.encode(), name.encode(), 200)


ORDERS = [make_order(number) for number in range(1200)]
USERS = {f"user{number}": digest(f"user{number}", f"password{number}") for number in range(50)}


def check_password(name, password):
    return USERS.get(name) == digest(name, password)


def filter_orders(status):
    return [order for order in ORDERS if order["status"] == status and amount(order) > 3]


def amount(order):
    return sum(line["amount"] for line in order["lines"])


def sort_orders(orders, key):
    return sorted(orders, key=lambda order: (order[key], order["id"]), reverse=True)


def group_orders(orders):
    groups = defaultdict(list)
    for order in orders:
        groups[order["team"]].append(order)
    return {team: summarise(members) for team, members in groups.items()}


def summarise(orders):
    return {
        "count": len(orders),
        "total": round(sum(order["total"] for order in orders), 2),
        "top": [{"id": order["id"], "total": order["total"]} for order in orders[:3]],
    }
