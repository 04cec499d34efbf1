/**
 * The view of the demo: on a terminal a screen that is redrawn in place, elsewhere plain lines for a log. It only writes to the
 * given stream, and reads no clock: the time comes with the snapshot.
 */

export interface AccountLine {
  readonly id: string
  readonly currency: string
  /** Decimal string in currency units. */
  readonly balance: string
  /** How the balance changed since the last snapshot. */
  readonly change: 'up' | 'down' | 'none'
  readonly status: 'active' | 'low' | 'blocked'
}

export interface Snapshot {
  readonly elapsedSeconds: number
  readonly eventsPerSecond: number
  readonly produced: number
  readonly rated: number
  readonly charged: number
  readonly covered: number
  readonly free: number
  readonly invoiced: number
  /** Corrections, including those that still await their event. */
  readonly corrections: number
  /** Events whose correction came first. */
  readonly voided: number
  readonly duplicates: number
  readonly deadLetters: number
  readonly lag: number
  readonly topUps: {
    readonly requested: number
    readonly succeeded: number
    readonly declined: number
    readonly waiting: number
    /** Accounts whose automatic top-up is paused. */
    readonly paused: number
  }
  /** Produced so far by kind, in display order. */
  readonly producedByKind: readonly (readonly [kind: string, count: number])[]
  readonly accounts: readonly AccountLine[]
}

/** The part of a stream that the view needs. `rows` and `columns` are read at every redraw, so resizing works. */
export type ViewOutput = Pick<NodeJS.WriteStream, 'write'> & { readonly rows?: number; readonly columns?: number }

export interface View {
  update(snapshot: Snapshot): void
  /** Something worth a line: an account blocked, a top-up. */
  note(line: string): void
  /** Notes that are frequent and unimportant: a screen shows only the last one. */
  deadLetter(line: string): void
  /** Draws the last state and restores the cursor. It may be called twice, as from a signal and at the end. */
  close(): void
}

export interface ViewOptions {
  readonly out: ViewOutput
  readonly isTerminal: boolean
  /** Lines that stay visible: where to find more. */
  readonly about?: readonly string[]
  /** No colour when NO_COLOR is set to anything but the empty string. */
  readonly environment?: Readonly<Record<string, string | undefined>>
}

export function createView(options: ViewOptions): View {
  const environment = options.environment ?? process.env
  const hasColour = (environment.NO_COLOR ?? '') === ''
  const { out, isTerminal, about = [] } = options
  return isTerminal ? screenView(out, hasColour, about) : lineView(out, about)
}

const SECONDS_BETWEEN_DRAWINGS = 0.25
const MIN_NOTES = 5
const MAX_NOTES = 14

const ESC = '\u001b['
const HIDE_CURSOR = `${ESC}?25l`
const SHOW_CURSOR = `${ESC}?25h`
const CLEAR_SCREEN = `${ESC}2J`
const HOME = `${ESC}H`
const CLEAR_LINE = `${ESC}K`
const CLEAR_BELOW = `${ESC}J`
const STYLES = { plain: '', bold: '1', dim: '2', red: '1;31', yellow: '33', green: '32' } as const
type Style = keyof typeof STYLES
/** Text is measured and cut before it is coloured; otherwise escape codes would count as columns. */
type Span = readonly [text: string, style: Style]

function lineView(out: ViewOutput, about: readonly string[]): View {
  let lastSecond = -1
  for (const line of about) out.write(`${line}\n`)
  return {
    update(snapshot) {
      const second = Math.floor(snapshot.elapsedSeconds)
      if (second <= lastSecond) return
      lastSecond = second
      out.write(`${plainLine(snapshot)}\n`)
    },
    note(line) {
      out.write(`${printable(line)}\n`)
    },
    deadLetter(line) {
      out.write(`${printable(line)}\n`)
    },
    close() {},
  }
}

