import { fork } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { Test } from 'tap'

const services = join(import.meta.dirname, '..', '..', '..', 'app', 'services')

export interface ServiceProcess {
  readonly url: string
  /** Resolves with its exit code when it has ended. */
  readonly ended: Promise<number | null>
  /** What it has printed. */
  output(): string
  /** Stops it, lets it go on, or kills it. */
  signal(name: 'SIGSTOP' | 'SIGCONT' | 'SIGKILL'): void
  /** Ends it by SIGTERM; resolves with its exit code. */
  stop(): Promise<number | null>
}

/** Starts a service as a process of its own, by flags alone: `node app/services/NAME/main.ts --flag value`. */
export async function startService(t: Test, name: string, flags: Readonly<Record<string, string>>): Promise<ServiceProcess> {
  // Nothing of the test runner's, which would load its hooks into the child.
  const { NODE_OPTIONS: _options, ...env } = process.env
  const args = Object.entries({ port: '0', ...flags }).flatMap(([flag, value]) => [`--${flag}`, value])
  const execArgv = ['--conditions=millrace-source']
  const child = fork(join(services, name, 'main.ts'), args, { execArgv, env, stdio: ['ignore', 'pipe', 'pipe', 'ipc'] })
  const ended = once(child, 'exit').then(([code]) => code as number | null)
  let output = ''
  for (const stream of [child.stdout!, child.stderr!]) stream.on('data', (text: Buffer) => void (output += text.toString()))
  t.teardown(() => child.kill('SIGKILL'))
  const [first] = (await Promise.race([once(child, 'message'), once(child, 'exit')])) as [unknown]
  if (typeof first !== 'object' || first === null) throw new Error(`${name} has ended with ${String(first)}: ${output}`)
  return {
    url: (first as { readonly url: string }).url,
    output: () => output,
    ended,
    signal: (name) => void child.kill(name),
    stop: () => stop(child),
  }
}

async function stop(child: ChildProcess): Promise<number | null> {
  const exit = once(child, 'exit')
  child.kill('SIGTERM')
  const [code] = (await exit) as [number | null]
  return code
}

/** Asks until the answer is as wanted. */
export async function eventually(url: string, isWanted: (status: number, body: any) => boolean): Promise<unknown> {
  const endMs = Date.now() + 60_000
  for (;;) {
    const answer = await fetch(url).catch(() => undefined)
    const body: unknown = await answer?.json().catch(() => undefined)
    if (answer !== undefined && isWanted(answer.status, body)) return body
    if (Date.now() > endMs) throw new Error(`${url} answers ${answer?.status}: ${JSON.stringify(body)}`)
    await delay(50)
  }
}
