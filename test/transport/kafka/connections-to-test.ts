import { createRequire } from 'node:module'
import type { Test } from 'tap'

function hasKafkajs(): boolean {
  try {
    createRequire(import.meta.url).resolve('kafkajs')
    return true
  } catch {
    return false
  }
}

/**
 * The connections that suites run on. Only `kafka({ connection: 'kafkajs' })` needs kafkajs. Where it is not installed, its tests are
 * skipped, and that is said. In CI they fail.
 */
export function connectionsToTest(t: Test): readonly ('socket' | 'kafkajs')[] {
  if (hasKafkajs()) return ['socket', 'kafkajs']
  const message = 'The kafkajs connection is not tested: kafkajs is not installed.'
  console.error(`SKIPPED ${t.name}: ${message}`)
  if (process.env['CI'] === undefined) t.pass(message, { skip: message })
  else t.fail(message)
  return ['socket']
}
