import type { StoreSpec } from './store-spec.ts'

/** The medium of a store's rows: that of its spec, or the application's default. */
export function storeMedium({ medium }: StoreSpec, defaultMedium: 'memory' | 'disk'): 'memory' | 'disk' {
  return medium === 'default' ? defaultMedium : medium
}
