/** Buckets of times in ms, from a turn of the loop to an outage. */
export const latencyBoundsMs: readonly number[] = [
  1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 30_000, 60_000, 300_000,
]

/** Buckets of the times of calls within the process, in ms. */
export const callBoundsMs: readonly number[] = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 50, 100]

/** Buckets of numbers of records. */
export const countBounds: readonly number[] = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 5000, 20_000, 100_000]
