/** A thread that plays histories, one after the other, on databases of its own: its clock and its chance are the history's. */
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
