import type { StoreSpec } from './store-spec.ts'

/** Where a store keeps its rows: on the medium of its spec, or on the application's default. */
export function storeMedium({ medium }: StoreSpec, defaultMedium: 'memory' | 'disk'): 'memory' | 'disk' {
  return medium === 'default' ? defaultMedium : medium
}
