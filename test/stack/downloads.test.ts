/** The cache returns complete and working folders, and recreates others, even with concurrent callers. */
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type CacheEntry, cached } from '../../stack/downloads.ts'

let cache: string
let fills: number

beforeEach(() => {
  cache = mkdtempSync(join(tmpdir(), 'tollgate-cache-'))
  fills = 0
})

afterEach(() => {
  rmSync(cache, { recursive: true, force: true })
})

function get(changed: Partial<CacheEntry> = {}): Promise<string> {
  return cached({ name: 'entry', fill, cache, ...changed }, () => {})
}

async function fill(folder: string): Promise<void> {
  fills++
  mkdirSync(join(folder, 'lib'))
  writeFileSync(join(folder, 'lib/whole'), 'the whole of it')
  symlinkSync('whole', join(folder, 'lib/link'))
}

describe('a folder of the cache', () => {
  it('is filled once, and kept when something was added to it', async () => {
    const folder = await get()
    writeFileSync(join(folder, 'written beside it'), 'by a program that was run from there')
    appendFileSync(join(folder, 'lib/whole'), ', and a certificate of the machine')
    expect(await get()).toBe(folder)
    expect(fills).toBe(1)
    expect(readFileSync(join(folder, 'lib/link'), 'utf8')).toContain('the whole of it, and')
  })

  it.each<[string, (folder: string) => void]>([
    ['a file is missing', (folder) => rmSync(join(folder, 'lib/whole'))],
    ['a file was cut short', (folder) => writeFileSync(join(folder, 'lib/whole'), '')],
    ['a folder is in place of a file', (folder) => replaced(join(folder, 'lib/whole'))],
    ['a link leads elsewhere', (folder) => relink(join(folder, 'lib/link'), '/elsewhere/whole')],
    ['its list of files is missing', (folder) => rmSync(join(folder, '.tollgate-files.json'))],
    ['its list of files was cut short', (folder) => writeFileSync(join(folder, '.tollgate-files.json'), '')],
    ['it is empty', (folder) => emptied(folder)],
  ])('is recreated when %s', async (_what, damage) => {
    const folder = await get()
    damage(folder)
    expect(await get()).toBe(folder)
    expect(fills).toBe(2)
    expect(readFileSync(join(folder, 'lib/link'), 'utf8')).toBe('the whole of it')
    expect(readdirSync(cache)).toEqual(['entry'])
  })

  it('is recreated when it no longer works', async () => {
    let works = true
    const tryOut = async () => {
      if (!works) throw new Error('a library is missing')
    }
    await get({ tryOut })
    works = false
    const repair = async (folder: string) => {
      await fill(folder)
      works = true
    }
    await get({ tryOut, fill: repair })
    expect(fills).toBe(2)
  })

  it('is not returned if it does not work even when recreated, and the next attempt starts again', async () => {
    const tryOut = () => Promise.reject(new Error('a library is missing'))
    await expect(get({ tryOut })).rejects.toThrow('entry is not fit for use: a library is missing')
    expect(readdirSync(cache)).toEqual([])
    expect(existsSync(await get())).toBe(true)
  })

  it('is filled once by concurrent callers', async () => {
    const folders = await Promise.all([get(), get(), get()])
    expect(new Set(folders).size).toBe(1)
    expect(fills).toBe(1)
  })
})

function relink(link: string, to: string): void {
  rmSync(link)
  symlinkSync(to, link)
}

function replaced(file: string): void {
  rmSync(file)
  mkdirSync(file)
}

function emptied(folder: string): void {
  rmSync(folder, { recursive: true })
  mkdirSync(folder)
}
