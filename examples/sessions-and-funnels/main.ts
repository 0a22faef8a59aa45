import { read, runExample } from '../run-example.ts'
import { clicks, funnel, sessionsAndFunnels, visits } from './topology.ts'
import type { Step } from './topology.ts'

/** Two visits, and a click two hours later, which ends them. */
export async function main(args: string[], print: (line: string) => void = console.log): Promise<void> {
  const topics = [clicks, visits, funnel].map(({ name }) => name)
  const config = { applicationId: 'sessions-and-funnels', emitIntervalMs: 0 }
  await runExample({ topology: sessionsAndFunnels(), topics, config }, args, async (running) => {
    const click = (key: string, value: Step, minute: number) => ({ key, value, timestamp: minute * 60_000, partition: 0 })
    await running.producer.send(clicks, [
      click('ann', 'view', 0),
      click('ann', 'cart', 5),
      click('bob', 'view', 6),
      click('ann', 'pay', 20),
      click('cleo', 'view', 140),
    ])
    for await (const { key, value } of read(running, visits, 2)) {
      print(
        `${key?.key} was here from minute ${(key?.startMs ?? 0) / 60_000} to ${(key?.endMs ?? 0) / 60_000}: ${JSON.stringify(value)}`,
      )
    }
    const last = new Map<string | null, number | null>()
    for await (const { key, value } of read(running, funnel, 4)) last.set(key, value)
    for (const [step, count] of [...last].toSorted(([left], [right]) => String(right).localeCompare(String(left))))
      print(`${step}: ${count}`)
  })
}

if (import.meta.main) await main(process.argv.slice(2))
