"""A blocking service, with the code of docs/CONSUMERS.md: reads the status topic to its end, then follows it.

    python3 status_consumer.py CONSUMERS.md

Prints {"seconds", "messages"} once it has caught up: how long it took, and how many messages it read. From then on a
line on stdin is a question, answered by a line with what it knows of every account; the end of stdin ends it.
"""
import json
import sys
import threading
import time

import confluent_kafka

import page


class CountingConsumer(confluent_kafka.Consumer):
    """Replaces the client's own consumer for the page, and counts its messages."""
    messages = 0

    def poll(self, *args):
        message = super().poll(*args)
        if message is not None and message.error() is None:
            CountingConsumer.messages += 1
        return message


confluent_kafka.Consumer = CountingConsumer
started = time.monotonic()
service = page.run(sys.argv[1], ['Connect', 'Blocking calls'])


def say(answer):
    print(json.dumps(answer, default=str), flush=True)


def known():
    return {
        account_id: {
            'epoch': status['epoch'],
            'version': status['version'],
            'status': status['status'],
            'blocked': status['blocked'],
            'since': status['since'].isoformat(timespec='microseconds'),
        }
        for account_id, status in list(service['statuses'].items())
    }


say({'seconds': time.monotonic() - started, 'messages': CountingConsumer.messages})


def keep_following():
    while True:
        service['follow'](service['status_consumer'], service['learn_status'], 0.1)


threading.Thread(target=keep_following, daemon=True).start()
for _ in sys.stdin:
    say(known())
