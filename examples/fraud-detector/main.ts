import { read, runExample } from '../run-example.ts'
import { alerts, cards, fraudDetector, payments } from './topology.ts'

/** Two cards, and payments of three minutes. The last payment moves the time on, so that the minutes before it are final. */
export async function main(args: string[], print: (line: string) => void = console.log): Promise<void> {
  const topics = [payments, cards, alerts].map(({ name }) => name)
  // A task takes the record with the smallest timestamp of both topics, and waits for the other topic meanwhile.
  const config = { applicationId: 'fraud-detector', maxTaskIdleMs: 1_000 }
  await runExample({ topology: fraudDetector(), topics, config }, args, async (running) => {
    const { producer } = running
    await producer.send(cards, [
      { key: '1111', value: { owner: 'Ann', limitCents: 50_000 }, timestamp: 0 },
      { key: '2222', value: { owner: 'Bob', limitCents: 50_000 }, timestamp: 0 },
    ])
    const pay = (key: string, cents: number, country: string, timestamp: number) => ({
      key,
      value: { cents, country },
      timestamp,
    })
    await producer.send(payments, [
      pay('1111', 700, 'NL', 1_000),
      pay('1111', 900, 'BR', 31_000),
      pay('2222', 30_000, 'BE', 61_000),
      pay('2222', 30_000, 'BE', 62_000),
      ...['1111', '2222'].map((card) => pay(card, 100, 'NL', 240_000)),
    ])
    for await (const { value } of read(running, alerts, 2)) print(String(value))
  })
}

if (import.meta.main) await main(process.argv.slice(2))
