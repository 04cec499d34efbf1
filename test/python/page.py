"""Runs the Python of a page of docs/ as a reader would: one block after the other, in one interpreter.

    python3 page.py PAGE [NAME ...]

Then prints the variables named, as JSON. An error names the line of the page.
"""
import json
import re
import sys

HEADING = re.compile(r'## (.+)')


def run(page, sections=None):
    """Runs the blocks of the sections, or of the whole page, and returns their variables."""
    variables = {'__name__': '__main__'}
    for line, code in blocks(page, sections):
        exec(compile('\n' * line + code, page, 'exec'), variables)
    return variables


def blocks(page, sections):
    section = None
    block = None
    with open(page, encoding='utf-8') as lines:
        for number, line in enumerate(lines):
            if block is not None:
                if line == '```\n':
                    if sections is None or section in sections:
                        yield block
                    block = None
                else:
                    block = (block[0], block[1] + line)
            elif line == '```python\n':
                block = (number + 1, '')
            elif HEADING.match(line):
                section = HEADING.match(line).group(1).strip()


if __name__ == '__main__':
    found = run(sys.argv[1])
    json.dump({name: found[name] for name in sys.argv[2:]}, sys.stdout, default=str)
