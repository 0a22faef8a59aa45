import { readFile, readdir } from 'node:fs/promises'
import { extname, join, posix, relative, sep } from 'node:path'
import { pagePaths } from './page-paths.ts'

/** What every answer with a file of the page carries. No page relaxes it, or loads from elsewhere. */
export const pageHeaders: Readonly<Record<string, string>> = {
  'content-security-policy': [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "connect-src 'self'",
    "img-src 'self' data:",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; '),
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
}

export interface PageFile {
  readonly body: Uint8Array
  readonly headers: Readonly<Record<string, string>>
}

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
}

/** Reads a built page into memory: path of the address → file, with all of its headers. */
export async function readPageFiles(dir: string): Promise<ReadonlyMap<string, PageFile>> {
  const entries = (await readdir(dir, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile())
  const files = new Map<string, PageFile>()
  for (const entry of entries) {
    const path = join(entry.parentPath, entry.name)
    const address = posix.join('/', relative(dir, path).split(sep).join('/'))
    files.set(address, { body: await readFile(path), headers: headersOf(address) })
  }
  const document = files.get('/index.html')
  if (document === undefined) throw new Error(`${dir} holds no page: index.html is missing. Build it again.`)
  for (const path of pagePaths) files.set(path, document)
  return files
}

/** Names of assets carry the hash of their content, so they may be kept for ever; the document may not. */
function headersOf(address: string): Readonly<Record<string, string>> {
  const isAsset = address.startsWith('/assets/')
  return {
    ...pageHeaders,
    'content-type': types[extname(address)] ?? 'application/octet-stream',
    'cache-control': isAsset ? 'public, max-age=31536000, immutable' : 'no-cache',
  }
}
