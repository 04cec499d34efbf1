/** Measures the resources used by the processes of a run, from /proc. On systems other than Linux it measures nothing. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'

export type ProcessName = 'serve' | 'postgres' | 'kafka' | 'redis' | 'registry' | 'bench'

const TICK_MS = 10

/** What the processes of one kind have used since the meter was created. */
export interface Spent {
  readonly cpuMs: number
  /** Read and write system calls, on sockets and files. Postgres uses other calls. */
  readonly reads: number
  readonly writes: number
}

export interface ProcessMeter {
  read(): Map<ProcessName, Spent>
  stop(): void
}

/**
 * Polls several times a second, because a process that has ended can no longer be read. It counts all processes of a kind on the
 * machine, so nothing else should run during a measurement.
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

/** Parses `/proc/PID/io`; zeros if it may not be read. */
export function parseIo(io: string): { reads: number; writes: number } {
  const count = (name: string) => Number(new RegExp(`^${name}: (\\d+)`, 'm').exec(io)?.[1] ?? 0)
  return { reads: count('syscr'), writes: count('syscw') }
}

/** The memory of a process in megabytes, now and at its peak; null: the system does not report it. */
export function memoryOf(pid: number): { nowMb: number; peakMb: number } | null {
  const status = readText(`/proc/${pid}/status`)
  const kilobytes = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status ?? '')?.[1])
  return status === undefined ? null : { nowMb: kilobytes('VmRSS') / 1000, peakMb: kilobytes('VmHWM') / 1000 }
}

/** Parses `/proc/PID/stat`. Fields are counted after the command, which may contain spaces and brackets. */
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
    // The process has ended.
    return undefined
  }
}
