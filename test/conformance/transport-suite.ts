import type { Test } from 'tap'
import { sleep } from '../../lib/clock/clock.ts'
import type { Cluster } from '../../lib/transport/cluster.ts'
import { adminCases } from './transport/admin-cases.ts'
import { fetchCases } from './transport/fetch-cases.ts'
import { groupCases } from './transport/group-cases.ts'
import { memberCases } from './transport/member-cases.ts'
import { produceCases } from './transport/produce-cases.ts'
import { recreatedTopicCases } from './transport/recreated-topic-cases.ts'
import type { PassTime, TransportCase } from './transport/transport-case.ts'

export interface TransportUnderTest {
  readonly name: string
  /** A cluster to work on, fresh or not: the suite uses topics and groups of its own names. `passTime`: for a clock that does not run by itself. */
  open(): Promise<{ readonly cluster: Cluster; close(): Promise<void>; readonly passTime?: PassTime }>
}

/** What every transport must do. It knows no timing but deadlines, and nothing that only one transport has. */
export function transportSuite(t: Test, { name, open }: TransportUnderTest): void {
  const cases: Readonly<Record<string, TransportCase>> = {
    ...adminCases,
    ...produceCases,
    ...fetchCases,
    ...recreatedTopicCases,
    ...groupCases,
    ...memberCases,
  }
  for (const [sentence, run] of Object.entries(cases))
    t.test(`${name}: ${sentence}`, async (t) => {
      const { cluster, close, passTime = (ms) => sleep(cluster.clock, ms) } = await open()
      t.teardown(close)
      await run(t, cluster, passTime)
    })
}
