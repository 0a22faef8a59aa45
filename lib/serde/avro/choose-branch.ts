import type { AvroType, UnionType } from './avro-type.ts'
import { branchName, describeType } from './avro-type.ts'
import { markedBranch } from './branch-marks.ts'
import { AvroMismatch } from './avro-mismatch.ts'
import { fitOf, isObject } from './fit-value.ts'

/**
 * Whether several branches of a union are records or maps. Objects that are read from such a union are marked with their branch.
 */
export function needsMarks({ branches }: UnionType): boolean {
  return branches.filter(isForObjects).length > 1
}

function isForObjects({ kind }: AvroType): boolean {
  return kind === 'record' || kind === 'map'
}

/**
 * Makes the function that returns the index of the branch for a value. The function throws an `AvroMismatch` if the value fits no
 * branch, or several records equally well.
 */
export function branchChooser(union: UnionType): (value: unknown) => number {
  const { branches } = union
  const nullIndex = branches.findIndex(({ kind }) => kind === 'null')
  const others = branches.flatMap(({ kind }, index) => (kind === 'null' ? [] : [index]))
  const onlyOther = others.length === 1 ? others[0] : undefined
  return (value) => {
    if (value === null && nullIndex >= 0) return nullIndex
    return value !== null && onlyOther !== undefined ? onlyOther : bestBranch(union, value)
  }
}

function bestBranch(union: UnionType, value: unknown): number {
  const { branches } = union
  const marked = isObject(value) ? markedBranch(value) : undefined
  const byMark = branches.findIndex((branch) => isForObjects(branch) && branchName(branch) === marked)
  if (byMark >= 0 && fitOf(branches[byMark]!, value) !== 'none') return byMark
  const fits = branches.map((branch) => fitOf(branch, value))
  const exact = branches.filter((branch, index) => branch.kind === 'record' && fits[index] === 'exact')
  if (exact.length > 1) throw ambiguous(exact)
  const found = fits.includes('exact') ? fits.indexOf('exact') : fits.indexOf('loose')
  if (found < 0) throw new AvroMismatch(value, describeType(union))
  // If several branches are records or maps, the members decide. A missing or unknown member makes that decision unsafe.
  if (fits[found] === 'loose' && isObject(value) && needsMarks(union)) throw new AvroMismatch(value, describeType(union))
  return found
}

function ambiguous(records: readonly AvroType[]): AvroMismatch {
  const names = records.map(branchName)
  return new AvroMismatch('an object that fits several records', `asRecord(name, value) with one of ${names.join(', ')}`)
}
