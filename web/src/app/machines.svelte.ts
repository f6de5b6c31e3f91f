// The machines and their live state, shared by every screen that names one.

import { api, take } from '../api/client.ts';
import type { LiveMachine, Machine, Slot } from '../api/types.ts';
import { Loaded } from '../kit/loaded.svelte.ts';
import { clock, setClock } from './clock.svelte.ts';
import { on } from './live.svelte.ts';

/** What everybody may hear: the live state without whose the bookings are. */
interface MachineEvent {
  id: string;
  live: LiveMachine;
}

// Values that stay the same are not told again; a look now and then keeps their age honest.
const LOOK_MS = 20_000;

export const machines = new Loaded<Machine[]>(async () => {
  const { items, now } = await take(api.GET('/api/v1/machines'));
  setClock(now, clock.speed);
  return items;
});

export const machineBy = (id: string | undefined): Machine | undefined =>
  machines.value?.find((machine) => machine.id === id);

type MaybeSlot = Slot | null | undefined;

/** The slot of an event, with what is known of its booking; undefined when it is a new one. */
function known(told: MaybeSlot, before: LiveMachine): MaybeSlot {
  if (!told) return null;
  const same = [before.now, before.next].find((slot) => slot?.start === told.start);
  return same && { ...same, end: told.end, state: told.state };
}

/** The same of a room, where many may begin together: undefined when anybody came or went. */
function knownRoom(told: Slot[] = [], before: Slot[] = []): Slot[] | undefined {
  const same = told.length === before.length &&
    told.every((slot, at) => slot.start === before[at]!.start && slot.end === before[at]!.end);
  return same ? before.map((slot, at) => ({ ...slot, state: told[at]!.state })) : undefined;
}

function apply({ id, live }: MachineEvent): void {
  let strange = false;
  machines.value = machines.value?.map((machine) => {
    if (machine.id !== id) return machine;
    const [now, next] = [known(live.now, machine.live), known(live.next, machine.live)];
    const room = knownRoom(live.in_room, machine.live.in_room);
    strange = now === undefined || next === undefined || room === undefined;
    return { ...machine, live: {
      ...live, now: now ?? live.now, next: next ?? live.next, in_room: room ?? live.in_room ?? [],
    } };
  });
  if (strange) void machines.refresh();
}

/** Keeps the machines as the server tells them. What it returns ends it. */
export function followMachines(): () => void {
  const look = setInterval(() => document.hidden || machines.refresh(), LOOK_MS);
  const stops = [
    on('machine', (event) => apply(event as MachineEvent)),
    on('resync', () => void machines.refresh()),
  ];
  if (!machines.value) void machines.refresh();
  return () => {
    clearInterval(look);
    stops.forEach((stop) => stop());
  };
}
