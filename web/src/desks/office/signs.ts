// How what speaks for a device looks.

import type { DeviceSign } from '../../api/types.ts';
import type { IconName } from '../../kit/icons.ts';
import type { Tone } from '../../kit/tone.ts';

export const signLooks: Record<DeviceSign['sign'], { tone: Tone; icon: IconName }> = {
  model: { tone: 'free', icon: 'check' },
  other_model: { tone: 'bad', icon: 'close' },
  plausible: { tone: 'free', icon: 'check' },
  implausible: { tone: 'bad', icon: 'close' },
  nothing: { tone: 'off', icon: 'question' },
  refused: { tone: 'off', icon: 'close' },
};
