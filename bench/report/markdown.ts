import type { Pass } from '../measure/results.ts'
import type { JavaCell } from '../rows/row.ts'
import { lossesFirst } from './comparison.ts'
import type { RowComparison, SideComparison } from './comparison.ts'
import { isExceeded, limitsOf } from './limits.ts'
import type { Limit } from './limits.ts'
import { nextDesign } from './next-designs.ts'
import type { Report } from './report.ts'
import { geometricMean, spreadOf } from './statistics.ts'
import type { Spread } from './statistics.ts'

/** The report as a page: losses first. */
export function markdown(report: Report, chart: string): string {
  const rows = lossesFirst(report.rows)
  const short = rows.filter(({ verdict }) => verdict === 'short')
  return [
    '# Performance',
    introduction(report),
    ...(report.voids.length === 0 ? [] : ['## Void', voids(report)]),
    `![Java's cost divided by Millrace's, by row](${chart})`,
    ...(short.length === 0 ? [] : ['## Short of the goal', summary(short), next(short)]),
    '## Reached, or without a goal',
    summary(rows.filter(({ verdict }) => verdict !== 'short')),
    means(rows),
    '## Limits',
    limits(report),
    '## Figures of each row',
    ...rows.flatMap(detail),
    '## Machine',
    facts(report),
    '## Method',
    method,
    '',
  ].join('\n\n')
}

function introduction({ command, machine, plan }: Report): string {
  // Starts, compilers and a Java that is not warm weigh the more, the fewer records a pass has.
  const trial =
    plan.records === null ? '' : ' **The passes have other sizes than the suite gives them: a trial, no figures to quote.**'
  return `What Millrace costs beside Java's Kafka Streams: the same topologies on the same broker in the same run, ${plan.pairs} pairs of passes, by \`${command}\` on ${machine.taken.slice(0, 10)}. A ratio is Java's figure divided by Millrace's: **under 1, Java is better**. A goal is reached when the median is, and no pair is under 0.9 of it.${trial}`
}

function voids({ voids }: Report): string {
  return voids.map(({ name, reason }) => `- ${name}: ${reason.replaceAll(/\s+/g, ' ')}`).join('\n')
}

function summary(rows: readonly RowComparison[]): string {
  if (rows.length === 0) return 'None.'
  const head = ['| Row | What | Java | Millrace | Java ÷ Millrace | Goal |', '| --- | --- | --- | --- | --- | --- |']
  const line = ({ row, java, ours, ratio }: RowComparison): string =>
    `| ${row.name} | ${row.title} | ${number(java.figure.median)} ${row.unit} | ${number(ours[0]!.figure.median)} ${row.unit} | ${ratioText(ratio)} | ${row.goal ?? ''} |`
  return [...head, ...rows.map(line)].join('\n')
}

function next(rows: readonly RowComparison[]): string {
  const designs = rows.flatMap(({ row: { name } }) => nextDesign(name)?.replace(/^/, `- **${name}**: `) ?? [])
  return ['What would bring them further:', '', ...designs].join('\n')
}

const stateful = /^(b[1-3]|[c-f]\d*)$/

function means(rows: readonly RowComparison[]): string {
  const ratios = rows.filter(({ row }) => stateful.test(row.name)).map(({ ratio }) => ratio.median)
  if (ratios.length === 0) return ''
  return `Geometric mean of the ${ratios.length} stateful rows that were measured: **${number(geometricMean(ratios))}**.`
}

function limits({ rows, soaks }: Report): string {
  const line = (limit: Limit): string => {
    const { row, what, unit, figure, most, java } = limit
    const ours = `${number(figure)} ${unit}`
    return `| ${row} | ${what} | ${isExceeded(limit) ? `**${ours}**` : ours} | ${most} ${unit} | ${java === null ? '' : `${number(java)} ${unit}`} |`
  }
  const head = ['| Row | What | Millrace | At most | Java |', '| --- | --- | --- | --- | --- |']
  const all = limitsOf(
    rows,
    soaks.map(({ limit }) => limit),
  )
  const exceeded = all.filter(isExceeded)
  const says = exceeded.length === 0 ? 'None is exceeded.' : `${exceeded.length} of ${all.length} are exceeded, and come first.`
  return [`What Millrace must not exceed, whatever Java has. ${says}`, '', ...head, ...all.map(line)].join('\n')
}

