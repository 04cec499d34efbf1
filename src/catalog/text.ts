/** Decodes the files that operators write, all equally strictly: UTF-8, no byte order mark, LF line ends. */
import type { FaultList } from './faults.ts'

const LINE_FEED = 10

/**
 * The text of a file; null when it is empty or not UTF-8. A byte order mark or CRLF is a fault, but is removed from the
 * text, so that the other faults are found in the same run.
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
    faults.error(file, 1, 'starts with a byte order mark: save it as UTF-8 without one')
    text = text.slice(1)
  }
  const carriageReturn = text.indexOf('\r')
  if (carriageReturn >= 0) {
    faults.error(
      file,
      text.slice(0, carriageReturn).split('\n').length,
      'lines end in CRLF: save it with LF line endings',
    )
    text = text.replaceAll(/\r\n?/g, '\n')
  }
  if (text.trim() === '') {
    faults.error(file, null, 'file is empty')
    return null
  }
  return text
}

function lineOfInvalidByte(bytes: Uint8Array): number {
  // No multi-byte character contains a line feed byte, so each line can be decoded separately.
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
