import { a1 } from './a1.ts'
import { a2 } from './a2.ts'
import { b1, b1SmallFetch } from './b1.ts'
import { b2 } from './b2.ts'
import { b3 } from './b3.ts'
import { c1 } from './c1.ts'
import { c2 } from './c2.ts'
import { slicedRows } from './c3.ts'
import { d1 } from './d1.ts'
import { e1 } from './e1.ts'
import { e2 } from './e2.ts'
import { f } from './f.ts'
import { idle } from './idle.ts'
import { i1 } from './i1.ts'
import { i2, i2Default, i2Once, i2OnceDefault, i2OnceLarge } from './i2.ts'
import { j1, j2 } from './j1.ts'
import { l } from './l.ts'
import { n1, n1Small } from './n1.ts'
import { nexmarkRows } from './nexmark.ts'
import { onceRows } from './once.ts'
import type { Row } from './row.ts'

/** All rows, in the order in which they are measured. */
export const allRows: readonly Row[] = [
  a1,
  a2,
  b1,
  b1SmallFetch,
  b2,
  b3,
  n1Small,
  n1,
  c1,
  c2,
  ...slicedRows,
  d1,
  e1,
  e2,
  f,
  ...onceRows,
  ...nexmarkRows,
  i1,
  i2,
  i2Default,
  i2Once,
  i2OnceDefault,
  i2OnceLarge,
  j1,
  j2,
  l,
  idle,
]
