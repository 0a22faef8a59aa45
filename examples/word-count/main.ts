import { read, runExample } from '../run-example.ts'
import { counts, lines, wordCount } from './topology.ts'

/** Counts the words of two lines, and prints each count as it changes. */
export async function main(args: string[], print: (line: string) => void = console.log): Promise<void> {
  const example = { topology: wordCount(), topics: [lines.name, counts.name], config: { applicationId: 'word-count' } }
  await runExample(example, args, async (running) => {
    await running.producer.send(lines, [
      { key: '1', value: 'Water is moving the mill.' },
      { key: '2', value: 'The mill is moving.' },
    ])
    for await (const { key, value } of read(running, counts, 9)) print(`${key} ${value}`)
  })
}

if (import.meta.main) await main(process.argv.slice(2))
