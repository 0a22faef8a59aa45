import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

// Pages hold code and output behind markers: `<!-- code: FILE#REGION -->` and `<!-- output: FILE -->`, with files of docs/guide/snippets.
// `npm run docs:update` writes what is behind them; guide.test.ts compares.

export const root: string = join(import.meta.dirname, '..', '..')
export const snippetsDir: string = join(root, 'docs', 'guide', 'snippets')

/** The pages that have snippets. Paths are relative to the root. */
export const guidePages: readonly string[] = globSync('docs/{guide,coming-from}/*.md', { cwd: root }).toSorted()

export const readPage = (path: string): string => readFileSync(join(root, path), 'utf8')

/** A marker, and the fenced block behind it, if it is there yet. */
const marked = /<!-- (code|output): (\S+?)(?:#(\S+))? -->\n+(?:```[a-z]*\n[\s\S]*?\n?```\n+)?/g

/** The programs whose output a page shows, each once, in their order. */
export function programsOf(page: string): readonly string[] {
  return [...new Set([...page.matchAll(marked)].filter(([, kind]) => kind === 'output').map(([, , file = '']) => file))]
}

/** The programs of which a page shows code. */
export function shownBy(page: string): readonly string[] {
  return [...page.matchAll(marked)].filter(([, kind]) => kind === 'code').map(([, , file = '']) => file)
}

/** The page with the code and the output of now. Outputs are by program. */
export function filledPage(page: string, outputs: ReadonlyMap<string, string>): string {
  return page.replaceAll(marked, (_, kind: string, file: string, region: string | undefined) => {
    const marker = `<!-- ${kind}: ${file}${region === undefined ? '' : `#${region}`} -->`
    const [language, text] = kind === 'code' ? ['ts', codeOf(file, region)] : ['text', outputs.get(file)]
    if (text === undefined) throw new Error(`${file} has not run.`)
    return `${marker}\n\n\`\`\`${language}\n${text}\n\`\`\`\n\n`
  })
}

/** A program, or a region of it, without the comments that mark regions. */
function codeOf(file: string, region: string | undefined): string {
  const text = readFileSync(join(snippetsDir, file), 'utf8')
  const part = region === undefined ? text : regionOf(text, file, region)
  return part
    .split('\n')
    .filter((line) => !/^\s*\/\/ #(end)?region/.test(line))
    .join('\n')
    .trim()
}

function regionOf(text: string, file: string, region: string): string {
  const start = `// #region ${region}\n`
  const from = text.indexOf(start)
  const to = text.indexOf(`// #endregion ${region}\n`)
  if (from < 0 || to < from) throw new Error(`${file} has no region ${region}.`)
  return text.slice(from + start.length, to)
}
