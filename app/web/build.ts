import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, readFile, readdir, rename, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import type { Plugin } from 'vite'

export interface WebBuild {
  /** The folder with `index.html` and `assets/`. */
  readonly dir: string
  /** Of the sources and of the versions of what builds them. */
  readonly hash: string
  /** False if an earlier build of the same sources was taken. */
  readonly isFresh: boolean
}

const root = join(import.meta.dirname, 'page')
const packages = ['vite', 'preact', '@preact/signals', '@dagrejs/dagre']

/**
 * Builds the page into a folder of its own below `outDir`, named by the hash of its sources; the same sources are built once. A build
 * that is cut short leaves no folder of that name.
 */
export async function buildWeb({ outDir }: { readonly outDir: string }): Promise<WebBuild> {
  const hash = await hashOfSources()
  const dir = join(outDir, hash)
  if (existsSync(join(dir, 'index.html'))) return { dir, hash, isFresh: false }
  const unfinished = `${dir}.${process.pid}`
  await mkdir(outDir, { recursive: true })
  await bundle(unfinished)
  await rm(dir, { recursive: true, force: true })
  await rename(unfinished, dir)
  return { dir, hash, isFresh: true }
}

async function bundle(outDir: string): Promise<void> {
  const { build } = await import('vite')
  await build({
    root,
    configFile: false,
    logLevel: 'error',
    plugins: [plainImports],
    oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
    build: {
      outDir,
      emptyOutDir: true,
      target: 'es2024',
      // Nothing inline: the page's policy allows scripts and styles from its own origin only.
      assetsInlineLimit: 0,
      modulePreload: false,
      reportCompressedSize: false,
    },
  })
}

/** Styles are in one file and nothing is preloaded: a part that is loaded later needs `import()`, and none of Vite's code around it. */
const plainImports: Plugin = {
  name: 'plain-imports',
  enforce: 'pre',
  load: (id) => (id === '\0vite/preload-helper.js' ? 'export const __vitePreload = (load) => load()' : null),
}

async function hashOfSources(): Promise<string> {
  const hash = createHash('sha256')
  const files = (await readdir(root, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile())
  const paths = files.map((file) => join(file.parentPath, file.name)).toSorted()
  for (const path of [...paths, import.meta.filename]) hash.update(path.slice(root.length)).update(await readFile(path))
  for (const name of packages) hash.update(await versionOf(name))
  return hash.digest('hex').slice(0, 16)
}

/** `exports` hides most manifests; they are files beside the entry. */
async function versionOf(name: string): Promise<string> {
  const folders = createRequire(import.meta.url).resolve.paths(name) ?? []
  const manifest = folders.map((folder) => join(folder, name, 'package.json')).find((path) => existsSync(path))
  if (manifest === undefined) throw new Error(`The page is built with ${name}, which is not installed. Run npm ci.`)
  return `${name}@${(JSON.parse(await readFile(manifest, 'utf8')) as { version: string }).version}`
}
