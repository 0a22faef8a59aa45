import type { Mapping } from './class-parity.ts'

export const windows: Mapping = {
  'kstream.TimeWindows': {
    millrace: '`TimeWindows`',
    methods: {
      ofSizeWithNoGrace: '`TimeWindows.of`',
      ofSizeAndGrace: '`TimeWindows.of` with `TimeWindowsOptions.graceMs`',
      advanceBy: '`TimeWindowsOptions.advanceMs`',
      windowsFor: 'none: internal',
      size: '`TimeWindows.sizeMs`',
      gracePeriodMs: '`TimeWindows.graceMs`',
    },
  },
  'kstream.SlidingWindows': {
    millrace: '`SlidingWindows`',
    methods: {
      ofTimeDifferenceWithNoGrace: '`SlidingWindows.of`',
      ofTimeDifferenceAndGrace: '`SlidingWindows.of` with `SlidingWindowsOptions.graceMs`',
      timeDifferenceMs: '`SlidingWindows.differenceMs`',
      gracePeriodMs: '`SlidingWindows.graceMs`',
    },
  },
  'kstream.SessionWindows': {
    millrace: '`SessionWindows`',
    methods: {
      ofInactivityGapWithNoGrace: '`SessionWindows.of`',
      ofInactivityGapAndGrace: '`SessionWindows.of` with `SessionWindowsOptions.graceMs`',
      gracePeriodMs: '`SessionWindows.graceMs`',
      inactivityGap: '`SessionWindows.gapMs`',
    },
  },
  'kstream.UnlimitedWindows': {
    millrace: '`UnlimitedWindows`',
    methods: {
      startOn: '`UnlimitedWindowsOptions.startMs`',
      windowsFor: 'none: internal',
      size: '`UnlimitedWindows.sizeMs`',
      gracePeriodMs: '`UnlimitedWindows.graceMs`',
    },
  },
  'kstream.JoinWindows': {
    millrace: '`JoinWindows`',
    methods: {
      ofTimeDifferenceAndGrace: '`JoinWindows.of` with `JoinWindowsOptions.graceMs`',
      ofTimeDifferenceWithNoGrace: '`JoinWindows.of`',
      of: '`JoinWindows.eager`',
      before: '`JoinWindowsOptions.beforeMs`',
      after: '`JoinWindowsOptions.afterMs`',
      windowsFor: 'none: internal',
      size: '`JoinWindows.sizeMs`',
      grace: '`JoinWindowsOptions.graceMs`',
      gracePeriodMs: '`JoinWindows.graceMs`',
    },
  },
  'kstream.Windows': {
    millrace: 'none: windows are `TimeWindows`, `SlidingWindows`, `SessionWindows` and `UnlimitedWindows`; there are no others',
    others: 'none: see the kinds of windows',
  },
  'kstream.Window': {
    millrace: '`Window`',
    methods: {
      new: '`windowed`',
      start: '`Window.startMs`',
      end: '`Window.endMs`',
      startTime: 'none: times are numbers, `Window.startMs`',
      endTime: 'none: times are numbers, `Window.endMs`',
      overlap: 'none: internal',
    },
  },
  'kstream.Windowed': {
    millrace: '`Windowed`',
    methods: { new: '`windowed`', window: '`Windowed`, which has the bounds itself: `Window.startMs`, `Window.endMs`' },
  },
  'kstream.EmitStrategy': {
    millrace: '`EmitStrategy`, a string',
    others: '`EmitStrategy`',
  },
  'kstream.EmitStrategy.StrategyType': { millrace: '`EmitStrategy`', others: 'none: internal' },
  'kstream.WindowedSerdes': {
    millrace: '`Serdes`',
    methods: {
      new: 'none: a class of functions',
      timeWindowedSerdeFrom: '`Serdes.timeWindowed`',
      sessionWindowedSerdeFrom: '`Serdes.sessionWindowed`',
    },
  },
  'kstream.WindowedSerdes.TimeWindowedSerde': {
    millrace: '`Serdes.timeWindowed`',
    methods: { new: '`Serdes.timeWindowed`', forChangelog: 'none: keys of changelogs are internal' },
  },
  'kstream.WindowedSerdes.SessionWindowedSerde': { millrace: '`Serdes.sessionWindowed`', others: '`Serdes.sessionWindowed`' },
  'kstream.TimeWindowedSerializer': {
    millrace: '`Serdes.timeWindowed`',
    others: '`Serde.serialize`; serdes are not configured or closed',
  },
  'kstream.TimeWindowedDeserializer': {
    millrace: '`Serdes.timeWindowed`',
    others: '`Serde.deserialize`; serdes are not configured or closed',
  },
  'kstream.SessionWindowedSerializer': {
    millrace: '`Serdes.sessionWindowed`',
    others: '`Serde.serialize`; serdes are not configured or closed',
  },
  'kstream.SessionWindowedDeserializer': {
    millrace: '`Serdes.sessionWindowed`',
    others: '`Serde.deserialize`; serdes are not configured or closed',
  },
}
