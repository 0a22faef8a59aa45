import { pageNames } from './page/view/pages.ts'

/** Addresses of the page's views: each of them is answered by its one document. */
export const pagePaths: readonly string[] = pageNames.map((name) => (name === 'live' ? '/' : `/${name}`))

/** One dead letter, one topic, and the history of one row have addresses of their own, and the document of their list. */
const ofOne = /^\/dead-letters(?=\/[\w.-]+\/\d+\/\d+$)|^\/contracts(?=\/[\w.-]+$)|^\/records(?=\/(?:transfers|users)\/\d+$)/

/** The file for an address. */
export function fileAt<F>(files: ReadonlyMap<string, F>, path: string): F | undefined {
  const [list] = ofOne.exec(path) ?? [path]
  return files.get(list)
}
