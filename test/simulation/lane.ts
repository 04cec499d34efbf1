/** A thread that plays histories, one after another, on its own databases, with the clock and randomness of the history. */
import { parentPort, workerData } from 'node:worker_threads'
import type { ProviderName } from '../../src/payments/providers/provider.ts'
import { openPlayer } from './player.ts'
import type { History } from './steps.ts'

const port = parentPort!
const player = await openPlayer(workerData.server as string, workerData.provider as ProviderName)
port.on('message', async (history: History | null) => {
  if (history !== null) return port.postMessage(await player.play(history))
  await player.close()
  port.close()
})
port.postMessage('ready')
