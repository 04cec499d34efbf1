"""A platform that sends usage and follows credit, with the code of docs/PRODUCERS.md and docs/CONSUMERS.md.

    top_ups.py PRODUCERS.md CONSUMERS.md ACCOUNT QUANTITY

Sends one event of usage, follows until the account is active again after having been blocked, and prints what it read of
the account meanwhile, topic by topic, each with "after_seconds": how long after the event was acknowledged it was read.
"""
import json
import sys
import time
from datetime import datetime, timezone

import page

TOPICS = ['credit.top-ups.v1', 'credit.balance-changed.v1', 'credit.service-status.v1']
GIVEN_UP_AFTER_SECONDS = 30

producers, consumers, account_id, quantity = sys.argv[1:]
producing = page.run(producers, ['Connect'])
consuming = page.run(consumers, ['Connect'])
sent = None
seen = {topic: [] for topic in TOPICS}


def learn(message):
    event = consuming['decode'](message)
    if sent is not None and event['account_id'] == account_id:
        seen[message.topic()].append({**event, 'after_seconds': time.monotonic() - sent})


readers = [consuming['catch_up'](topic, learn) for topic in TOPICS]
producing['send']('usage.other.v1', {
    'event_id': 'a-large-one',
    'account_id': account_id,
    'occurred_at': datetime.now(timezone.utc),
    'sku': 'number-lookup',
    'quantity': int(quantity),
})
producing['producer'].flush()
sent = time.monotonic()


def is_over():
    kinds = [step['kind'] for step in seen['credit.top-ups.v1']]
    statuses = [status['status'] for status in seen['credit.service-status.v1']]
    return 'succeeded' in kinds and statuses[-1:] == ['active'] and len(seen['credit.balance-changed.v1']) >= 2


while not is_over() and time.monotonic() - sent < GIVEN_UP_AFTER_SECONDS:
    for reader in readers:
        consuming['follow'](reader, learn, 0.02)

json.dump(seen, sys.stdout, default=lambda value: value.isoformat(timespec='microseconds'))