function plainLine(snapshot: Snapshot): string {
  return [
    `t=${Math.floor(snapshot.elapsedSeconds)}s`,
    `${grouped(snapshot.eventsPerSecond)} events/s`,
    `lag ${grouped(snapshot.lag)}`,
    `rated ${grouped(snapshot.rated)}`,
    `duplicates ${grouped(snapshot.duplicates)}`,
    `dead letters ${grouped(snapshot.deadLetters)}`,
    `blocked ${blockedCount(snapshot)}`,
    `topped up ${grouped(snapshot.topUps.succeeded)}`,
  ].join('  ')
}

function screenView(out: ViewOutput, hasColour: boolean, about: readonly string[]): View {
  const notes: string[] = []
  let deadLetter: string | null = null
  let last: Snapshot | null = null
  let drawnAtSeconds = Number.NEGATIVE_INFINITY
  let isOpen = false
  let isClosed = false

  function draw(snapshot: Snapshot): void {
    const rows = out.rows ?? 24
    const columns = out.columns ?? 80
    // The last column and row stay empty: writing to the last cell makes some terminals scroll.
    const lines = screen(snapshot, { notes, deadLetter, about }, Math.max(1, rows - 1), Math.max(1, columns - 1))
    const text = lines.map((line) => line.map((span) => styled(span, hasColour)).join('') + CLEAR_LINE).join('\n')
    out.write(`${isOpen ? '' : HIDE_CURSOR + CLEAR_SCREEN}${HOME}${text}\n${CLEAR_BELOW}`)
    isOpen = true
    drawnAtSeconds = snapshot.elapsedSeconds
  }

  return {
    update(snapshot) {
      if (isClosed) return
      last = snapshot
      if (snapshot.elapsedSeconds - drawnAtSeconds >= SECONDS_BETWEEN_DRAWINGS) draw(snapshot)
    },
    note(line) {
      // Shown with the next redraw: a burst of notes must not cause a redraw each.
      notes.push(printable(line))
      if (notes.length > MAX_NOTES) notes.shift()
    },
    deadLetter(line) {
      deadLetter = printable(line)
    },
    close() {
      if (isClosed) return
      isClosed = true
      if (last !== null) draw(last)
      if (isOpen) out.write(SHOW_CURSOR)
    },
  }
}

interface Notes {
  readonly about: readonly string[]
  readonly notes: readonly string[]
  readonly deadLetter: string | null
}

/** Header, accounts in two columns, and notes. If space is short, accounts are cut first. */
function screen(snapshot: Snapshot, { notes, deadLetter, about }: Notes, rows: number, columns: number): Span[][] {
  const aboutLines: Span[] = about.map((line) => [line, 'dim'])
  const header: Span[][] = [...headerLines(snapshot), ...aboutLines].map((line) => [line])
  const last: Span[][] = deadLetter === null ? [] : [[[deadLetter, 'dim']]]
  const room = Math.max(0, rows - header.length - 1 - last.length)
  const minNotes = Math.min(notes.length, MIN_NOTES)
  const table = accountTable(snapshot.accounts, Math.max(0, room - (minNotes > 0 ? minNotes + 1 : 0)), columns)
  const shown = notes.slice(-Math.max(minNotes, room - table.length - 1, 1))
  const noteLines: Span[][] = notes.length === 0 ? [] : [[], ...shown.map((note): Span[] => [[note, 'plain']])]
  return [...header, [], ...table, ...noteLines, ...last].slice(0, rows).map((line) => cut(line, columns))
}

function headerLines(snapshot: Snapshot): Span[] {
  const blocked = blockedCount(snapshot)
  const { requested, succeeded, declined, waiting, paused } = snapshot.topUps
  return [
    [
      `Tollgate  ${Math.floor(snapshot.elapsedSeconds)} s  ${grouped(snapshot.eventsPerSecond)} events/s  ` +
        `lag ${grouped(snapshot.lag)}  ${blocked} blocked`,
      'bold',
    ],
    [
      `produced ${grouped(snapshot.produced)}  rated ${grouped(snapshot.rated)}  ` +
        `duplicates ${grouped(snapshot.duplicates)}  dead letters ${grouped(snapshot.deadLetters)}`,
      'plain',
    ],
    [
      `charged ${grouped(snapshot.charged)}  covered ${grouped(snapshot.covered)}  free ${grouped(snapshot.free)}  ` +
        `invoiced ${grouped(snapshot.invoiced)}  corrections ${grouped(snapshot.corrections)}  ` +
        `voided ${grouped(snapshot.voided)}`,
      'plain',
    ],
    [
      `top-ups ${grouped(requested)}  succeeded ${grouped(succeeded)}  declined ${grouped(declined)}  ` +
        `to approve ${grouped(waiting)}  paused ${grouped(paused)}  (sandbox, no money)`,
      'plain',
    ],
    [snapshot.producedByKind.map(([kind, count]) => `${kind} ${grouped(count)}`).join('  '), 'dim'],
  ]
}

