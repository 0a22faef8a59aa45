import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { lossesFirst } from './comparison.ts'
import { markdown } from './markdown.ts'
import type { Report } from './report.ts'
import { svg } from './svg.ts'

/** Writes performance.md, performance.json and images/performance.svg into a folder. */
export async function writeReport(report: Report, folder: string): Promise<void> {
  await mkdir(join(folder, 'images'), { recursive: true })
  await writeFile(join(folder, 'performance.md'), markdown(report, 'images/performance.svg'))
  await writeFile(join(folder, 'performance.json'), `${JSON.stringify(report, null, 2)}\n`)
  await writeFile(join(folder, 'images/performance.svg'), svg(lossesFirst(report.rows)))
}
