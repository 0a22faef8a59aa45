import { existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'

const blockBytes = 512

/** What the files of a folder take of the disk, those of its folders among them. A file may have been deleted meanwhile. */
export function folderBytes(folder: string): number {
  if (!existsSync(folder)) return 0
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  return files.reduce((sum, name) => sum + (statSync(join(folder, name), { throwIfNoEntry: false })?.blocks ?? 0) * blockBytes, 0)
}
