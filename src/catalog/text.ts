/** From bytes to text, the same strict way for every file an operator writes: UTF-8, no byte order mark, LF line ends. */
import type { FaultList } from './faults.ts'

const LINE_FEED = 10

/**
 * The text of a file, null when there is none to go on with. A byte order mark or CRLF is a fault, but the text comes
 * back without it so that the other faults are found in the same run.
 */
export function readText(bytes: Uint8Array, file: string, faults: FaultList): string | null {
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    faults.error(file, lineOfInvalidByte(bytes), 'not valid UTF-8')
    return null
  }
  if (text.startsWith('\uFEFF')) {
    faults.error(file, 1, 'starts with a byte order mark; save it as UTF-8 without one')
    text = text.slice(1)
  }
  const carriageReturn = text.indexOf('\r')
  if (carriageReturn >= 0) {
    faults.error(file, text.slice(0, carriageReturn).split('\n').length, 'lines end in CRLF; save it with LF line ends')
    text = text.replaceAll(/\r\n?/g, '\n')
  }
  if (text.trim() === '') {
    faults.error(file, null, 'file is empty')
    return null
  }
  return text
}

function lineOfInvalidByte(bytes: Uint8Array): number {
  // No multi-byte character contains the byte of a line feed, so every line can be judged on its own.
  const decoder = new TextDecoder('utf-8', { fatal: true })
  let line = 1
  for (let start = 0; start <= bytes.length; line++) {
    const found = bytes.indexOf(LINE_FEED, start)
    const end = found < 0 ? bytes.length : found
    try {
      decoder.decode(bytes.subarray(start, end))
    } catch {
      return line
    }
    start = end + 1
  }
  return line - 1
}
