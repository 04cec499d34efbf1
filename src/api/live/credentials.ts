/** A stream ends with the credential of its caller. Expiry is known in advance; revocation has to be checked. */
import type { Logger } from '../../platform/log.ts'
import type { Credential } from '../access/credential.ts'
import type { LiveStream } from './stream.ts'

/** Ends the streams whose credential is no longer valid. If the check fails, it is left to the next call. */
export async function checkCredentials(streams: ReadonlyMap<LiveStream, Credential>, log: Logger): Promise<void> {
  const byId = Map.groupBy(streams, ([, { id }]) => id)
  for (const opened of byId.values()) {
    const [, { isStillGood }] = opened[0]!
    if (isStillGood === null) continue
    try {
      if (await isStillGood()) continue
      for (const [stream] of opened) stream.end('credential_ended')
    } catch (error) {
      log.warn({ err: error }, 'could not check the credential of a stream; will check it again')
      return
    }
  }
}
