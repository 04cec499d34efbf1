"""Writes the file of an export with Python's standard library, from facts as the tables have them: written.py FACTS FILE"""
import csv
import json
import sys
from decimal import Decimal

HEADINGS = ['Date & Time', 'Interaction ID', 'Description', 'Units', 'Amount', 'Currency', 'Balance After', 'User',
            'Destination', 'Recorded At']


def safe(text):
    return "'" + text if text.startswith(('=', '+', '-', '@', '\t', '\r')) else text


def amount(micros):
    units, digits = f'{Decimal(micros).scaleb(-6):.6f}'.split('.')
    return units + '.' + digits.rstrip('0').ljust(2, '0')


with open(sys.argv[1], encoding='utf-8') as file:
    facts = json.load(file)

with open(sys.argv[2], 'w', encoding='utf-8-sig', newline='') as file:
    written = csv.writer(file, lineterminator='\r\n')
    written.writerow(HEADINGS)
    for row in facts:
        written.writerow([
            row['Date & Time'], safe(row['Interaction ID']), row['Description'], row['Units'], amount(row['amount']),
            row['Currency'], amount(row['balance']), safe(row['User']), safe(row['Destination']), row['Recorded At'],
        ])

print(json.dumps({'rows': len(facts)}))
