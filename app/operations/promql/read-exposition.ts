import type { Sample } from './sample-store.ts'

const line = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)/
const label = /([a-zA-Z_]\w*)="((?:[^"\\]|\\.)*)"/g
const escapes: Readonly<Record<string, string>> = { n: '\n' }

/** Reads what a process publishes for Prometheus, in its format of text. */
export function readExposition(text: string): readonly Sample[] {
  return text.split('\n').flatMap((each): Sample[] => {
    const [, metric, labels, value] = line.exec(each) ?? []
    if (metric === undefined) return []
    return [{ metric, labels: readLabels(labels ?? ''), value: readNumber(value!) }]
  })
}

/** Names of the metrics that are published, with or without a series; those of a histogram's parts among them. */
export function publishedIn(text: string): readonly string[] {
  return [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].flatMap(([, name, type]) =>
    type === 'histogram' ? ['_bucket', '_sum', '_count'].map((part) => name! + part) : [name!],
  )
}

function readLabels(text: string): Record<string, string> {
  return Object.fromEntries([...text.matchAll(label)].map(([, name, value]) => [name!, unescaped(value!)] as const))
}

function unescaped(text: string): string {
  return text.replaceAll(/\\(.)/g, (_, character: string) => escapes[character] ?? character)
}

function readNumber(text: string): number {
  return text.endsWith('Inf') ? (text.startsWith('-') ? -Infinity : Infinity) : Number(text)
}
