/** Holds every event schema to the rules a consumer relies on: it parses, and each record and field is documented. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import avro from 'avsc'

const folder = join(import.meta.dirname, '../schemas/events')
const faults = []
for (const file of readdirSync(folder).filter((name) => name.endsWith('.avsc'))) {
  try {
    const schema = JSON.parse(readFileSync(join(folder, file), 'utf8'))
    avro.Type.forSchema(schema)
    checkDocumented(file, schema)
  } catch (error) {
    faults.push(`${file}: ${error.message}`)
  }
}
for (const fault of faults) console.error(fault)
process.exit(faults.length > 0 ? 1 : 0)

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
