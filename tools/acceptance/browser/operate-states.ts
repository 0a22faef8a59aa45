import type { Page } from 'playwright-core'
import { calmOperations, fakeCharts, troubledOperations } from '../fake/fake-operations.ts'
import type { FakeServer } from '../fake/fake-server.ts'
import type { PageOptions } from './browser-test.ts'

/** States of the page Operate: all is well, much is not, and nobody says anything. */
export function operateStates(noon: number, dark: PageOptions) {
  const headline = /^Operate$/
  const path = '/operate'
  const troubled = ({ analytics }: FakeServer): void => {
    analytics.operations = troubledOperations(noon)
    analytics.charts = fakeCharts(noon)
  }
  const calm = ({ analytics }: FakeServer): void => {
    analytics.operations = calmOperations(noon)
    analytics.charts = fakeCharts(noon)
  }
  const openRules = async (_: FakeServer, page: Page): Promise<void> => {
    await page.click('summary')
    await page.waitForSelector('text=app/observability')
    await page.waitForSelector('.chart path')
  }
  const drawn = async (_: FakeServer, page: Page): Promise<void> => void (await page.waitForSelector('.chart path'))
  const small = { viewport: { width: 360, height: 740 } }
  return [
    { name: 'operate', headline, before: troubled, after: drawn, page: { path } },
    { name: 'operate-dark', headline, before: troubled, after: openRules, page: { ...dark, path } },
    { name: 'operate-360', headline, before: troubled, after: openRules, page: { ...small, path } },
    {
      name: 'operate-dark-700',
      headline,
      before: troubled,
      after: drawn,
      page: { ...dark, path, viewport: { width: 700, height: 740 } },
    },
    { name: 'operate-calm', headline, before: calm, after: drawn, page: { path: `${path}?range=1h` } },
    {
      name: 'operate-down',
      headline,
      page: { path },
      after: async (_: FakeServer, page: Page) => void (await page.waitForSelector('text=The pipeline starts.')),
    },
  ]
}
