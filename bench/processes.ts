/** What the processes of a run take of the machine, read from /proc; on other systems than Linux, nothing. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'

export type ProcessName = 'serve' | 'postgres' | 'kafka' | 'redis' | 'registry' | 'bench'

const TICK_MS = 10

/** What the processes of a kind took since the meter was made. */
export interface Spent {
  readonly cpuMs: number
  /** Calls of the system to read and to write, on sockets and files alike; Postgres uses others. */
  readonly reads: number
  readonly writes: number
}

export interface ProcessMeter {
  read(): Map<ProcessName, Spent>
  stop(): void
}

/**
 * Looked at several times a second, because a process that has ended is no longer there to be asked. All of a kind on the
 * machine are counted: nothing else should run while it is measured.
 */
export function meterProcesses(everyMs = 200): ProcessMeter {
  const lastByProcess = new Map<string, Spent>()
  const total = new Map<ProcessName, Spent>()
  const look = (counts: boolean) => {
    for (const pid of pids()) {
      const commandLine = readText(`/proc/${pid}/cmdline`)?.replaceAll('\0', ' ')
      const stat = readText(`/proc/${pid}/stat`)
      if (commandLine === undefined || stat === undefined) continue
      const name = nameOf(commandLine, pid)
      if (name === null) continue
      const { startedAt, cpuMs } = parseStat(stat)
      const key = `${pid}/${startedAt}`
      const spent = { cpuMs, ...parseIo(readText(`/proc/${pid}/io`) ?? '') }
      if (counts) total.set(name, add(total.get(name) ?? NOTHING, spent, lastByProcess.get(key) ?? NOTHING))
      lastByProcess.set(key, spent)
    }
  }
  look(false)
  const timer = setInterval(() => look(true), everyMs)
  return {
    read() {
      look(true)
      return new Map(total)
    },
    stop: () => clearInterval(timer),
  }
}

const NOTHING: Spent = { cpuMs: 0, reads: 0, writes: 0 }

function add(total: Spent, now: Spent, before: Spent): Spent {
  return {
    cpuMs: total.cpuMs + now.cpuMs - before.cpuMs,
    reads: total.reads + now.reads - before.reads,
    writes: total.writes + now.writes - before.writes,
  }
}

/** `/proc/PID/io`; zero where it may not be read. */
export function parseIo(io: string): { reads: number; writes: number } {
  const count = (name: string) => Number(new RegExp(`^${name}: (\\d+)`, 'm').exec(io)?.[1] ?? 0)
  return { reads: count('syscr'), writes: count('syscw') }
}

/** Megabytes, now and at most; null where the system does not say. */
export function memoryOf(pid: number): { nowMb: number; peakMb: number } | null {
  const status = readText(`/proc/${pid}/status`)
  const kilobytes = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status ?? '')?.[1])
  return status === undefined ? null : { nowMb: kilobytes('VmRSS') / 1000, peakMb: kilobytes('VmHWM') / 1000 }
}

/** Fields of `/proc/PID/stat`, counted behind the command, which may hold spaces and brackets. */
export function parseStat(stat: string): { startedAt: string; cpuMs: number } {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return { startedAt: fields[19]!, cpuMs: (Number(fields[11]) + Number(fields[12])) * TICK_MS }
}

function nameOf(commandLine: string, pid: string): ProcessName | null {
  if (pid === String(process.pid)) return 'bench'
  if (commandLine.includes('tollgate.mjs serve')) return 'serve'
  if (commandLine.includes('kafka.Kafka')) return 'kafka'
  if (commandLine.includes('quarkus')) return 'registry'
  if (commandLine.includes('redis-server')) return 'redis'
  return commandLine.startsWith('postgres:') || commandLine.includes('/bin/postgres ') ? 'postgres' : null
}

function pids(): string[] {
  return existsSync('/proc/self/stat') ? readdirSync('/proc').filter((name) => /^\d+$/.test(name)) : []
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    // It has ended.
    return undefined
  }
}
