/** The arrows of docs/ARCHITECTURE.md: who may import whom, read from the sources' import lines. */
import { globSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { describe, expect, it } from 'vitest'

const ROOT = join(import.meta.dirname, '..')
const IMPORT = /(?:\bfrom\s+|\bimport\s*\(\s*|^import\s+)'([^']+)'/gm

interface Import {
  readonly from: string
  /** A file of the project, or the name of a package. */
  readonly to: string
}

function importsOf(...files: string[]): Import[] {
  return globSync(files, { cwd: ROOT }).flatMap((from) =>
    [...readFileSync(join(ROOT, from), 'utf8').matchAll(IMPORT)].map(([, specifier]) => ({
      from,
      to: specifier!.startsWith('.') ? normalize(join(dirname(from), specifier!)) : specifier!,
    })),
  )
}

const imports = importsOf('src/**/*.ts')
const toolImports = importsOf('{stack,testkit,demo,bench,scripts,test}/**/*.{ts,mjs}')
const webImports = importsOf('web/{src,gallery}/**/*.{ts,tsx}')

/** A folder, and what its files may import besides each other; packages are unrestricted unless `packages` is set. */
const ARROWS: readonly { folder: string; mayImport: readonly string[]; packages: boolean }[] = [
  { folder: 'src/core/', mayImport: [], packages: false },
  { folder: 'src/topics.ts', mayImport: ['src/core/'], packages: false },
  { folder: 'src/platform/', mayImport: ['src/core/', 'src/topics.ts'], packages: true },
  { folder: 'src/intake/', mayImport: ['src/core/', 'src/platform/'], packages: true },
  { folder: 'src/catalog/', mayImport: ['src/core/', 'src/platform/'], packages: true },
  { folder: 'src/outbox/', mayImport: ['src/core/', 'src/platform/'], packages: true },
  {
    folder: 'src/view/',
    mayImport: ['src/core/', 'src/platform/', 'src/outbox/messages.ts', 'src/outbox/leadership.ts'],
    packages: true,
  },
  {
    folder: 'src/ledger/',
    // All of them share its transaction: stored catalogs are parsed, announcements and changes of the view are packed.
    mayImport: [
      'src/core/',
      'src/platform/',
      'src/catalog/',
      'src/topics.ts',
      'src/outbox/messages.ts',
      'src/outbox/pack.ts',
      'src/view/changes.ts',
      'src/view/account-parts.ts',
    ],
    packages: true,
  },
  {
    folder: 'src/dead-letters/',
    // Reads them from the ledger, sends them to Kafka, and records in the ledger that it did.
    mayImport: ['src/core/', 'src/platform/', 'src/ledger/'],
    packages: true,
  },
  {
    folder: 'src/payments/',
    // What it learns about payments is recorded by the ledger, which does not know about it.
    mayImport: ['src/core/', 'src/platform/', 'src/ledger/'],
    packages: true,
  },
  {
    folder: 'src/verify/',
    // It reads what the others wrote, and writes nothing.
    mayImport: [
      'src/core/',
      'src/platform/',
      'src/ledger/',
      'src/intake/decode.ts',
      'src/outbox/messages.ts',
      'src/payments/providers/provider.ts',
      'src/reporting/',
    ],
    packages: true,
  },
  // Reads what the ledger wrote, and writes only its own sums and indexes.
  { folder: 'src/reporting/', mayImport: ['src/core/', 'src/platform/', 'src/ledger/'], packages: true },
  {
    folder: 'src/api/',
    // It changes data through the ledger's writers; of payments it has what a customer does at the provider.
    mayImport: [
      'src/core/',
      'src/platform/',
      'src/ledger/',
      'src/catalog/',
      'src/reporting/',
      'src/payments/providers/provider.ts',
      'src/payments/approvals.ts',
      'src/payments/method-setups.ts',
      'src/payments/providers/sandbox/',
      'src/dead-letters/',
      'src/texts/',
      'src/look/',
      'src/topics.ts',
      'src/view/changes.ts',
    ],
    packages: true,
  },
  // Runs in browsers too.
  { folder: 'src/api/client/', mayImport: [], packages: true },
  { folder: 'src/texts/', mayImport: ['src/core/', 'src/api/client/types.ts'], packages: true },
  { folder: 'src/look/', mayImport: [], packages: false },
  // Sends what the ledger has written, in the words of the catalogue.
  { folder: 'src/mail/', mayImport: ['src/core/', 'src/platform/', 'src/ledger/', 'src/texts/'], packages: true },
  // A provider knows only payments, and never touches a balance.
  {
    folder: 'src/payments/providers/',
    mayImport: ['src/core/', 'src/platform/', 'src/payments/providers/provider.ts'],
    packages: true,
  },
]

