/**
 * `npm run bench:report -- REPORT.json… [--to docs]`
 *
 * Writes performance.md, performance.json and images/performance.svg from reports of `npm run bench` that were taken on one machine: the
 * suite, the second data set, the minutes of memory. Of a row that is in several of them the last one counts.
 */
import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { merged } from './report/merged.ts'
import type { Report } from './report/report.ts'
import { writeReport } from './report/write-report.ts'

const { values, positionals } = parseArgs({ options: { to: { type: 'string', default: 'docs' } }, allowPositionals: true })
if (positionals.length === 0) throw new TypeError('Name the performance.json of one run of the benchmark, or of several.')
const reports = positionals.map((file) => JSON.parse(readFileSync(file, 'utf8')) as Report)
await writeReport(merged(reports), values.to)
console.log(`${values.to}/performance.md`)
