import type { Signal } from '@preact/signals'
import { useMemo } from 'preact/hooks'
import type { JSX } from 'preact'
import type { TransferRecord } from '../../../contracts/feed.ts'
import { useApp } from '../app/app.ts'
import { Proof } from '../proof/proof.tsx'
import { Side } from '../side/side.tsx'
import { Strip } from '../strip/strip.tsx'
import { transferColumns } from '../table/columns.ts'
import { RowsTable } from '../table/rows-table.tsx'
import type { TableHands } from '../table/rows-table.tsx'
import type { RowsSource } from '../table/rows-view.ts'

/** What is this, is it real, does it survive? */
export function LivePage({ hands }: { readonly hands: Signal<TableHands | null> }): JSX.Element {
  const { store } = useApp()
  const source = useMemo<RowsSource<TransferRecord>>(
    () => ({ columns: transferColumns, ids: () => store.transfers.ids, get: (id) => store.transfers.get(id) }),
    [],
  )
  return (
    <>
      <Strip />
      <Proof />
      <div class="below">
        <RowsTable
          title="Transfers"
          source={source}
          visible={[12, 8]}
          height="fixed"
          filterKey=""
          empty="No transfer yet. Make one, or start the generator."
          hands={hands}
        />
        <Side />
      </div>
    </>
  )
}
