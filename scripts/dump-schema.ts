/** `npm run schema:dump`: regenerates schemas/database/schema.sql from a temporary Postgres with all migrations. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Client } from 'pg'
import { migrate } from '../src/platform/migrate.ts'
import { startStack } from '../stack/stack.ts'
import { schemaText } from './schema-text.ts'

const FILE = join(import.meta.dirname, '../schemas/database/schema.sql')

const stack = await startStack({ only: ['postgres'], log: (line) => console.error(line) })
try {
  await migrate(stack.postgresUrl)
  const client = new Client({ connectionString: stack.postgresUrl })
  await client.connect()
  try {
    await writeFile(FILE, await schemaText(client))
  } finally {
    await client.end()
  }
  console.error(`written: ${FILE}`)
} finally {
  await stack.stop()
}