/** What runs and tests the product. Code that several of them share is in testkit; none imports from another. */
const TOOLS = ['stack/', 'testkit/', 'demo/', 'bench/', 'scripts/', 'test/']

/** The page runs in browsers. From the product it has the client, the texts and the look; others have only its build. */
const WEB_ARROWS: readonly { folder: string; mayImport: readonly string[] }[] = [
  { folder: 'web/src/', mayImport: ['src/api/client/', 'src/texts/', 'src/look/'] },
  // Shows the page with planted figures.
  { folder: 'web/gallery/', mayImport: ['web/src/', 'src/look/'] },
]
const TOOL_ARROWS: readonly { folder: string; mayImport: readonly string[] }[] = [
  { folder: 'stack/', mayImport: ['scripts/lock.mjs', 'testkit/until.ts'] },
  { folder: 'testkit/', mayImport: ['src/', 'stack/'] },
  { folder: 'demo/', mayImport: ['src/', 'stack/', 'testkit/'] },
  { folder: 'bench/', mayImport: ['src/', 'stack/', 'testkit/'] },
  { folder: 'scripts/', mayImport: ['src/', 'stack/', 'testkit/'] },
  { folder: 'test/', mayImport: ['src/', 'stack/', 'testkit/', 'scripts/'] },
  // The parts of the page that need no browser. From the core, the closed list of reasons: each needs words.
  {
    folder: 'test/web/',
    mayImport: ['web/src/', 'src/api/client/', 'src/texts/', 'src/core/rating/decision.ts', 'test/', 'testkit/'],
  },
  // The code of demo and benchmarks is tested in separate folders.
  // What the page shows is compared with what was planted.
  { folder: 'test/page/', mayImport: ['web/gallery/', 'test/', 'src/', 'stack/', 'testkit/'] },
  { folder: 'test/demo/', mayImport: ['demo/', 'test/', 'src/', 'stack/', 'testkit/'] },
  { folder: 'test/bench/', mayImport: ['bench/', 'test/', 'src/', 'stack/', 'testkit/'] },
]

