/** The schemas as their readers may rely on them: what may change between versions, and that nothing else did. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { incompatibilities } from '../scripts/schema-compatibility.ts'
import { TOPICS } from '../src/topics.ts'

const FOLDER = join(import.meta.dirname, '../schemas/events')

const field = (name: string, type: unknown, more: object = {}) => ({ name, type, doc: `The ${name}.`, ...more })
const record = (...fields: readonly object[]) => ({
  type: 'record',
  name: 'Usage',
  namespace: 'a.b',
  doc: 'D.',
  fields,
})

const OPTIONAL = ['null', 'string']
const MICROS = { type: 'long', logicalType: 'timestamp-micros' }
const MILLIS = { type: 'long', logicalType: 'timestamp-millis' }
const ID = field('id', 'string')
const SECONDS = field('seconds', 'int')
const NOTE = field('note', OPTIONAL, { default: null })
const AT = field('at', MICROS)
const inner = (...fields: readonly object[]) =>
  field('parts', { type: 'array', items: { type: 'record', name: 'Part', fields } })

const RELEASED = record(ID, SECONDS, NOTE, AT, inner(field('size', 'int')))
const SIZE = inner(field('size', 'int'))

describe('a schema may change', () => {
  it.each([
    ['not at all', RELEASED],
    ['a doc', { ...record({ ...ID, doc: 'Said better.' }, SECONDS, NOTE, AT, SIZE), doc: 'Said better.' }],
    ['by an added optional field', record(ID, SECONDS, NOTE, AT, SIZE, field('more', OPTIONAL, { default: null }))],
    ['by an added field with a default', record(ID, SECONDS, NOTE, AT, SIZE, field('more', 'int', { default: 1 }))],
    ['by a removed optional field', record(ID, SECONDS, AT, SIZE)],
    ['the order of its fields', record(SIZE, AT, NOTE, SECONDS, ID)],
    ['by an optional field of an inner record', record(ID, SECONDS, NOTE, AT, inner(field('size', 'int'), NOTE))],
  ])('%s', (_, current) => {
    expect(incompatibilities(RELEASED, current)).toEqual([])
  })
})

describe('a schema may not change', () => {
  it.each([
    ['by an added required field', record(ID, SECONDS, NOTE, AT, SIZE, field('more', 'int')), /more .*added without/],
    ['by a removed required field', record(ID, NOTE, AT, SIZE), /seconds .*removed, and had no default/],
    ['the name of a field', record(ID, field('duration', 'int'), NOTE, AT, SIZE), /duration .*added without/],
    ['int to long', record(ID, field('seconds', 'long'), NOTE, AT, SIZE), /seconds changed from int to long/],
    ['int to string', record(ID, field('seconds', 'string'), NOTE, AT, SIZE), /seconds changed from int to string/],
    ['string to bytes', record(field('id', 'bytes'), SECONDS, NOTE, AT, SIZE), /id changed from string to bytes/],
    ['a unit of time', record(ID, SECONDS, NOTE, field('at', MILLIS), SIZE), /at changed from .*micros to .*millis/],
    ['required to optional', record(ID, field('seconds', ['null', 'int']), NOTE, AT, SIZE), /seconds changed from int/],
    [
      'optional to required',
      record(ID, SECONDS, field('note', 'string'), AT, SIZE),
      /note changed from union to string/,
    ],
    [
      'the types of a union',
      record(ID, SECONDS, field('note', ['null', 'string', 'int'], { default: null }), AT, SIZE),
      /note may now be int/,
    ],
    ['its name', { ...RELEASED, name: 'Use' }, /the record changed from record a.b.Usage to record a.b.Use/],
    ['its namespace', { ...RELEASED, namespace: 'b' }, /the record changed from record a.b.Usage to record b.Usage/],
    [
      'int to long deep inside',
      record(ID, SECONDS, NOTE, AT, inner(field('size', 'long'))),
      /parts.items.size changed/,
    ],
  ])('%s', (_, current, reason) => {
    expect(incompatibilities(RELEASED, current).join('\n')).toMatch(reason)
    expect(incompatibilities(current, RELEASED), 'nor back again').not.toEqual([])
  })
})

describe('schemas/events', () => {
  it('has a schema for every topic, and for nothing else', () => {
    const schemas = readdirSync(FOLDER).filter((name) => name.endsWith('.avsc'))
    expect(schemas.sort()).toEqual(TOPICS.map(({ topic }) => `${topic}.avsc`).sort())
  })

  it.each(TOPICS.map(({ topic }) => topic))('%s is compatible with every released version', (topic) => {
    const read = (path: string) => JSON.parse(readFileSync(join(FOLDER, path), 'utf8'))
    const versions = readdirSync(join(FOLDER, 'released', topic))
    expect(versions).toContain('1.avsc')
    for (const version of versions) {
      expect(incompatibilities(read(`released/${topic}/${version}`), read(`${topic}.avsc`))).toEqual([])
    }
  })
})
