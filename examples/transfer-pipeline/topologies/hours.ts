/** What was sent within an hour. */
export interface Sent {
  readonly count: number
  readonly total: string
}

export const minuteMs = 60_000
export const hourMs = 60 * minuteMs

/** How long hours can be asked for. */
export const keptMs = 7 * 24 * hourMs

/** When the hour begins in which something was. */
export const hourOf = (atMs: number): number => atMs - (atMs % hourMs)

/** An hour of a user: `2@1795341600000`. */
export const hourKey = (userId: number | string, startMs: number): string => `${userId}@${startMs}`