describe('imports', () => {
  it('are found at all', () => {
    expect(imports.length).toBeGreaterThan(100)
  })

  it.each(ARROWS)('$folder imports only what it may', ({ folder, mayImport, packages }) => {
    const refused = imports.filter(({ from, to }) => {
      if (!from.startsWith(folder) || to.startsWith(folder)) return false
      return to.startsWith('src/') ? !mayImport.some((allowed) => to.startsWith(allowed)) : !packages
    })
    expect(refused).toEqual([])
  })

  it('reach a role only from main.ts, which composes them, and no role from another', () => {
    const refused = imports.filter(
      ({ from, to }) =>
        to.startsWith('src/roles/') &&
        from !== 'src/main.ts' &&
        !(to === 'src/roles/role.ts' && from.startsWith('src/roles/')),
    )
    expect(refused).toEqual([])
  })

  it('never lead from the product to its tools', () => {
    expect(imports.filter(({ to }) => [...TOOLS, 'web/'].some((folder) => to.startsWith(folder)))).toEqual([])
  })

  it.each(WEB_ARROWS)('of $folder lead only where they may, and never to a Node package', ({ folder, mayImport }) => {
    const own = webImports.filter(({ from }) => from.startsWith(folder))
    expect(own.length).toBeGreaterThan(0)
    const refused = own.filter(({ to }) =>
      isOurs(to)
        ? !to.startsWith(folder) && !mayImport.some((allowed) => to.startsWith(allowed))
        : to.startsWith('node:'),
    )
    expect(refused).toEqual([])
  })

  it.each(TOOL_ARROWS)('of $folder lead only where they may', ({ folder, mayImport }) => {
    const own = toolImports.filter(({ from }) => ownerOf(from) === folder)
    expect(own.length).toBeGreaterThan(0)
    const refused = own.filter(
      ({ to }) => isOurs(to) && !to.startsWith(folder) && !mayImport.some((allowed) => to.startsWith(allowed)),
    )
    expect(refused).toEqual([])
  })

  it('reach the composition root only from the command that starts it', () => {
    const importers = imports.filter(({ to }) => to === 'src/main.ts').map(({ from }) => from)
    expect(importers).toEqual(['src/cli/serve.ts'])
  })

  it('reach KafkaJS only through src/platform/kafka, and its internals only from there', () => {
    const inside = ['kafkajs.ts', 'cluster.ts', 'assigner.ts'].map((file) => `src/platform/kafka/${file}`)
    const refused = imports.filter(
      ({ from, to }) =>
        !from.startsWith('src/platform/kafka/') && (/^(@kafkajs\/|kafkajs(\/|$))/.test(to) || inside.includes(to)),
    )
    expect(refused).toEqual([])
  })

  it('are never circular', () => {
    const targets = Map.groupBy([...imports, ...toolImports, ...webImports], ({ from }) => from)
    const reaches = (start: string, at: string, seen: Set<string>): boolean =>
      (targets.get(at) ?? []).some(({ to }) => {
        if (to === start) return true
        if (seen.has(to)) return false
        seen.add(to)
        return reaches(start, to, seen)
      })
    expect([...targets.keys()].filter((file) => reaches(file, file, new Set()))).toEqual([])
  })

  it.each(['src/', 'src/api/', 'src/core/', 'src/ledger/', 'src/payments/'])(
    'go one way between the folders of %s',
    (parent) => {
      expect(foldersInCircle(parent)).toEqual([])
    },
  )
})

/** Folders and files directly in `parent` that import one another in a circle. */
function foldersInCircle(parent: string): string[] {
  const folderOf = (file: string): string => {
    // Code that runs in browsers is below everything that serves it.
    if (file.startsWith('src/api/client/')) return 'api/client'
    return file.slice(parent.length).split('/')[0]!
  }
  const targets = new Map<string, Set<string>>()
  for (const { from, to } of imports) {
    if (!from.startsWith(parent) || !to.startsWith(parent)) continue
    const [folder, imported] = [folderOf(from), folderOf(to)]
    if (folder !== imported) targets.set(folder, (targets.get(folder) ?? new Set()).add(imported))
  }
  const reachableFrom = (start: string): Set<string> => {
    const reached = new Set<string>()
    const waiting = [start]
    for (let folder = waiting.pop(); folder !== undefined; folder = waiting.pop()) {
      for (const imported of targets.get(folder) ?? []) {
        if (!reached.has(imported)) waiting.push(imported)
        reached.add(imported)
      }
    }
    return reached
  }
  return [...targets.keys()].filter((folder) => reachableFrom(folder).has(folder))
}

/** The arrows that apply to a file: those of the most specific folder. */
function ownerOf(file: string): string | undefined {
  return TOOL_ARROWS.findLast(({ folder }) => file.startsWith(folder))?.folder
}

function isOurs(to: string): boolean {
  return ['src/', 'web/', ...TOOLS].some((folder) => to.startsWith(folder))
}

describe('the core', () => {
  it('has no clock, no randomness and no async', () => {
    const impure = globSync('src/core/**/*.ts', { cwd: ROOT }).flatMap((file) => {
      const text = readFileSync(join(ROOT, file), 'utf8').replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '')
      const found = text.match(
        /\b(?:Date\.now|new Date\(\)|Math\.random|process\.|async |await |setTimeout|console\.)/g,
      )
      return found === null ? [] : [{ file, found }]
    })
    expect(impure).toEqual([])
  })
})
