/**
 * Two processes of an application start at once while records wait for them, many times over. Ends with an error if a count is off by
 * more than what was not committed, or a task was lost and the log does not say why.
 *
 *     npm run torture:starts -- --bootstrap HOST:PORT [--rounds 200] [--seed N]
 */
import { parseArgs } from 'node:util'
import { seededChance } from '../../lib/clock/chance.ts'
import { simultaneousStarts } from './simultaneous-starts.ts'

const { values } = parseArgs({
  options: {
    bootstrap: { type: 'string' },
    rounds: { type: 'string', default: '200' },
    seed: { type: 'string', default: '1' },
  },
})
if (values.bootstrap === undefined) throw new TypeError('Name a broker: --bootstrap HOST:PORT.')
const outcomes = await simultaneousStarts({
  bootstrapServers: values.bootstrap,
  rounds: Number(values.rounds),
  chance: seededChance(Number(values.seed)),
  onRound({ counted, repeated, warnings, faults }, round) {
    console.log(`${round}: counted ${counted}, again ${repeated}${faults.length > 0 ? ` FAULTS ${faults.join('; ')}` : ''}`)
    for (const warning of warnings) console.log(`  ${warning}`)
  },
})
const exact = outcomes.filter(({ repeated, faults }) => repeated === 0 && faults.length === 0).length
const faulty = outcomes.filter(({ faults }) => faults.length > 0).length
console.log(
  `${outcomes.length} starts: ${exact} exact, ${outcomes.length - exact - faulty} with records again, ${faulty} with faults`,
)
process.exitCode = faulty > 0 ? 1 : 0
