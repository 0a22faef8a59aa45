import type { Page } from 'playwright-core'
import { fakeHistory } from '../fake/fake-history.ts'
import type { FakeServer } from '../fake/fake-server.ts'
import type { PageOptions } from './browser-test.ts'

const historyPath = '/records/transfers/17'
const apiPath = '/api/history/transfers/17'

/** States of the history of a row. */
export function historyStates(noon: number, dark: PageOptions) {
  const unknownKey = { ...fakeHistory(noon), changes: [], reasons: [], scan: { read: 40, of: 40, ms: 12 } }
  const changed = ({ histories }: FakeServer): void => void histories.set(apiPath, fakeHistory(noon - 60_000))
  const says = (text: string) => async (_: FakeServer, page: Page) => void (await page.waitForSelector(`text=${text}`))
  return [
    { name: 'history', headline: /^Records$/, before: changed, page: { path: historyPath } },
    { name: 'history-dark', headline: /^Records$/, before: changed, page: { ...dark, path: `${historyPath}?at=bank.users:12` } },
    {
      name: 'history-360',
      headline: /^Records$/,
      before: changed,
      page: { path: historyPath, viewport: { width: 360, height: 740 } },
      after: async (_: FakeServer, page: Page) => {
        await page.waitForSelector('.history td.current')
        for (const key of ['[', '[', '[']) await page.keyboard.press(key)
        await page.waitForSelector('text=toUserName is null: user 99 came later')
      },
    },
    {
      name: 'history-none',
      headline: /^Records$/,
      before: ({ histories }: FakeServer) => void histories.set(apiPath, unknownKey),
      page: { path: historyPath },
      after: says('Key 17 is in no topic that is still kept.'),
    },
    {
      name: 'history-down',
      headline: /^Records$/,
      page: { path: historyPath },
      after: says('The inspector does not answer.'),
    },
  ]
}
