import { createRequire } from 'node:module'

/** Whether kafkajs is installed, which is needed only for `kafka({ connection: 'kafkajs' })`. */
export function hasKafkajs(): boolean {
  try {
    createRequire(import.meta.url).resolve('kafkajs')
    return true
  } catch {
    return false
  }
}

/** The connections that suites run on. Without kafkajs, which CI requires, its tests are skipped, and that is said. */
export function connectionsToTest(): readonly ('socket' | 'kafkajs')[] {
  if (hasKafkajs()) return ['socket', 'kafkajs']
  const message = 'SKIPPED all tests of the kafkajs connection: kafkajs is not installed.'
  if (process.env['CI'] !== undefined) throw new Error(message)
  console.error(message)
  return ['socket']
}
