import { isDeepStrictEqual } from 'node:util'
import type { VersionRange } from '../connection/connection.ts'
import type { RequestWriter } from './request-writer.ts'
import { ResponseReader } from './response-reader.ts'

/**
 * The messages of Kafka's protocol, described as values. A description reads *and* writes its message in every version. So the client
 * writes requests and reads responses, and a server reads requests and writes responses, from one description:
 *
 *     export const heartbeat = api({
 *       name: 'Heartbeat', key: 12, versions: { min: 0, max: 4 }, flexibleFrom: 4,
 *       request: struct({ groupId: string, generationId: int32, memberId: string, groupInstanceId: since(3, nullableString, null) }),
 *       response: struct({ throttleTimeMs: since(1, int32, 0), errorCode: int16 }),
 *     })
 *
 *     decodeRequest(heartbeat, 4, bytes).groupInstanceId                  // a server reads
 *     encodeResponse(heartbeat, 4, { errorCode: 27 })                     // and answers; fields with a default may be left out
 *
 * Fields have Kafka's names and the order of Kafka's message definitions (`common/message/*.json` in kafka-clients.jar). A test
 * compares each description with them.
 */
export interface Type<V, W = V> {
  /** Kafka's name of the type, e.g. `int32`, `[]string`, `struct`. */
  readonly name: string
  readonly isNullable: boolean
  /** The members of a structure, or of the structures in a list. */
  readonly members?: Members
  readonly write: (writer: RequestWriter, value: W, version: Version) => void
  readonly read: (reader: ResponseReader, version: Version) => V
}

/** A version of an API. Flexible versions (KIP-482) have compact types and tagged fields. */
export interface Version {
  readonly version: number
  readonly isFlexible: boolean
}

/** A field that some versions do not have, or that a writer may leave out. `default` is its value then. */
export interface Field<V, W = V> {
  readonly type: Type<V, W>
  readonly from: number
  readonly to: number
  readonly tag: number | null
  readonly default: V
}

type AnyType = Type<unknown, never>
type Member = AnyType | Field<unknown, never>
type Members = Readonly<Record<string, Member>>

type Read<M> = M extends { readonly type: { readonly read: (...args: never) => infer V } }
  ? V
  : M extends { readonly read: (...args: never) => infer V }
    ? V
    : never
type Written<M> = M extends { readonly type: { readonly write: (writer: never, value: infer W, version: never) => void } }
  ? W
  : M extends { readonly write: (writer: never, value: infer W, version: never) => void }
    ? W
    : never
type OptionalKeys<M> = { [K in keyof M]: M[K] extends { readonly type: unknown } ? K : never }[keyof M]

/** What a structure is read as: all fields. */
type StructValue<M> = { readonly [K in keyof M]: Read<M[K]> }
/** What a structure is written from: fields with a default may be left out. */
type StructInput<M> = { readonly [K in Exclude<keyof M, OptionalKeys<M>>]: Written<M[K]> } & {
  readonly [K in OptionalKeys<M>]?: Written<M[K]> | undefined
}

function type<V, W = V>(name: string, write: Type<V, W>['write'], read: Type<V, W>['read']): Type<V, W> {
  return { name, isNullable: false, write, read }
}

function nullable<V, W = V>(name: string, write: Type<V, W>['write'], read: Type<V, W>['read']): Type<V, W> {
  return { name, isNullable: true, write, read }
}

export const boolean = type<boolean>('bool', (out, value) => out.boolean(value), (input) => input.boolean()) // prettier-ignore
export const int8 = type<number>('int8', (out, value) => out.int8(value), (input) => input.int8()) // prettier-ignore
export const int16 = type<number>('int16', (out, value) => out.int16(value), (input) => input.int16()) // prettier-ignore
export const uint16 = type<number>('uint16', (out, value) => out.uint16(value), (input) => input.uint16()) // prettier-ignore
export const int32 = type<number>('int32', (out, value) => out.int32(value), (input) => input.int32()) // prettier-ignore
export const int64 = type<number>('int64', (out, value) => out.int64(value), (input) => input.int64()) // prettier-ignore

