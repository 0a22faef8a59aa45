import type { Report } from './report.ts'

/** One report of several runs. A row that was void once counts when a later run measured it, and the other way round. */
export function merged(reports: readonly Report[]): Report {
  const [first] = reports
  if (first === undefined) throw new TypeError('There is no report to merge.')
  const names = (report: Report): ReadonlySet<string> =>
    new Set([...report.rows.map(({ row }) => row.name), ...report.voids.map(({ name }) => name)])
  const counts = (name: string, at: number): boolean => !reports.slice(at + 1).some((later) => names(later).has(name))
  const soaks = new Map(reports.flatMap((report) => report.soaks).map((soak) => [soak.limit.row, soak]))
  return {
    ...first,
    command: reports.map(({ command }) => command).join('`, `'),
    rows: reports.flatMap(({ rows }, at) => rows.filter(({ row }) => counts(row.name, at))),
    voids: reports.flatMap(({ voids }, at) => voids.filter(({ name }) => counts(name, at))),
    soaks: [...soaks.values()],
  }
}
