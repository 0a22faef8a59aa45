import { read, runExample } from '../run-example.ts'
import { deduplication, events, unique } from './topology.ts'

/** Three events, one of them sent three times; the third copy is two hours late, and counts as new. */
export async function main(args: string[], print: (line: string) => void = console.log): Promise<void> {
  const config = { applicationId: 'deduplication', processingGuarantee: 'exactly_once_v2' } as const
  await runExample({ topology: deduplication(), topics: [events.name, unique.name], config }, args, async (running) => {
    const hourMs = 3_600_000
    await running.producer.send(events, [
      { key: 'e1', value: 'paid', timestamp: 0 },
      { key: 'e1', value: 'paid', timestamp: 5_000 },
      { key: 'e2', value: 'sent', timestamp: 6_000 },
      { key: 'e1', value: 'paid', timestamp: 2 * hourMs },
    ])
    for await (const { key, value, timestamp } of read(running, unique, 3)) print(`${key} ${value} at ${timestamp}`)
  })
}

if (import.meta.main) await main(process.argv.slice(2))