export const string = type<string>(
  'string',
  (out, value, { isFlexible }) => (isFlexible ? out.compactString(value) : out.string(value)),
  (input, { isFlexible }) => (isFlexible ? input.compactString() : input.string()),
)

export const nullableString = nullable<string | null>(
  'string',
  (out, value, { isFlexible }) => (isFlexible ? out.compactString(value) : out.string(value)),
  (input, { isFlexible }) => (isFlexible ? input.compactNullableString() : input.nullableString()),
)

/** Bytes are read as a view of the message. */
export const bytes = type<Buffer, Uint8Array>(
  'bytes',
  (out, value, { isFlexible }) => (isFlexible ? out.compactData(value) : out.data(value)),
  (input, { isFlexible }) => (isFlexible ? input.compactNullableData() : input.nullableData()) ?? input.fail('bytes are null'),
)

/** Record batches as the log has them, read as a view of the message. */
export const records = nullable<Buffer | null, Uint8Array | null>(
  'records',
  (out, value, { isFlexible }) => (isFlexible ? out.compactData(value) : out.data(value)),
  (input, { isFlexible }) => (isFlexible ? input.compactNullableData() : input.nullableData()),
)

/** The text that Kafka prints for a UUID: base64url without padding. */
export const uuid = type<string>(
  'uuid',
  (out, value) => out.base64url(value),
  (input) => input.slice(16).toString('base64url'),
)

/** The id of no topic. */
export const zeroUuid = 'AAAAAAAAAAAAAAAAAAAAAA'

export function array<V, W>(item: Type<V, W>): Type<readonly V[], readonly W[]> {
  const { isNullable: _, ...list } = nullableArray(item)
  return { ...list, isNullable: false, read: (input, version) => list.read(input, version) ?? input.fail('a list is null') }
}

export function nullableArray<V, W>(item: Type<V, W>): Type<readonly V[] | null, readonly W[] | null> {
  return {
    name: `[]${item.name}`,
    isNullable: true,
    ...(item.members === undefined ? {} : { members: item.members }),
    write: (out, values, version) => {
      const each = (to: RequestWriter, value: W): void => item.write(to, value, version)
      if (version.isFlexible) out.compactArray(values, each)
      else out.array(values, each)
    },
    read: (input, version) => {
      const each = (from: ResponseReader): V => item.read(from, version)
      return version.isFlexible ? input.compactNullableArray(each) : input.nullableArray(each)
    },
  }
}

/** A field that a writer may leave out. */
export function optional<V, W>(of: Type<V, W>, byDefault: NoInfer<V>): Field<V, W> {
  return between(0, Infinity, of, byDefault)
}

/** A field that versions before `from` do not have. */
export function since<V, W>(from: number, of: Type<V, W>, byDefault: NoInfer<V>): Field<V, W> {
  return between(from, Infinity, of, byDefault)
}

/** A field that versions after `to` do not have. */
export function until<V, W>(to: number, of: Type<V, W>, byDefault: NoInfer<V>): Field<V, W> {
  return between(0, to, of, byDefault)
}

/** A field that only the versions `from` to `to` have. */
export function between<V, W>(from: number, to: number, of: Type<V, W>, byDefault: NoInfer<V>): Field<V, W> {
  return { type: of, from, to, tag: null, default: byDefault }
}

/** A tagged field. It is written only if its value is not the default. */
export function tagged<V, W>(tag: number, from: number, of: Type<V, W>, byDefault: NoInfer<V>): Field<V, W> {
  return { type: of, from, to: Infinity, tag, default: byDefault }
}

/** A field of a structure in one version. */
interface Row {
  readonly name: string
  readonly type: AnyType
  readonly tag: number
  readonly byDefault: unknown
}

/** The fields of a structure in one version. */
interface Layout {
  readonly plain: readonly Row[]
  readonly tagged: readonly Row[]
  /** The fields that this version does not have, and tagged ones. */
  readonly absent: readonly Row[]
}

