import { application } from './application.ts'
import type { Mapping } from './class-parity.ts'
import { functions, handles } from './kstream-handles.ts'
import { options } from './kstream-options.ts'
import { windows } from './kstream-windows.ts'
import { processors } from './processors.ts'
import { state } from './state-stores.ts'

export const mapping: Mapping = { ...application, ...functions, ...handles, ...windows, ...options, ...processors, ...state }
