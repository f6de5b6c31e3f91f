// What a booking asks for besides its machine and its time.

import type { components } from '#contract';
import type { BookingDraft } from '../../api/types.ts';

export type Stock = components['schemas']['ResourceList'];
export type Resource = Stock['items'][number];

export interface Besides {
  /** Ids of resources that were asked for by name. */
  resources: string[];
  trial: boolean;
  /** Of a machine that is shared, how many seats. */
  people: number | undefined;
}

export const nothingBesides: Besides = { resources: [], trial: false, people: undefined };

/** A series cannot have it: each date of it is a plain job. */
export const isPlain = ({ resources, trial }: Besides): boolean => resources.length === 0 && !trial;

// Who runs it and the power of the site come without asking.
const GIVEN: Resource['kind'][] = ['operator', 'power'];

/**
 * What can be asked for with one of these machines. What each booking of the machine holds by name
 * anyway, and the room that it is, are not there to be asked for a second time.
 */
export function fitting({ items, needs }: Stock, machineIds: string[]): Resource[] {
  const held = new Set(needs.filter((need) => machineIds.includes(need.machine_id))
    .map((need) => need.resource_id));
  return items.filter(({ id, kind, capacity, machine_id }) => {
    if (GIVEN.includes(kind) || capacity < 1 || held.has(id)) return false;
    return !machine_id || (machine_id !== id && machineIds.includes(machine_id));
  });
}

type Asked = Partial<Pick<BookingDraft, 'resources' | 'kind' | 'people'>>;

export function draftOf({ resources, trial, people }: Besides): Asked {
  return {
    ...(resources.length > 0 && { resources: resources.map((id) => ({ id })) }),
    ...(trial && { kind: 'trial' as const }),
    ...(people !== undefined && { people }),
  };
}
