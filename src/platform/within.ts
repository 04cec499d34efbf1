/**
 * Returns the promise's result. If that takes longer than `limitMs`, returns or throws what `whenOver`
 * does. A late promise is not canceled, and its result is ignored.
 */
export async function within<Value, Late>(
  limitMs: number,
  promise: Promise<Value>,
  whenOver: () => Late,
): Promise<Value | Late> {
  const over = Promise.withResolvers<typeof TIME_OVER>()
  const timer = setTimeout(() => over.resolve(TIME_OVER), limitMs)
  try {
    const first = await Promise.race([promise, over.promise])
    return first === TIME_OVER ? whenOver() : first
  } finally {
    clearTimeout(timer)
  }
}

const TIME_OVER = Symbol('the time is over')

/** Makes a `whenOver` for `within` that throws an error naming what took too long. */
export function tooSlow(what: string, limitMs: number): () => never {
  return () => {
    throw new Error(`${what} took longer than ${limitMs} ms`)
  }
}
