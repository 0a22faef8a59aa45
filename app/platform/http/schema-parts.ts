import Type from 'typebox'
import type { TSchema } from 'typebox'

export const list = <S extends TSchema>(of: S) => Type.Immutable(Type.Array(of))

export const orNull = <S extends TSchema>(of: S) => Type.Union([of, Type.Null()])

export const epochMs = Type.Number({ description: 'ms since the epoch.' })
