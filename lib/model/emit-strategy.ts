/**
 * When a windowed aggregation forwards results (KIP-825, Java: `EmitStrategy`). `on-window-update`: with every record.
 * `on-window-close`: once per window, with the final value, when stream time has passed the end of the window and the grace period.
 */
export type EmitStrategy = 'on-window-update' | 'on-window-close'
