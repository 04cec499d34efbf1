/**
 * A process that runs commands of `tollgate` one after another, as requested by resident-tollgate.ts: each has its own
 * arguments and environment, and its output is sent back. Their imports are loaded only once, which is most of a command's
 * time.
 */
const PROGRAM = new URL('../../bin/tollgate.mjs', import.meta.url).pathname
const { send } = process

let runs = 0

process.on('message', async ({ args, environment }) => {
  const printed = { stdout: '', stderr: '' }
  const own = { argv: process.argv, env: process.env }
  const writes = { stdout: process.stdout.write, stderr: process.stderr.write }
  for (const name of ['stdout', 'stderr']) {
    process[name].write = (chunk, encoding, done) => {
      printed[name] += chunk
      const callBack = typeof encoding === 'function' ? encoding : done
      callBack?.()
      return true
    }
  }
  process.argv = [process.execPath, PROGRAM, ...args]
  process.env = { ...own.env, ...environment }
  process.exitCode = undefined
  // A new module each time, so that it runs; its imports stay loaded.
  await import(`../../src/cli/main.ts?run=${++runs}`)
  const exitCode = process.exitCode ?? 0
  process.exitCode = undefined
  process.removeAllListeners('uncaughtException')
  Object.assign(process, own)
  for (const name of ['stdout', 'stderr']) process[name].write = writes[name]
  send.call(process, { exitCode, ...printed })
})
