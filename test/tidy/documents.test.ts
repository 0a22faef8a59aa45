import { existsSync, statSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import t from 'tap'
import { projectFiles, read, root } from './source-files.ts'

const pages = projectFiles().filter((path) => path.endsWith('.md') && !/^(docs\/api|docs\/reference|test\/fixtures)\//.test(path))
const guides = pages.filter((path) => /^docs\/(guide|coming-from)\//.test(path) && !path.endsWith('README.md'))

/** A page without its programs and outputs. */
const proseOf = (path: string): string => read(path).replaceAll(/^( *)```[\s\S]*?^\1```/gm, '')

/** What GitHub makes of headings. A heading that comes again has a number. */
function anchorsOf(path: string): ReadonlySet<string> {
  const anchors = new Set<string>()
  for (const [, heading = ''] of proseOf(path).matchAll(/^#{1,6} (.+)$/gm)) {
    const text = heading.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    const slug = text
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-')
    let anchor = slug
    for (let count = 1; anchors.has(anchor); count++) anchor = `${slug}-${count}`
    anchors.add(anchor)
  }
  return anchors
}

function faultOf(page: string, link: string): string | null {
  if (/^[a-z]+:/.test(link)) return null
  const [path = '', anchor] = link.split('#')
  const target = path === '' ? page : normalize(join(dirname(page), path))
  if (!existsSync(join(root, target))) return `${page}: ${link} is not there`
  if (anchor === undefined) return null
  if (!statSync(join(root, target)).isFile() || !anchorsOf(target).has(anchor)) return `${page}: ${link} has no such heading`
  return null
}

t.test('every link of a page leads to a file, and to a heading in it', async (t) => {
  const faults = pages.flatMap((page) => {
    const links = [
      ...proseOf(page)
        .replaceAll(/`[^`\n]*`/g, '')
        .matchAll(/\]\(([^)\s]+)\)/g),
    ].map(([, link = '']) => link)
    return links.map((link) => faultOf(page, link)).filter((fault) => fault !== null)
  })
  t.same(faults, [])
})

t.test('a page of the guide begins with what it is not for, and has what goes wrong', async (t) => {
  const faults = guides.filter((path) => {
    const [, opening = ''] = /^# .+\n\n([\s\S]*?)\n## /.exec(read(path)) ?? []
    return !/\b(cannot|not)\b/.test(opening) || !read(path).includes('\n## What goes wrong here, and how it looks\n')
  })
  t.same(faults, [])
})

t.test('the guide has each of its pages in its table, and the README is short', async (t) => {
  const table = read('docs/guide/README.md')
  t.same(
    guides.filter((path) => path.startsWith('docs/guide/') && !table.includes(`(${path.slice('docs/guide/'.length)})`)),
    [],
  )
  t.ok(read('README.md').split('\n').length < 150)
})

t.test('codes and options that a page names exist', async (t) => {
  const codes = read('docs/errors.md')
  const named = guides.flatMap((path) => [...read(path).matchAll(/\bSTREAMS_[A-Z_]+\b/g)].map(([code]) => code))
  t.same(
    [...new Set(named)].filter((code) => !codes.includes(`\`${code}\``)),
    [],
  )
})
