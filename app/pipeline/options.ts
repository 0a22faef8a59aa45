import { parseArgs } from 'node:util'

export interface PipelineOptions {
  /** Bootstrap servers of a Kafka cluster; undefined: the embedded one. */
  readonly kafka: string | undefined
  /** Keeps all data there; undefined: a temporary directory, gone at the end. */
  readonly dir: string | undefined
  readonly mode: 'run' | 'verify'
  /** Off: transfers stay PENDING until somebody changes them. Default on. */
  readonly settlement?: 'on' | 'off'
}

export const usage = `npm run pipeline [-- OPTIONS]
  --verify             play a script through the HTTP APIs, check the read API against SQL, exit 0 or 1
  --kafka HOST:PORT    use this Kafka cluster instead of the embedded one
  --dir DIRECTORY      keep all data there, and go on from what is there`

/** Throws a `TypeError` on options that it does not know. */
export function parseOptions(args: readonly string[]): PipelineOptions | 'help' {
  const { values } = parseArgs({
    args: [...args],
    options: { verify: { type: 'boolean' }, help: { type: 'boolean' }, kafka: { type: 'string' }, dir: { type: 'string' } },
  })
  if (values.help === true) return 'help'
  return { kafka: values.kafka, dir: values.dir, mode: values.verify === true ? 'verify' : 'run' }
}
