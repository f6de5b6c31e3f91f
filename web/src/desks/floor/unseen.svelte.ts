// The alarms that nobody has acknowledged, for whoever may see them.

import { api, take } from '../../api/client.ts';
import type { Alarm, Machine } from '../../api/types.ts';
import { on } from '../../app/live.svelte.ts';
import { machines } from '../../app/machines.svelte.ts';
import { Loaded } from '../../kit/loaded.svelte.ts';

const MOST = 20;
const LOOK_MS = 20_000;

export class Unseen {
  alarms = new Loaded<Alarm[]>(async () => {
    const query = { limit: MOST };
    const { items } = await take(api.GET('/api/v1/alarms', { params: { query } }));
    return items.filter((alarm) => !alarm.acknowledged_at);
  });

  /** Keeps them fresh. What it returns ends it. */
  follow(): () => void {
    const look = () => void this.alarms.refresh();
    look();
    const timer = setInterval(() => document.hidden || look(), LOOK_MS);
    const stops = [on('alarm', look), on('resync', look)];
    return () => {
      clearInterval(timer);
      stops.forEach((stop) => stop());
    };
  }

  /** The alarm that a machine's card shows. */
  of(machine: Machine): Alarm | undefined {
    return this.alarms.value?.find(
      ({ machine_id, kind }) => machine_id === machine.id && kind === machine.live.alarm,
    );
  }

  /** Somebody has just seen one. */
  seen = (): void => {
    void this.alarms.refresh();
    void machines.refresh();
  };
}
