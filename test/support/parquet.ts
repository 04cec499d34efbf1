/** Reads Parquet with DuckDB, which shares no code with the writer. */
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { findPython, type Python } from '../../stack/python.ts'

const FOLDER = join(import.meta.dirname, '../python/parquet')
const READ_WITHIN_MS = 60_000
const run = promisify(execFile)

export interface ReadParquet {
  /** By column, with DuckDB's types. */
  readonly types: Readonly<Record<string, string>>
  readonly rows: number
  readonly groups: number
  readonly sum: string
  readonly users: readonly string[]
  /** Rows that differ from the CSV. */
  readonly differing?: number
}

/** Null if this machine has no DuckDB and cannot install one. */
export async function findDuckDb(): Promise<Python | null> {
  try {
    return await findPython(join(FOLDER, 'requirements.txt'), (line) => console.error(line))
  } catch (error) {
    console.error(`DuckDB cannot be installed here: ${error}`)
    return null
  }
}

export async function readParquet(python: Python, path: string, csvPath?: string): Promise<ReadParquet> {
  const args = [join(FOLDER, 'read_parquet.py'), path, ...(csvPath === undefined ? [] : [csvPath])]
  const { stdout } = await run(python.command, args, {
    env: { ...process.env, ...python.environment, PYTHONDONTWRITEBYTECODE: '1' },
    timeout: READ_WITHIN_MS,
  })
  return JSON.parse(stdout)
}
