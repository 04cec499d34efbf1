/** `npm run api:types`: writes src/api/client/types.ts anew, from the OpenAPI document that the routes make. Starts nothing. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { apiTypesText } from './api-types-text.ts'
import { openApiDocument } from './openapi-document.ts'

const FILE = join(import.meta.dirname, '../src/api/client/types.ts')

await writeFile(FILE, apiTypesText(await openApiDocument()))
console.error(`written: ${FILE}`)
