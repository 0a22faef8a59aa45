/** Writes docs/kafka-streams-parity.md (see .ci/parity), and fails where the mapping is not whole. */
import { writeFileSync } from 'node:fs'
import { format, resolveConfig } from 'prettier'
import { pagePath, parityPage } from './parity/page.ts'

const { text, problems } = parityPage()
writeFileSync(pagePath, await format(text, { ...(await resolveConfig(pagePath)), parser: 'markdown' }))
for (const problem of problems) process.stderr.write(`${problem}\n`)
process.exitCode = problems.length === 0 ? 0 : 1
