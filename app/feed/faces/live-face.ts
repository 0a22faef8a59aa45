import type { Face } from './face.ts'

/** `/api/feed`: the events of the contract as they are. */
export const liveFace: Face = {
  batch: (_batch, id, text) => [{ type: 'batch', id, text }],
  event: (type, text) => ({ type, id: null, text }),
  end: (type, text) => ({ type, id: null, text }),
}
