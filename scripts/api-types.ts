/** `npm run api:types`: regenerates src/api/client/types.ts from the OpenAPI document of the routes. Starts nothing. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { apiTypesText } from './api-types-text.ts'
import { openApiDocument } from './openapi-document.ts'

const FILE = join(import.meta.dirname, '../src/api/client/types.ts')

await writeFile(FILE, apiTypesText(await openApiDocument()))
console.error(`written: ${FILE}`)
