import { join } from 'node:path'
import type { Bench } from '../broker/bench.ts'
import type { StartOrder } from '../protocol.ts'
import { plainSettings } from '../rows/settings.ts'
import type { TimeContender } from '../rows/row.ts'

interface Application extends Pick<StartOrder, 'topology' | 'inputs'> {
  readonly settings?: Partial<StartOrder['settings']>
  /** Default: that of the pass. */
  readonly applicationId?: string
}

/** The order that starts a contender of a time row, with names of its own. */
export function startOrder(bench: Bench, contender: TimeContender, application: Application): StartOrder {
  const { connection, prefix } = contender
  const { topology, inputs, settings, applicationId = `${prefix}app` } = application
  return {
    kind: 'start',
    topology,
    values: 'present',
    bootstrapServers: bench.bootstrapServers,
    connection,
    inputs,
    output: `${prefix}output`,
    applicationId,
    stateDir: join(bench.scratch, `${prefix}state`),
    settings: { ...plainSettings, ...settings, ...contender.settings },
  }
}