function detail({ row, ours, ratio, java }: RowComparison): readonly string[] {
  const floor = row.floor.length === 0 ? '' : ` Raw limit L1: ${spread(spreadOf(row.floor))} CPU-µs/record.`
  return [
    `### ${row.name}: ${row.title}`,
    `${row.records} ${row.unit === 'CPU-ms/min' ? 'quiet seconds' : 'records'}. Equal on all sides: ${row.digest}.${floor} ${cells(row.cell, row.cells)}`.trim(),
    sideTable(row, [...row.sides.keys()], ours),
    `Java ÷ Millrace: ${spread(ratio)}${row.sides.filter(({ isJava }) => isJava).length > 1 ? ` (with “${java.side.name}”)` : ''}.`,
  ]
}

function sideTable(row: RowComparison['row'], indexes: readonly number[], ours: readonly SideComparison[]): string {
  const others = Object.keys(ours[0]!.side.passes[0]?.others ?? {})
  const head = ['Side', row.unit, ...others, 'k records/s', 'Peak MB', 'RssAnon MB', 'RssFile MB', 'Longest stall, ms']
  const lines = indexes.map((index) => {
    const { name, passes } = row.sides[index]!
    const most = (read: (pass: Pass) => number): string => number(Math.max(...passes.map(read)))
    const isRate = row.unit === 'CPU-µs/record'
    const rate = isRate ? number(spreadOf(passes.map(({ wallMs }) => row.records / wallMs)).median) : ''
    const stall = Math.max(...passes.map(({ longestStallMs }) => longestStallMs))
    return [
      name,
      spread(spreadOf(passes.map(({ figure }) => figure))),
      ...others.map((other) => spread(spreadOf(passes.map((pass) => pass.others[other] ?? NaN)))),
      rate,
      most(({ memory }) => memory.peak / 1e6),
      most(({ memory }) => memory.anonymous / 1e6),
      most(({ memory }) => memory.file / 1e6),
      stall < 0 ? '' : number(stall),
    ]
  })
  return [head, head.map(() => '---'), ...lines].map((columns) => `| ${columns.join(' | ')} |`).join('\n')
}

function cells(cell: JavaCell | null, tried: RowComparison['row']['cells']): string {
  if (cell === null) return ''
  const all = tried.map((each) => `${cellName(each.cell)} ${number(each.figure)}`)
  return `Java ran with ${cellName(cell)}${all.length === 0 ? '' : `, the best of ${all.join(', ')}`}.`
}

function cellName({ collector, cacheBytes }: JavaCell): string {
  return `${collector}GC${cacheBytes === undefined ? '' : ` and ${cacheBytes / 2 ** 20} MiB of cache`}`
}

function facts({ machine }: Report): string {
  const names = { processors: 'Processors', memory: 'Memory', kernel: 'Kernel', node: 'Node.js', java: 'Java', kafka: 'Kafka' }
  const lines = Object.entries(names).map(([key, name]) => `- ${name}: ${machine[key as keyof typeof names]}`)
  return [...lines, `- Load when the run began (1, 5, 15 minutes): ${machine.load}`, `- Taken: ${machine.taken} UTC`].join('\n')
}

const method = [
  '- The broker and the programs that write and check have core 0. The process under test has core 1 to itself, with its collector, compiler and threads.',
  '- CPU is that of the whole process, from `/proc`, from the start of the application to its end: its last commit and its close are part of it. One process makes all passes of a row, so that it is warm; passes of the two sides take turns (A, B, B, A). Rows in ms start a process for each pass.',
  "- The output of each pass is read back, and compared by hashes: of all records, or of the last one of each key where caches decide how many there are. What differs has no figure. Java's program is in bench/java, against the released jars.",
  '- Keys are uniform, values are JSON of 112 bytes, one record of twenty is late; the second data set (`--data second`) has keys in UTF-8 that are unequally frequent (Zipf), values of 1 KB, one of a hundred null, and two headers. Batches have 256 KiB, topics 4 partitions, one copy. All: acks=all, idempotence, no compression, one thread, topology.optimization=all, 8 MiB a partition and fetch where nothing else is said. Java besides: linger 5 ms, 256 KiB batches, up to 10,000 records a poll, 2 GB of heap, errors logged only.',
  '- L1 is one socket that fetches, checks and walks the same records, in the same run.',
  '- Peak is VmHWM of the pass; RssAnon and RssFile were read when the input was processed. The stall is the longest delay of the event loop.',
].join('\n')

const ratioText = (ratio: Spread): string => `**${number(ratio.median)}** (${number(ratio.least)} … ${number(ratio.greatest)})`

const spread = ({ median, least, greatest }: Spread): string => `${number(median)} (${number(least)} … ${number(greatest)})`

/** Three digits are all that a measurement of this kind is worth. */
function number(value: number): string {
  if (!Number.isFinite(value)) return '–'
  return value >= 100
    ? String(Math.round(value))
    : value
        .toPrecision(3)
        .replace(/(\.\d*?)0+$/, '$1')
        .replace(/\.$/, '')
}
