// What a job's registers say, meter by meter.

import type { Register } from '../api/types.ts';

/** The registers of each meter, in the order they came. */
export function byMeter(registers: Register[]) {
  return [...new Set(registers.map((one) => one.channel))].map((channel) => {
    const of = registers.filter((one) => one.channel === channel);
    return {
      channel,
      ends: of.filter((one) => one.edge !== 'boundary'),
      between: of.filter((one) => one.edge === 'boundary'),
      first: of.find((one) => one.edge === 'start'),
      last: of.findLast((one) => one.edge === 'stop'),
      shared: of.some((one) => one.share),
    };
  });
}

/** What a register said before it was corrected, the latest first. */
export const versionsBefore = (register: Register, replaced: Register[]): Register[] =>
  replaced.filter((one) => one.channel === register.channel && one.edge === register.edge
    && one.at === register.at && (one.version ?? 1) < (register.version ?? 1))
    .toSorted((a, b) => (b.version ?? 1) - (a.version ?? 1));

/** The serial numbers of the meters that showed the registers, in the order they stood there. */
export const serialsOf = (registers: Register[]): string[] =>
  [...new Set(registers.map((one) => one.serial ?? ''))].filter(Boolean);

/** The job's energy by its registers: all of each rise, or the part that is said to be the job's.
 *  Nothing while a meter has no STOP. */
export function sumOf(registers: Register[]): number | undefined {
  let sum = 0;
  for (const { channel, first, last } of byMeter(registers)) {
    if (!first || !last) return undefined;
    const of = registers.filter((one) => one.channel === channel);
    for (const [index, to] of of.entries())
      if (index > 0) sum += to.share?.part_wh ?? to.value_wh - of[index - 1]!.value_wh;
  }
  return registers.length > 0 ? sum : undefined;
}
