// What was found on a line, as the configuration wants to have it.

import type { DeviceCandidate, Recognition } from '../../api/types.ts';

export interface Found {
  unit: number;
  recognition: Recognition;
  /** The name of the device that is set up here already. */
  device?: string | undefined;
}

/** A basic string of TOML, whose escapes are those of JSON. */
const quoted = (text: string) => JSON.stringify(text);

function verdict({ sure, candidates: [best, ...others] }: Recognition): string {
  if (!best) return 'it answers, and nothing known fits';
  if (sure) return [best.maker, best.models[0]].filter(Boolean).join(' ');
  const names = others.slice(0, 3).map((one) => one.profile);
  return names.length > 0
    ? `perhaps ${[best.profile, ...names].join(', or ')}` : `perhaps ${best.profile}`;
}

function tableOf(line: string, unit: number, device: DeviceCandidate): string[] {
  return [
    '[[device]]',
    `name = ${quoted(`${line} ${unit}`)}`,
    `line = ${quoted(line)}`,
    `unit = ${unit}`,
    `profile = ${quoted(device.profile)}`,
    ...(device.serial === null ? [] : [`serial = ${device.serial}`]),
    ...(device.turned ? ['other_word_order = true'] : []),
    device.switches ? 'relays = []  # the machine behind each channel'
      : '# machine = ""  # the one it measures',
  ];
}

/** One [[device]] for each; commented out where one is set up already. */
export function toml(line: string, found: Found[]): string {
  return found.map(({ unit, recognition, device }) => {
    const [best] = recognition.candidates;
    const text = [`# Unit ${unit}: ${verdict(recognition)}.`];
    if (!best) return text.join('\n');
    const table = tableOf(line, unit, best);
    if (device !== undefined) text.push(`# It is set up already, as ${quoted(device)}.`);
    text.push(...(device === undefined ? table : table.map((one) => `# ${one}`)));
    return text.join('\n');
  }).join('\n\n');
}