const BALANCE_WIDTH = 13
/** Change mark, currency, status and the spaces between. */
const FIXED_WIDTH = BALANCE_WIDTH + 16

function accountTable(accounts: readonly AccountLine[], rows: number, columns: number): Span[][] {
  const gap = 3
  const idWidth = Math.max(8, ...accounts.map((account) => account.id.length))
  const columnCount = columns >= 2 * (Math.min(idWidth, 12) + FIXED_WIDTH) + gap ? 2 : 1
  const width = Math.floor((columns - gap * (columnCount - 1)) / columnCount)
  const fittedIdWidth = Math.max(4, Math.min(idWidth, width - FIXED_WIDTH))
  const wanted = Math.ceil(accounts.length / columnCount)
  const height = Math.min(wanted, rows)
  // Too many accounts for the window: the last row says how many are not shown.
  const shownHeight = wanted > height ? Math.max(0, height - 1) : height
  const lines: Span[][] = []
  for (let row = 0; row < shownHeight; row++) {
    const line: Span[] = []
    for (let column = 0; column < columnCount; column++) {
      const account = accounts[column * shownHeight + row]
      if (account === undefined) continue
      if (column > 0) line.push([' '.repeat(gap), 'plain'])
      line.push(...accountCells(account, fittedIdWidth))
    }
    lines.push(line)
  }
  const hidden = accounts.length - shownHeight * columnCount
  if (hidden > 0 && height > 0) lines.push([[`and ${hidden} more`, 'dim']])
  return lines
}

function accountCells(account: AccountLine, idWidth: number): Span[] {
  const isNegative = account.balance.startsWith('-')
  const mark = { up: '+', down: '-', none: ' ' }[account.change]
  return [
    [account.id.slice(0, idWidth).padEnd(idWidth), 'plain'],
    [` ${shownBalance(account.balance).padStart(BALANCE_WIDTH)}`, isNegative ? 'red' : 'plain'],
    [` ${account.currency.slice(0, 3).padEnd(3)}`, 'dim'],
    [` ${mark} `, account.change === 'up' ? 'green' : 'dim'],
    [
      { active: '', low: 'low', blocked: 'BLOCKED' }[account.status].padEnd(7),
      account.status === 'blocked' ? 'red' : 'yellow',
    ],
  ]
}

/** Formats money as `12,340.0567`: thousands separated, cut after four decimals. It works on text to avoid floats. */
function shownBalance(balance: string): string {
  const [whole = '0', fraction = ''] = balance.split('.')
  return `${whole.replace(/\B(?=(\d{3})+$)/g, ',')}.${fraction.slice(0, 4).padEnd(4, '0')}`
}

function cut(line: readonly Span[], columns: number): Span[] {
  let left = columns
  const kept: Span[] = []
  for (const [text, style] of line) {
    if (left <= 0) break
    kept.push([text.slice(0, left), style])
    left -= text.length
  }
  return kept
}

function styled([text, style]: Span, hasColour: boolean): string {
  return !hasColour || style === 'plain' || text === '' ? text : `${ESC}${STYLES[style]}m${text}${ESC}0m`
}

/** Notes may quote input, and a stray escape code would corrupt the screen or a log. */
function printable(line: string): string {
  return line.replace(/\p{Cc}+/gu, ' ')
}

function grouped(count: number): string {
  return String(Math.round(count)).replace(/\B(?=(\d{3})+$)/g, ',')
}

function blockedCount(snapshot: Snapshot): number {
  return snapshot.accounts.filter((account) => account.status === 'blocked').length
}
