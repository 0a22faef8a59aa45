import { spawn } from 'node:child_process'
import { closeSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'

export interface ServerCommand {
  readonly command: string
  readonly args: readonly string[]
  readonly logFile: string
  readonly pidFile: string
  /** Stands in the command line of this server and of no other. */
  readonly mark: string
}

/** Starts a server that outlives this process; output goes to its log file. */
export function launch({ command, args, logFile, pidFile }: ServerCommand): void {
  const log = openSync(logFile, 'w')
  const child = spawn(command, args, { detached: true, stdio: ['ignore', log, log] })
  child.on('error', () => {})
  closeSync(log)
  child.unref()
  writeFileSync(pidFile, String(child.pid))
}

/** Resolves when `line` stands in the log. Fails with the last lines of the log when the server ends before, or is too slow. */
export async function ready(server: ServerCommand, line: string, withinMs: number): Promise<void> {
  for (let waitedMs = 0; !log(server).includes(line); waitedMs += 50) {
    if (livePid(server) === null) throw new Error(`The server ended while starting.\n${logTail(server)}`)
    if (waitedMs > withinMs) throw new Error(`The server was not ready within ${withinMs} ms.\n${logTail(server)}`)
    await pause(50)
  }
}

/** Ends exactly the process that was launched, and waits until it is gone. SIGTERM turns into SIGKILL after 20 s. */
export async function end(server: ServerCommand, signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
  const pid = livePid(server)
  if (pid !== null) process.kill(pid, signal)
  for (let waitedMs = 0; livePid(server) !== null; waitedMs += 20) {
    if (waitedMs === 20_000) process.kill(pid!, 'SIGKILL')
    await pause(20)
  }
  rmSync(server.pidFile, { force: true })
}

/** The last lines of the log, with the place of the whole. */
function logTail(server: ServerCommand): string {
  return `${server.logFile}:\n${log(server).trimEnd().split('\n').slice(-20).join('\n')}`
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

// A pid may have been given to somebody else since: the command line decides.
export function livePid({ pidFile, mark }: ServerCommand): number | null {
  try {
    const pid = Number(readFileSync(pidFile, 'utf8'))
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(mark) ? pid : null
  } catch {
    return null
  }
}

function log({ logFile }: ServerCommand): string {
  return readFileSync(logFile, 'utf8')
}
