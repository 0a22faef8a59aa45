import t from 'tap'
import { consoleLogger, silentLogger } from '../../lib/runtime/logger.ts'

t.test('warnings and errors go to the console, what is merely worth knowing does not', async (t) => {
  const written = [t.capture(console, 'info'), t.capture(console, 'warn'), t.capture(console, 'error')]
  for (const logger of [consoleLogger, silentLogger]) {
    logger.info('known')
    logger.warn('odd')
    logger.error('over')
  }
  t.same(
    written.map((calls) => calls().map(({ args }) => args)),
    [[], [['odd']], [['over']]],
  )
})

t.test('on the console a message of an application stands behind its id', async (t) => {
  const written = t.capture(console, 'warn')
  consoleLogger.warn('odd', { clientId: 'word-count', task: '0_0' })
  t.same(written().map(({ args }) => args), [['[word-count] odd']]) // prettier-ignore
})
