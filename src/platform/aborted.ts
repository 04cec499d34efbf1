/**
 * Settles as `work` does, but rejects at once when the signal aborts. A result that comes later is disposed of; other
 * work that is still running ends with the process.
 */
export async function orAborted<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  const aborted = Promise.withResolvers<never>()
  const abort = () => aborted.reject(signal.reason)
  if (signal.aborted) abort()
  else signal.addEventListener('abort', abort, { once: true })
  let isLate = false
  work.then(
    (result) => {
      if (isLate) void (result as Partial<AsyncDisposable> | undefined)?.[Symbol.asyncDispose]?.()
    },
    () => {},
  )
  try {
    return await Promise.race([aborted.promise, work])
  } catch (error) {
    isLate = true
    throw error
  } finally {
    signal.removeEventListener('abort', abort)
  }
}
