// The words of a row, each an int32. A row is named by the offset of its block, in units of 8 bytes: word w of row r is int32[2r + w].

/** The bytes of the key. */
export const keyLengthWord = 0
/** The hash of the key: neither growth nor removal reads keys. */
export const hashWord = 1
/** The bytes of the value; -1: the row is a deletion. */
export const valueLengthWord = 2
/** The generation of the last write. */
export const epochWord = 3
/** The timestamp, a float64: float64[row + 2]. */
export const timestampField = 2
/** The value itself if it has at most 8 bytes, else the block that holds it. */
export const valueWord = 6
/** The newest older version of the row that somebody may still read; 0: none. */
export const olderWord = 8
/** A word for the layer that owns the table: flags, or the place in a list of its own. */
export const ownWord = 9
/** The key, filled up with zeros to whole units. */
export const keyWord = 10

/** The bytes of a row before its key. */
export const headBytes = keyWord * 4

/** A value of at most this many bytes lies in the row. */
export const inlineBytes = 8
