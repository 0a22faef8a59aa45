import type { Signal } from '@preact/signals'
import { useMemo } from 'preact/hooks'
import type { JSX } from 'preact'
import type { FeedRecord } from '../../../contracts/feed.ts'
import { useApp } from '../app/app.ts'
import type { App } from '../app/app.ts'
import { later } from '../frame/later.tsx'
import { transferColumns, userColumns } from '../table/columns.ts'
import type { Column } from '../table/columns.ts'
import { matchesTransfer, matchesUser } from '../table/filter.ts'
import { RowsTable } from '../table/rows-table.tsx'
import type { TableHands } from '../table/rows-table.tsx'
import type { RowsSource } from '../table/rows-view.ts'
import { count } from '../words/numbers.ts'
import { statuses } from './view.ts'
import type { View } from './view.ts'

const OlderRows = later(async () => (await import('./older-rows.tsx')).OlderRows)

/** Which rows? What is looked for stands in the address. */
export function RecordsPage({ hands }: { readonly hands: Signal<TableHands | null> }): JSX.Element {
  const app = useApp()
  const view = app.navigation.view.value
  const { kind, user, status } = view
  const source = useMemo(() => sourceOf(app, kind), [kind])
  void app.frames.quarter.value
  const all = kind === 'users' ? app.store.users.ids.length : app.store.ids.live
  return (
    <>
      <RowsTable<FeedRecord>
        key={kind}
        title={kind === 'users' ? 'Users' : 'Transfers'}
        source={source}
        visible={[20, 12]}
        height="content"
        filterKey={`${kind} ${user} ${status}`}
        empty={
          all === 0 ? 'No transfer yet. Make one, or start the generator.' : `None matches. ${count(all)} without the filter.`
        }
        tools={<Filters view={view} />}
        hands={hands}
      />
      {kind === 'transfers' && <OlderRows />}
    </>
  )
}

function Filters({ view }: { readonly view: View }): JSX.Element {
  const { navigation } = useApp()
  return (
    <>
      <label>
        <span class="label">Kind</span>
        <select
          value={view.kind}
          onChange={(event) => navigation.adjust({ kind: event.currentTarget.value === 'users' ? 'users' : 'transfers' })}
        >
          <option value="transfers">transfers</option>
          <option value="users">users</option>
        </select>
      </label>
      <label>
        <span class="label">User</span>
        <input
          id="filter"
          type="search"
          placeholder="name or id"
          value={view.user}
          onInput={(event) => navigation.adjust({ user: event.currentTarget.value })}
        />
      </label>
      {view.kind === 'transfers' && (
        <label>
          <span class="label">Status</span>
          <select
            value={view.status ?? ''}
            onChange={(event) => navigation.adjust({ status: statuses.find((one) => one === event.currentTarget.value) ?? null })}
          >
            <option value="">any</option>
            {statuses.map((status) => (
              <option key={status} value={status}>
                {status}
              </option>
            ))}
          </select>
        </label>
      )}
    </>
  )
}

/** Reads the filters when it is asked for ids, so that typing into them makes no new table. */
function sourceOf({ store, navigation }: App, kind: View['kind']): RowsSource<FeedRecord> {
  if (kind === 'users')
    return {
      columns: userColumns as readonly Column<FeedRecord>[],
      ids: () => store.users.ids.filter((id) => matchesUser(store.users.get(id)!, navigation.view.value.user)),
      get: (id) => store.users.get(id),
    }
  return {
    columns: transferColumns as readonly Column<FeedRecord>[],
    ids: () => {
      const view = navigation.view.value
      if (view.user.trim() === '' && view.status === null) return store.transfers.ids
      return store.transfers.ids.filter((id) => matchesTransfer(store.transfers.get(id)!, view))
    },
    get: (id) => store.transfers.get(id),
  }
}
