import { render } from 'preact'
import { App, AppProvider } from './app/app.ts'
import { Page } from './view/page.tsx'

const app = new App()
render(
  <AppProvider value={app}>
    <Page />
  </AppProvider>,
  document.getElementById('page')!,
)
app.start()

/** For those who check the page against their own ledger: what it counted, as values. */
Object.assign(globalThis, {
  millrace: {
    ids: () => [...app.store.ids.ids()],
    faults: () => app.store.faults,
    proof: () => ({
      acknowledged: app.store.acks.to,
      onThisPage: app.store.ids.count,
      onTheWay: app.store.acks.onTheWay,
      missing: app.store.missing,
      twice: app.store.twice,
      repeated: app.store.repeated,
      received: app.store.received,
    }),
    trace: (id: number) => app.store.traces.get('transfer', id),
  },
})
