import { once } from 'node:events'
import t from 'tap'
import { silentLog } from '../../../app/platform/log.ts'
import { openHttp } from '../../../app/platform/http/open-http.ts'
import type { BffProxy } from '../../../app/pipeline/supervisor/bff-proxy.ts'
import { listenFrom, openFront, type FrontFile } from '../../../app/pipeline/supervisor/front.ts'

const page: FrontFile = { body: Buffer.from('<p>Here it is.</p>'), headers: { 'content-type': 'text/html' } }
const proxy: Pick<BffProxy, 'pass'> = { pass: async (_, response) => void response.end('from the BFF') }

t.test('who opens the page while it is being built waits for it; all else is answered at once', async (t) => {
  const building = Promise.withResolvers<ReadonlyMap<string, FrontFile>>()
  const http = await openHttp({ name: 'front', log: silentLog })
  await http.ready()
  const server = openFront(http, proxy as BffProxy, () => building.promise)
  const url = `http://127.0.0.1:${await listenFrom(server, 0)}`
  t.teardown(async () => {
    server.closeAllConnections()
    server.close()
    await once(server, 'close')
    await http.close()
  })
  const opened = fetch(`${url}/`, { headers: { accept: 'text/html' } }).then((response) => response.text())
  t.equal(await (await fetch(`${url}/api/transfers`)).text(), 'from the BFF')
  t.equal((await fetch(`${url}/assets/page.js`)).status, 404)
  building.resolve(new Map([['/', page]]))
  t.equal(await opened, '<p>Here it is.</p>')
})
