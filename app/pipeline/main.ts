/** `npm run pipeline`: the supervisor, which keeps the applications alive and serves the page. */
import { createWriteStream } from 'node:fs'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import type { Writable } from 'node:stream'
import { interrupted, interruptedCode } from '../platform/interrupted.ts'
import { openDirectory } from './directory.ts'
import type { Directory } from './directory.ts'
import { UsageError, parseOptions, usage } from './options.ts'
import type { PipelineOptions } from './options.ts'
import { openSupervised } from './supervisor/open-supervised.ts'
import { verifySupervised } from './verify-supervised.ts'

const print = (line: string): void => void process.stdout.write(`${line}\n`)

/** The log is a file, and what is printed if that is asked for. */
function openOutput(path: string, { log }: PipelineOptions): Writable {
  const file = createWriteStream(path, { flags: 'a' })
  if (log === 'file') return file
  const both = new PassThrough()
  both.pipe(file)
  both.pipe(process.stdout, { end: false })
  return both
}

async function run(options: PipelineOptions, directory: Directory): Promise<number> {
  const interruption = interrupted().then(() => 'interrupted' as const)
  const log = join(directory.path, 'pipeline.log')
  await using supervised = await openSupervised(options, directory.path, openOutput(log, options))
  const { supervisor, url } = supervised
  print(`Millrace: ${url}   (log: ${log}, Ctrl-C stops it)`)
  if (options.mode === 'run') {
    await Promise.race([interruption, supervisor.failure])
    return 0
  }
  const verified = verifySupervised(supervised, { dir: directory.path, mariadb: options.mariadb }, print)
  verified.catch(() => {})
  const outcome = await Promise.race([interruption, supervisor.failure, verified])
  return outcome === 'interrupted' ? interruptedCode : outcome
}

async function main(args: readonly string[]): Promise<number> {
  const options = parseOptions(args)
  if (options === 'help') {
    print(usage)
    return 0
  }
  const directory = await openDirectory(options)
  try {
    const code = await run(options, directory)
    await directory.release()
    return code
  } catch (error) {
    throw new Error(`${messageOf(error)}\nIts log is ${join(directory.path, 'pipeline.log')}`, { cause: error })
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

function failed(error: unknown): number {
  const isUsage = error instanceof UsageError
  const text = isUsage
    ? `${error.message} npm run pipeline -- --help shows all options.`
    : `The pipeline has ended: ${messageOf(error)}`
  process.stderr.write(`${text}\n`)
  return isUsage ? 2 : 1
}

process.exitCode = await main(process.argv.slice(2)).catch(failed)