export function struct<const M extends Members>(members: M): Type<StructValue<M>, StructInput<M>> {
  const layouts: Layout[] = []
  const layoutOf = ({ version }: Version): Layout => (layouts[version] ??= layout(members, version))
  return {
    name: 'struct',
    isNullable: false,
    members,
    write: (out, value, version) => writeStruct(out, value as Record<string, unknown>, version, layoutOf(version)),
    read: (input, version) => readStruct(input, version, layoutOf(version)) as StructValue<M>,
  }
}

export function nullableStruct<const M extends Members>(members: M): Type<StructValue<M> | null, StructInput<M> | null> {
  const inner = struct(members)
  return {
    ...inner,
    isNullable: true,
    write: (out, value, version) => (value === null ? out.int8(-1) : inner.write(out.int8(1), value, version)),
    read: (input, version) => (input.int8() < 0 ? null : inner.read(input, version)),
  }
}

function layout(members: Members, version: number): Layout {
  const fields = Object.entries(members).map(([name, member]) => ({ name, ...fieldOf(member) }))
  const present = fields.filter(({ from, to }) => from <= version && version <= to)
  const row = ({ name, type: of, tag, default: byDefault }: (typeof fields)[number]): Row => ({
    name,
    type: of,
    tag: tag ?? -1,
    byDefault,
  })
  const plain = present.filter(({ tag }) => tag === null)
  return {
    plain: plain.map(row),
    tagged: present.filter(({ tag }) => tag !== null).map(row),
    absent: fields.filter((field) => !plain.includes(field)).map(row),
  }
}

function fieldOf(member: Member): Field<unknown, never> {
  return 'type' in member ? member : { type: member, from: 0, to: Infinity, tag: null, default: undefined }
}

function writeStruct(out: RequestWriter, value: Record<string, unknown>, version: Version, layout: Layout): void {
  for (const { name, type: of, byDefault } of layout.plain) {
    const given = value[name]
    of.write(out, (given === undefined ? byDefault : given) as never, version)
  }
  if (version.isFlexible) writeTags(out, value, version, layout.tagged)
}

function writeTags(out: RequestWriter, value: Record<string, unknown>, version: Version, rows: readonly Row[]): void {
  const present = rows.some((row) => isWritten(row, value)) ? rows.filter((row) => isWritten(row, value)) : []
  out.uvarint(present.length)
  for (const { name, type: of, tag } of present) {
    const field = out.fresh()
    of.write(field, value[name] as never, version)
    out.uvarint(tag).uvarint(field.bytes.byteLength).raw(field.bytes)
  }
}

function isWritten({ name, byDefault }: Row, value: Record<string, unknown>): boolean {
  return value[name] !== undefined && !isDeepStrictEqual(value[name], byDefault)
}

function readStruct(input: ResponseReader, version: Version, layout: Layout): Record<string, unknown> {
  const value: Record<string, unknown> = {}
  for (const { name, type: of } of layout.plain) value[name] = of.read(input, version)
  for (const { name, byDefault } of layout.absent) value[name] = byDefault
  if (version.isFlexible)
    input.tags((tag, field) => {
      const known = layout.tagged.find((row) => row.tag === tag)
      if (known !== undefined) value[known.name] = known.type.read(new ResponseReader(field), version)
    })
  return value
}

/** An API of Kafka's protocol: a request and its response, in all versions that this code knows. */
export interface Api<QV = unknown, QW = never, RV = unknown, RW = never> {
  readonly name: string
  readonly key: number
  readonly versions: VersionRange
  /** The first version with flexible headers and compact types (KIP-482). */
  readonly flexibleFrom: number
  readonly request: Type<QV, QW>
  readonly response: Type<RV, RW>
}

export function api<QV, QW, RV, RW>(definition: Api<QV, QW, RV, RW>): Api<QV, QW, RV, RW> {
  return Object.freeze(definition)
}

export function versionOf({ flexibleFrom }: Pick<Api, 'flexibleFrom'>, version: number): Version {
  return { version, isFlexible: version >= flexibleFrom }
}

/** The header of a request in this version, and of its response. The response to ApiVersions always has a plain one (KIP-511). */
export function headerOf({ flexibleFrom }: Pick<Api, 'flexibleFrom'>, version: number): 'plain' | 'flexible' {
  return version >= flexibleFrom ? 'flexible' : 'plain'
}
