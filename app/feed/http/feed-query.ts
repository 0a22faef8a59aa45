import Type from 'typebox'

/** Where a client wants to go on; an empty one is none. */
export const vectorQuery = Type.Optional(
  Type.String({ maxLength: 4000, pattern: String.raw`^[\w.:;,-]*$`, description: 'A vector.' }),
)

/** What the stream of transfers may be asked for. */
export const transfersQuery = Type.Object(
  { at: vectorQuery, userId: Type.Optional(Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER })) },
  { additionalProperties: false },
)
