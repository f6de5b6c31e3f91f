// How states look: the same colour and drawing wherever one is named.

import type { BookingState, Device, MachineState, UsageSession } from '../api/types.ts';
import type { IconName } from '../kit/icons.ts';
import type { Tone } from '../kit/tone.ts';

interface Look {
  tone: Tone;
  icon: IconName;
}

export const machineLooks: Record<MachineState, Look> = {
  free: { tone: 'free', icon: 'check' },
  booked: { tone: 'next', icon: 'calendar' },
  running: { tone: 'run', icon: 'bolt' },
  paused: { tone: 'run', icon: 'pause' },
  stopped: { tone: 'bad', icon: 'stop' },
  out_of_order: { tone: 'bad', icon: 'wrench' },
  closed: { tone: 'off', icon: 'moon' },
  unknown: { tone: 'off', icon: 'question' },
};

export const bookingLooks: Record<BookingState, Look> = {
  pending: { tone: 'next', icon: 'clock' },
  confirmed: { tone: 'next', icon: 'calendar' },
  checked_in: { tone: 'next', icon: 'check' },
  running: { tone: 'run', icon: 'bolt' },
  paused: { tone: 'run', icon: 'pause' },
  completed: { tone: 'free', icon: 'check' },
  cancelled: { tone: 'off', icon: 'close' },
  late_cancelled: { tone: 'off', icon: 'close' },
  missed: { tone: 'off', icon: 'clock' },
  released: { tone: 'off', icon: 'close' },
  interrupted: { tone: 'bad', icon: 'warning' },
};

export const deviceLooks: Record<Device['state'], Look> = {
  good: { tone: 'free', icon: 'check' },
  slow: { tone: 'run', icon: 'clock' },
  silent: { tone: 'bad', icon: 'warning' },
  never_seen: { tone: 'off', icon: 'question' },
};

export const sessionLooks: Record<UsageSession['kind'], Look> = {
  booked: { tone: 'free', icon: 'calendar' },
  unattributed: { tone: 'run', icon: 'question' },
  walk_in: { tone: 'next', icon: 'people' },
  own_use: { tone: 'off', icon: 'home' },
  test: { tone: 'off', icon: 'wrench' },
  maintenance: { tone: 'off', icon: 'wrench' },
  suspicious: { tone: 'bad', icon: 'warning' },
};

const drawings: Record<string, IconName> = {
  laser: 'laser', press: 'press', pearl: 'pearl', cad: 'cad', recycler: 'recycler',
};

export const machineIcon = (kind: string): IconName => drawings[kind] ?? 'machine';

/** A reading older than this many real seconds is no longer "now". */
export const STALE_SECONDS = 45;
