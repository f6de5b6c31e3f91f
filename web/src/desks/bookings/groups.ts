// "Any free laser": machines that do for each other, looked at as one.

import type { Machine, MachineGroup } from '../../api/types.ts';
import { blocksOfDay, nextFree, roomAt, type Around } from '../../parts/slots.ts';

/** A group of which two or more can be booked. */
export interface AnyOf {
  id: string;
  slug: string;
  name: MachineGroup['name'];
  machines: Machine[];
}

export function choosable(groups: MachineGroup[], machines: Machine[]): AnyOf[] {
  return groups
    .map(({ machines: members, ...group }) => ({
      ...group, machines: machines.filter((one) => members.some(({ id }) => id === one.id)),
    }))
    .filter((group) => group.machines.length > 1);
}

export const roomInGroup = (machines: Machine[], start: number, around: Around): number =>
  Math.max(...machines.map((machine) => roomAt(machine, start, around)));

/** Of those that are free then the one that stays free the longest. */
export function bestAt(machines: Machine[], start: number, around: Around): Machine {
  return machines.reduce((best, one) =>
    roomAt(one, start, around) > roomAt(best, start, around) ? one : best);
}

/** The starts of a day at which any of them is free. */
export function startsOfGroup(machines: Machine[], day: number, around: Around): number[] {
  const all = machines.flatMap((machine) =>
    blocksOfDay(machine, day, around).flatMap((block) => block.starts));
  return [...new Set(all)].sort((a, b) => a - b);
}

/** The first start at which any of them has room for so long. */
export function nextOfGroup(
  machines: Machine[], minutes: number, around: Around,
): number | undefined {
  const starts = machines.map((machine) => nextFree(machine, minutes, around))
    .filter((start) => start !== undefined);
  return starts.length > 0 ? Math.min(...starts) : undefined;
}
