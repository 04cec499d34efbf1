"""Sends one message, given in hex, compressed as asked for: compressed.py TOPIC KEY HEX CODEC"""
import os
import sys

from confluent_kafka import Producer

topic, key, value, codec = sys.argv[1:]
failed = []
producer = Producer({'bootstrap.servers': os.environ['KAFKA_BROKERS'], 'compression.type': codec})
producer.produce(topic, key=key, value=bytes.fromhex(value), on_delivery=lambda error, _: error and failed.append(error))
producer.flush(30)
sys.exit(str(failed[0]) if failed else 0)
