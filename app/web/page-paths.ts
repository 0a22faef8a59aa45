import { pageNames } from './page/view/pages.ts'

/** Addresses of the page's views: each of them is answered by its one document. */
export const pagePaths: readonly string[] = pageNames.map((name) => (name === 'live' ? '/' : `/${name}`))

/** The file for an address. One dead letter has an address of its own, and the document of the list. */
export function fileAt<F>(files: ReadonlyMap<string, F>, path: string): F | undefined {
  return files.get(/^\/dead-letters\/[\w.-]+\/\d+\/\d+$/.test(path) ? '/dead-letters' : path)
}
