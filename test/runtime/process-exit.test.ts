import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import t from 'tap'

const program = fileURLToPath(new URL('./failing-application.ts', import.meta.url))

/** The exit code of a process whose application fails while it processes. */
async function exitCode(observer: string): Promise<number | null> {
  const { NODE_OPTIONS: _, ...env } = process.env
  const child = spawn(process.execPath, ['--conditions=millrace-source', program, observer], { env, stdio: 'ignore' })
  const [code] = (await once(child, 'exit')) as [number | null]
  return code
}

t.test('a failure that nobody hears of gives the process a non-zero exit code', async (t) => {
  t.equal(await exitCode('nobody'), 1)
})

t.test('closed rejects with the failure: handled, the exit code is zero, else it is not', async (t) => {
  t.equal(await exitCode('closed'), 0)
  t.equal(await exitCode('closed, without a handler'), 1)
})

t.test('an uncaughtExceptionHandler has heard of the failure', async (t) => {
  t.equal(await exitCode('uncaughtExceptionHandler'), 0)
})

t.test('an application that was closed ends its process with zero', async (t) => {
  t.equal(await exitCode('nothing fails'), 0)
})
