/** Writes docs/kafka-streams-parity.md (see tools/parity), and fails where the mapping is not whole. */
import { writeFileSync } from 'node:fs'
import { markdown } from './markdown.ts'
import { pagePath, parityPage } from './parity/page.ts'

const { text, problems } = parityPage()
writeFileSync(pagePath, await markdown(text, pagePath))
for (const problem of problems) process.stderr.write(`${problem}\n`)
process.exitCode = problems.length === 0 ? 0 : 1
