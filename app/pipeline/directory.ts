import { mkdtemp, mkdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { PipelineOptions } from './options.ts'

/** Where the data is, and what becomes of it. */
export interface Directory {
  readonly path: string
  /** Removes it, if it is there for this run only. */
  release(): Promise<void>
}

/**
 * The topics of a real cluster outlive the run, and so must the databases that they were captured from: a new database against old topics
 * would begin again at position 1, and its changes would be taken for old ones. So a cluster has a directory that stays.
 */
export async function openDirectory({ dir, kafka }: Pick<PipelineOptions, 'dir' | 'kafka'>): Promise<Directory> {
  const kept = dir ?? (kafka === undefined ? undefined : join('.data', kafka.replaceAll(/[^\w.-]+/g, '-')))
  if (kept === undefined) {
    const path = await mkdtemp(join(tmpdir(), 'millrace-pipeline-'))
    return { path, release: () => rm(path, { recursive: true, force: true }) }
  }
  const path = resolve(kept)
  await mkdir(path, { recursive: true })
  return { path, release: () => Promise.resolve() }
}
