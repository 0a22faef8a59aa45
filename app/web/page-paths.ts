import { pageNames } from './page/view/pages.ts'

/** Addresses of the page's views: each of them is answered by its one document. */
export const pagePaths: readonly string[] = pageNames.map((name) => (name === 'live' ? '/' : `/${name}`))

/** The file for an address. One dead letter, or one topic, has an address of its own, and the document of the list. */
export function fileAt<F>(files: ReadonlyMap<string, F>, path: string): F | undefined {
  const [list] = /^\/dead-letters(?=\/[\w.-]+\/\d+\/\d+$)|^\/contracts(?=\/[\w.-]+$)/.exec(path) ?? [path]
  return files.get(list)
}
