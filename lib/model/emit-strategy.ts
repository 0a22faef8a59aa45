/**
 * When a windowed aggregation forwards results (KIP-825, Java: `EmitStrategy`). `on-window-update`: with every record.
 * `on-window-close`: once for each window, with its final value, when stream time has passed its end and the grace.
 */
export type EmitStrategy = 'on-window-update' | 'on-window-close'
