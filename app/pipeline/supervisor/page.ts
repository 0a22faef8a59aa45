import { join } from 'node:path'
import type { FrontFile, Files } from './front.ts'
import type { Supervisor } from './supervisor.ts'

const cacheDir = join(import.meta.dirname, '../../../node_modules/.cache/millrace-page')

/** Builds the page while the broker starts. What it cannot build ends the pipeline. */
export function openPage(supervisor: Pick<Supervisor, 'fail'>): Files {
  let files: ReturnType<Files> = build()
  files.then(
    (built) => (files = built),
    (error: unknown) => supervisor.fail(new Error('The page cannot be built. --no-ui starts without it.', { cause: error })),
  )
  return () => files
}

async function build(): Promise<ReadonlyMap<string, FrontFile>> {
  const { buildWeb } = await import('../../web/build.ts')
  const { readPageFiles } = await import('../../web/page-files.ts')
  const { dir } = await buildWeb({ outDir: cacheDir })
  return readPageFiles(dir)
}
