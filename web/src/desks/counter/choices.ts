// What can be booked at its next free time: any machine of a group, or one machine.

import type { Machine, MachineGroup } from '../../api/types.ts';
import { nextFree, type Around } from '../../parts/slots.ts';

export interface Choice {
  /** Of the group or of the machine. */
  id: string;
  name: Machine['name'];
  /** Which it is; of a group the one that is free first. */
  machine: Machine;
  start: number;
  group: boolean;
}

/** The soonest first; where a group is as soon as its machine, the group. */
export function choicesOf(
  machines: Machine[], groups: MachineGroup[], minutes: (kind: string) => number, around: Around,
): Choice[] {
  const single = machines.flatMap((machine): Choice[] => {
    const start = nextFree(machine, minutes(machine.kind), around);
    return start === undefined
      ? [] : [{ id: machine.id, name: machine.name, machine, start, group: false }];
  });
  const any = groups.flatMap((group): Choice[] => {
    const members = new Set(group.machines.map((one) => one.id));
    const free = single.filter((one) => members.has(one.id)).sort((a, b) => a.start - b.start);
    // One machine alone is no choice beside itself.
    return members.size < 2 || !free[0]
      ? [] : [{ ...free[0], id: group.id, name: group.name, group: true }];
  });
  return [...any, ...single].sort((a, b) => a.start - b.start);
}
