/**
 * Checks every event schema against the rules that consumers rely on: it parses, every record and field is documented, and it is
 * compatible in both directions with every released version. Those versions are in `released/<topic>/<n>.avsc` and never change.
 *
 *   npm run schemas                 exit 1 and the list of faults
 *   npm run schemas -- --release    then stores each schema that differs from its newest version as the next one
 */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import avro from 'avsc'
import { incompatibilities } from './schema-compatibility.ts'

const folder = join(import.meta.dirname, '../schemas/events')
const releasedFolder = join(folder, 'released')
const faults = []
const unreleased = []

const topics = readdirSync(folder)
  .filter((name) => name.endsWith('.avsc'))
  .map((name) => name.slice(0, -'.avsc'.length))
for (const topic of topics) checkTopic(topic)
if (existsSync(releasedFolder)) {
  for (const topic of readdirSync(releasedFolder)) {
    if (!topics.includes(topic)) faults.push(`${topic}: was released, and has no schema any more`)
  }
  faults.push(...changedSinceCommit())
}

for (const fault of faults) console.error(fault)
if (faults.length > 0) process.exit(1)
for (const { topic, version, text } of unreleased) {
  if (process.argv.includes('--release')) {
    mkdirSync(join(releasedFolder, topic), { recursive: true })
    // Never overwrites a file: released versions do not change.
    writeFileSync(releasedFile(topic, version), text, { flag: 'wx' })
    console.log(`${topic}: released as version ${version}`)
  } else {
    console.log(`${topic}: not released yet; \`npm run schemas -- --release\` stores it as version ${version}`)
  }
}

function checkTopic(topic) {
  try {
    const text = readFileSync(join(folder, `${topic}.avsc`), 'utf8')
    const schema = JSON.parse(text)
    avro.Type.forSchema(schema)
    checkDocumented(topic, schema)
    const versions = releasedVersions(topic)
    for (const [index, version] of versions.entries()) {
      if (version !== index + 1) faults.push(`${topic}: version ${index + 1} is missing among the released ones`)
      const released = JSON.parse(readFileSync(releasedFile(topic, version), 'utf8'))
      for (const reason of incompatibilities(released, schema)) {
        faults.push(`${topic}: incompatible with version ${version}: ${reason}`)
      }
    }
    const newest = versions.at(-1)
    if (newest === undefined || readFileSync(releasedFile(topic, newest), 'utf8') !== text) {
      unreleased.push({ topic, version: (newest ?? 0) + 1, text })
    }
  } catch (error) {
    faults.push(`${topic}: ${error.message}`)
  }
}

function releasedFile(topic, version) {
  return join(releasedFolder, topic, `${version}.avsc`)
}

/** The released versions in order. A file with another kind of name would be ignored, so it is a fault. */
function releasedVersions(topic) {
  const inFolder = join(releasedFolder, topic)
  if (!existsSync(inFolder)) return []
  const versions = []
  for (const name of readdirSync(inFolder)) {
    const version = /^([1-9]\d*)\.avsc$/.exec(name)?.[1]
    if (version === undefined) faults.push(`${topic}: released/${topic}/${name} is not named like a version`)
    else versions.push(Number(version))
  }
  return versions.sort((a, b) => a - b)
}

/** Schemas can also be checked outside of a checkout, where their history is unknown. */
function changedSinceCommit() {
  try {
    const args = ['diff', '--name-only', '--no-renames', '--diff-filter=a', 'HEAD', '--', '.']
    const changed = execFileSync('git', args, { cwd: releasedFolder, stdio: ['ignore', 'pipe', 'ignore'] })
    return String(changed)
      .split('\n')
      .filter((path) => path !== '')
      .map((path) => `${path}: a released version changed; restore it, and change the current schema instead`)
  } catch {
    return []
  }
}

function checkDocumented(path, schema) {
  if (Array.isArray(schema)) {
    for (const branch of schema) checkDocumented(path, branch)
  } else if (schema?.type === 'record') {
    if (!schema.doc) faults.push(`${path}: the record has no doc`)
    for (const field of schema.fields) {
      if (!field.doc) faults.push(`${path}: field ${field.name} has no doc`)
      checkDocumented(`${path}.${field.name}`, field.type)
    }
  } else if (schema?.type === 'array') {
    checkDocumented(path, schema.items)
  } else if (typeof schema?.type === 'object') {
    checkDocumented(path, schema.type)
  }
}
