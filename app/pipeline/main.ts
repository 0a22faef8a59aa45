import { parseOptions, usage } from './options.ts'
import type { PipelineOptions } from './options.ts'
import { openPipeline } from './pipeline.ts'
import type { Pipeline } from './pipeline.ts'
import { openLog } from '../platform/log.ts'
import { verify } from './verify.ts'

const print = (line: string): void => void process.stdout.write(`${line}\n`)

function describe({ clusterName, dir, registryUrl, usersUrl, transfersUrl, readUrl }: Pipeline): string {
  return `
  broker           ${clusterName}
  data             ${dir}
  schema registry  ${registryUrl}/subjects
  users            ${usersUrl}
  transfers        ${transfersUrl}
  read API         ${readUrl}

Try:
  curl -s ${usersUrl}/users -H 'content-type: application/json' -d '{"name":"Amara"}'
  curl -s ${usersUrl}/users -H 'content-type: application/json' -d '{"name":"Bruno"}'
  curl -s ${transfersUrl}/transfers -H 'content-type: application/json' -d '{"fromUserId":1,"toUserId":2,"amount":"10.00"}'
  curl -s ${readUrl}/transfers-enriched
  curl -s ${usersUrl}/users/2 -X PATCH -H 'content-type: application/json' -d '{"name":"Bruno Costa"}'
  curl -s ${readUrl}/transfers-enriched/1

Ctrl-C stops it.`
}

/** Resolves at the first signal; a second one ends the process at once. */
function interrupted(): Promise<void> {
  return new Promise((resolve) => {
    let signals = 0
    for (const signal of ['SIGINT', 'SIGTERM'] as const)
      process.on(signal, () => {
        if (++signals > 1) process.exit(130)
        resolve()
      })
  })
}

async function run(options: PipelineOptions): Promise<number> {
  const interruption = interrupted()
  const log = openLog({ name: 'pipeline', destination: { write: (line) => void process.stdout.write(line) } })
  await using pipeline = await openPipeline(options, log)
  await Promise.race([pipeline.ready, pipeline.failure])
  print(describe(pipeline))
  const { usersUrl, transfersUrl, readUrl } = pipeline
  process.send?.({ usersUrl, transfersUrl, readUrl })
  if (options.mode === 'verify') return await Promise.race([verify(pipeline, print), pipeline.failure])
  await Promise.race([interruption, pipeline.failure])
  print('Stopping.')
  return 0
}

function failed(error: unknown): number {
  process.stderr.write(`The pipeline has ended: ${error instanceof Error ? error.message : String(error)}\n`)
  return 1
}

const options = parseOptions(process.argv.slice(2))
if (options === 'help') print(usage)
else process.exitCode = await run(options).catch(failed)
if (process.connected) process.disconnect()
