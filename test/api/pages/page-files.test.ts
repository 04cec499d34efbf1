/** Reading the built page from its folder, and the encoding in which a browser gets its files. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { encodingFor, readPageFiles } from '../../../src/api/pages/page-files.ts'

let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'page-'))
})

afterEach(() => {
  rmSync(folder, { recursive: true })
})

function plant(files: Record<string, string>): void {
  mkdirSync(join(folder, 'assets'), { recursive: true })
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content)
}

describe('the files of the page', () => {
  it('are its document and its assets, with their compressed forms', () => {
    plant({
      'index.html': '<p>',
      'assets/a.js': 'a()',
      'assets/a.js.br': 'br',
      'assets/a.js.gz': 'gz',
      'assets/b.css': 'b',
    })
    const page = readPageFiles(folder)!
    expect(page.document).toBe('<p>')
    expect([...page.assets.keys()].toSorted()).toEqual(['a.js', 'b.css'])
    expect(page.assets.get('a.js')).toEqual({
      type: 'text/javascript; charset=utf-8',
      identity: Buffer.from('a()'),
      br: Buffer.from('br'),
      gzip: Buffer.from('gz'),
    })
    expect(page.assets.get('b.css')).toMatchObject({ type: 'text/css; charset=utf-8', br: null, gzip: null })
  })

  it('are null without a build', () => {
    expect(readPageFiles(join(folder, 'absent'))).toBeNull()
  })

  it('of an unknown type are refused, not guessed', () => {
    plant({ 'index.html': '', 'assets/a.exe': '' })
    expect(() => readPageFiles(folder)).toThrow('no media type is known for a.exe')
  })
})

describe('Accept-Encoding', () => {
  it.each([
    [undefined, 'identity'],
    ['', 'identity'],
    ['gzip, deflate, br, zstd', 'br'],
    ['GZIP', 'gzip'],
    ['br;q=0, gzip;q=0.5', 'gzip'],
    ['br; q=0.0', 'identity'],
    ['deflate', 'identity'],
  ])('%j is answered with %s', (header, encoding) => {
    expect(encodingFor(header)).toBe(encoding)
  })
})
