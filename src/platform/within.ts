/**
 * What the promise comes to; when that takes longer, what `whenOver` returns or throws. A promise that is late goes on, and
 * what becomes of it then is heard by nobody.
 */
export async function within<Value, Late>(
  millis: number,
  promise: Promise<Value>,
  whenOver: () => Late,
): Promise<Value | Late> {
  const over = Promise.withResolvers<typeof TIME_OVER>()
  const timer = setTimeout(() => over.resolve(TIME_OVER), millis)
  try {
    const first = await Promise.race([promise, over.promise])
    return first === TIME_OVER ? whenOver() : first
  } finally {
    clearTimeout(timer)
  }
}

const TIME_OVER = Symbol('the time is over')

/** For `within`: throws, and says what took too long. */
export function tooSlow(what: string, millis: number): () => never {
  return () => {
    throw new Error(`${what} took longer than ${millis} ms`)
  }
}
