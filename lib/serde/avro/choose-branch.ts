import type { AvroType, UnionType } from './avro-type.ts'
import { branchName, describeType } from './avro-type.ts'
import { markedBranch } from './branch-marks.ts'
import { AvroMismatch } from './avro-mismatch.ts'
import { fitOf, isObject } from './fit-value.ts'

/** Whether several branches of a union take objects, as records and maps do. Objects that are read from such a union are marked by branch. */
export function needsMarks({ branches }: UnionType): boolean {
  return branches.filter(isForObjects).length > 1
}

function isForObjects({ kind }: AvroType): boolean {
  return kind === 'record' || kind === 'map'
}

/**
 * Makes the function that finds the branch for a value, as an index. The function throws an `AvroMismatch` where no branch takes the value, or
 * several records do.
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
  // The members decide which record is meant: a member that this record does not know makes the decision doubtful.
  if (fits[found] === 'loose' && isObject(value) && needsMarks(union)) throw new AvroMismatch(value, describeType(union))
  return found
}

function ambiguous(records: readonly AvroType[]): AvroMismatch {
  const names = records.map(branchName)
  return new AvroMismatch('an object that fits several records', `asRecord(name, value) with one of ${names.join(', ')}`)
}
